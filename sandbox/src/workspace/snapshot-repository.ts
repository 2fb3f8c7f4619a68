import { constants } from 'node:fs'
import { access, lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import type { workspaceCheckpoint } from '@fixpoint/protocol/sandbox'
import type { z } from 'zod'
import { systemErrorCode } from '../files/file-errors.ts'
import { UNFINISHED_FILE } from '../files/write-file.ts'
import { type GitOptions, git, startGit } from './git.ts'

type LeftOut = z.output<typeof workspaceCheckpoint.output>['leftOut']

/** Code hosts warn at 50 MB for a file and refuse more than 100 MB. */
const MAX_RECORDED_FILE_BYTES = 50_000_000
const MAX_LEFT_OUT_NAMED = 100
/** Repositories within repositories within …; each level takes another look at the folder. */
const MAX_NESTING = 20
/** `lstat` calls under way at one time. */
const CONCURRENT_LOOKS = 256

/** What no one wants to see in a change, also where the repository does not say so. */
export const EXCLUDED = ['node_modules/', '/lost+found/', `${UNFINISHED_FILE}*`]

/**
 * The repository that checkpoints are written to: a folder inside the workspace's `.git` with an index, refs and settings of its
 * own, which reads the workspace's objects. Whatever an agent or a tool does to the workspace's settings, hooks, filters or
 * index, and whatever git's clean-up there removes, checkpoints go on.
 *
 * Paths are passed to and from git as bytes (in strings of type latin1), because file names need not be UTF-8.
 */
export class SnapshotRepository {
  readonly #workspace: string
  readonly #folder: string
  readonly #environment: Record<string, string>

  /** @param environment of the sandbox's programs */
  constructor(workspace: string, environment: Record<string, string>) {
    this.#workspace = workspace
    this.#folder = join(workspace, '.git', 'fixpoint')
    this.#environment = environment
  }

  /**
   * Makes the repository where it is missing.
   * @throws FixpointError git_failed when the workspace holds no repository
   */
  async prepare(): Promise<void> {
    if (await isThere(join(this.#folder, 'prepared'))) return
    if (!(await isThere(join(this.#workspace, '.git', 'objects')))) {
      throw new FixpointError('git_failed', 'The workspace holds no git repository.', { hint: 'Populate it first.' })
    }
    const options = { folder: this.#workspace, environment: this.#environment }
    const format = (await git(['rev-parse', '--show-object-format'], options)).toString().trim()
    await mkdir(this.#folder, { recursive: true })
    await git(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, this.#folder], options)
    await mkdir(join(this.#folder, 'objects', 'info'), { recursive: true })
    await writeFile(join(this.#folder, 'objects', 'info', 'alternates'), '../../objects\n')
    await mkdir(join(this.#folder, 'info'), { recursive: true })
    await writeFile(join(this.#folder, 'info', 'exclude'), `${EXCLUDED.join('\n')}\n`)
    await writeFile(join(this.#folder, 'prepared'), '')
  }

  /** Runs git on this repository and the workspace's files. */
  async git(parameters: string[], input?: GitOptions['input'], variables: Record<string, string> = {}): Promise<Buffer> {
    return await git(parameters, this.#options(input, variables))
  }

  /** As `git`, with the output read while it runs. */
  startGit(parameters: string[]): ReturnType<typeof startGit> {
    return startGit(parameters, this.#options(undefined, {}))
  }

  async hasCommit(commit: string): Promise<boolean> {
    const answer = await this.git(['cat-file', '--batch-check=%(objecttype)'], Buffer.from(`${commit}^{commit}\n`))
    return answer.toString().trim() === 'commit'
  }

  /**
   * Makes the index equal to the files of the working tree, except ignored ones. An index that is missing or broken, or a lock
   * that a killed process left, is replaced.
   * @param base commit to begin with where there is no index
   */
  async stage(base: string): Promise<{ leftOut: LeftOut; leftOutPaths: Buffer[]; nested: string[] }> {
    try {
      if (!(await isThere(join(this.#folder, 'index')))) await this.#beginIndex(base)
      return await this.#stageOnce()
    } catch (error) {
      if (!(error instanceof FixpointError) || error.code !== 'git_failed') throw error
      await rm(join(this.#folder, 'index'), { force: true })
      await rm(join(this.#folder, 'index.lock'), { force: true })
      await this.#beginIndex(base)
      return await this.#stageOnce()
    }
  }

  async #beginIndex(base: string): Promise<void> {
    await this.git(['read-tree', base])
    await this.refresh()
  }

  /** Notes which files are as recorded, so that only the others are read. */
  async refresh(): Promise<void> {
    // Status 1 says that some are not.
    await this.git(['update-index', '-q', '--refresh']).catch(error => {
      if (!(error instanceof FixpointError) || !/ended with status 1\b/.test(error.message)) throw error
    })
  }

  async #stageOnce(): Promise<{ leftOut: LeftOut; leftOutPaths: Buffer[]; nested: string[] }> {
    const nestedSeen = new Set<string>()
    for (let level = 0; ; level += 1) {
      const listed = await this.git(['ls-files', '-z', '--modified', '--others', '--exclude-standard'])
      const paths = [...new Set(listed.toString('latin1').split('\0'))].filter(path => path !== '')
      // A folder with a repository of its own is listed as a folder.
      const nested = paths.filter(path => path.endsWith('/') && !nestedSeen.has(path))
      if (nested.length === 0 || level === MAX_NESTING) {
        const { recorded, leftOut, leftOutPaths } = await this.#sift(paths.filter(path => !path.endsWith('/')))
        await this.#update(recorded)
        return { leftOut, leftOutPaths, nested: [...nestedSeen] }
      }
      // Once one of its files is in the index, git looks into the folder like into any other.
      const seeds = await Promise.all(nested.map(async folder => await this.#firstFile(folder)))
      await this.#update(seeds.filter(seed => seed !== undefined))
      for (const folder of nested) nestedSeen.add(folder)
    }
  }

  async #update(paths: string[]): Promise<void> {
    if (paths.length === 0) return
    await this.git(['update-index', '-z', '--add', '--remove', '--replace', '--stdin'], Buffer.from(`${paths.join('\0')}\0`, 'latin1'))
  }

  /** Sets aside what would take too long to record, and what one file of would stop git from recording the others. */
  async #sift(paths: string[]): Promise<{ recorded: string[]; leftOut: LeftOut; leftOutPaths: Buffer[] }> {
    const folders: string[] = []
    const others: string[] = []
    const leftOut: LeftOut = []
    const leftOutPaths: Buffer[] = []
    for (let start = 0; start < paths.length; start += CONCURRENT_LOOKS) {
      const batch = paths.slice(start, start + CONCURRENT_LOOKS)
      const looks = await Promise.all(batch.map(async path => ({ path, kind: await this.#kindOf(path) })))
      for (const { path, kind } of looks) {
        if (kind === 'folder') folders.push(path)
        else if (kind === 'recordable') others.push(path)
        else {
          leftOutPaths.push(this.#absolute(path))
          if (leftOut.length < MAX_LEFT_OUT_NAMED) leftOut.push({ path: Buffer.from(path, 'latin1').toString('utf8'), reason: kind })
        }
      }
    }
    // A file that became a folder has to go from the index before what is in the folder comes.
    return { recorded: [...folders, ...others], leftOut, leftOutPaths }
  }

  async #kindOf(path: string): Promise<'recordable' | 'folder' | LeftOut[number]['reason']> {
    try {
      const stats = await lstat(this.#absolute(path))
      if (stats.isDirectory()) return 'folder'
      if (!stats.isFile()) return 'recordable'
      if (stats.size > MAX_RECORDED_FILE_BYTES) return 'too_large'
      await access(this.#absolute(path), constants.R_OK)
      return 'recordable'
    } catch (error) {
      const code = systemErrorCode(error)
      if (code === 'EACCES') return 'unreadable'
      // Deleted, which is recorded as such.
      if (code === 'ENOENT' || code === 'ENOTDIR') return 'recordable'
      throw error
    }
  }

  /** The first of these paths at which there is something other than a folder. */
  async firstFileOf(paths: readonly string[]): Promise<string | undefined> {
    for (const path of paths) {
      const stats = await lstat(this.#absolute(path)).catch(error => {
        const code = systemErrorCode(error)
        if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
        throw error
      })
      if (stats !== undefined && !stats.isDirectory()) return Buffer.from(path, 'latin1').toString('utf8')
    }
    return undefined
  }

  /** Path of the first regular file in the folder and below, outside of `.git`. */
  async #firstFile(folder: string): Promise<string | undefined> {
    const folders: string[] = []
    const entries = await readdir(this.#absolute(folder), { withFileTypes: true, encoding: 'buffer' }).catch(error => {
      if (systemErrorCode(error) === 'EACCES') return []
      throw error
    })
    for (const entry of entries) {
      const name = entry.name.toString('latin1')
      if (entry.isFile() && (await this.#kindOf(folder + name)) === 'recordable') return folder + name
      if (entry.isDirectory() && name !== '.git' && name !== 'node_modules') folders.push(`${folder}${name}/`)
    }
    for (const child of folders) {
      const found = await this.#firstFile(child)
      if (found !== undefined) return found
    }
    return undefined
  }

  #absolute(path: string): Buffer {
    return Buffer.concat([Buffer.from(`${this.#workspace}/`, 'utf8'), Buffer.from(path, 'latin1')])
  }

  #options(input: GitOptions['input'], variables: Record<string, string>): GitOptions {
    return {
      folder: this.#workspace,
      environment: this.#environment,
      settings: [`core.excludesFile=${join(this.#workspace, '.git', 'info', 'exclude')}`],
      variables: { ...variables, GIT_DIR: this.#folder, GIT_WORK_TREE: this.#workspace },
      ...(input === undefined ? {} : { input })
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return false
    throw error
  }
}
