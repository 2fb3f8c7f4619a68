import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { temporaryFolder } from './temporary-folder.ts'

/** A repository as the server has one, to make bundles from. */
export class SourceRepository {
  readonly folder: string

  static async make(files: Record<string, string>): Promise<SourceRepository> {
    const repository = new SourceRepository(await temporaryFolder())
    repository.git('init', '--quiet', '--initial-branch=main')
    await repository.commit(files)
    return repository
  }

  constructor(folder: string) {
    this.folder = folder
  }

  get head(): string {
    return this.git('rev-parse', 'HEAD')
  }

  async commit(files: Record<string, string>): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, path)), { recursive: true })
      await writeFile(join(this.folder, path), content)
    }
    this.git('add', '--all', '--force')
    this.git('commit', '--quiet', '--allow-empty', '--message=files')
    return this.head
  }

  bundle(...revisions: string[]): Buffer {
    return execFileSync('git', ['bundle', 'create', '--quiet', '-', ...revisions], { cwd: this.folder, maxBuffer: 1e9 })
  }

  /** Takes a bundle in, as the server does. @returns the commit that the ref in it names */
  fetch(bundle: Buffer, ref: string): string {
    const file = join(this.folder, '.git', 'incoming.bundle')
    execFileSync('tee', [file], { input: bundle, stdio: ['pipe', 'ignore', 'inherit'] })
    this.git('-c', 'fetch.fsckObjects=true', 'fetch', '--quiet', file, `+${ref}:refs/incoming`)
    return this.git('rev-parse', 'refs/incoming')
  }

  git(...parameters: string[]): string {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost']
    return execFileSync('git', [...identity, ...parameters], { cwd: this.folder, encoding: 'utf8', stdio: 'pipe' }).trim()
  }
}
