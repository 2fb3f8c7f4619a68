import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { FixpointError } from '@fixpoint/protocol'
import {
  HARMLESS_FLAWS,
  type workspaceApplyQuerySchema,
  type workspaceBundleInputSchema,
  type workspaceCheckpoint,
  type workspacePopulateQuerySchema,
  type workspaceRestoreQuerySchema
} from '@fixpoint/protocol/sandbox'
import type { z } from 'zod'
import { Turns } from '../turns.ts'
import { readBundle } from './bundle-reader.ts'
import { parseFileChanges } from './file-changes.ts'
import { git } from './git.ts'
import { EXCLUDED, SnapshotRepository } from './snapshot-repository.ts'

const NAME = 'Fixpoint'
const EMAIL = 'fixpoint@localhost'
const IDENTITY = { GIT_AUTHOR_NAME: NAME, GIT_AUTHOR_EMAIL: EMAIL, GIT_COMMITTER_NAME: NAME, GIT_COMMITTER_EMAIL: EMAIL }

/** What a fresh volume has in it. */
const IGNORED_IN_EMPTY = new Set(['lost+found'])

/** Objects are checked as they come in. */
const STRICT = `--strict=${HARMLESS_FLAWS.map(flaw => `${flaw}=ignore`).join(',')}`

/** The repository in the workspace. One operation at a time; a checkpoint during a restore would record half of it. */
export class Workspace {
  readonly #folder: string
  readonly #environment: Record<string, string>
  readonly #snapshots: SnapshotRepository
  readonly #turns = new Turns()

  /** @param environment of the sandbox's programs */
  constructor(folder: string, environment: Record<string, string>) {
    this.#folder = folder
    this.#environment = environment
    this.#snapshots = new SnapshotRepository(folder, environment)
  }

  /**
   * Makes the empty workspace a repository; after a failure it is empty again.
   * @param body a git bundle
   * @throws FixpointError workspace_prepare_failed (not empty), ref_invalid, repo_rejected, storage_full, git_failed
   */
  async populate({ branch, commit }: z.output<typeof workspacePopulateQuerySchema>, body: AsyncIterable<Buffer>): Promise<void> {
    await this.#turns.take(async () => {
      const present = (await readdir(this.#folder)).filter(name => !IGNORED_IN_EMPTY.has(name))
      if (present.length > 0) throw new FixpointError('workspace_prepare_failed', 'The workspace is not empty.')
      await this.#checkBranchName(branch)
      try {
        await this.#git(['init', '--quiet', '--template=', `--object-format=${commit.length === 64 ? 'sha256' : 'sha1'}`])
        const pack = await readBundle(body)
        if (pack === undefined) throw new FixpointError('repo_rejected', 'The git bundle is empty.')
        await indexPack(pack, async input => await this.#git(['index-pack', '--stdin', '--fix-thin', STRICT], input))
        const kind = await this.#git(['cat-file', '--batch-check=%(objecttype)'], Buffer.from(`${commit}\n`))
        if (kind.toString().trim() !== 'commit') throw new FixpointError('repo_rejected', `The git bundle does not hold commit ${commit}.`)

        await mkdir(join(this.#folder, '.git', 'info'), { recursive: true })
        await writeFile(join(this.#folder, '.git', 'info', 'exclude'), `${EXCLUDED.join('\n')}\n`)
        // Also keeps git's clean-up from the objects that the first checkpoints build on.
        await this.#git(['update-ref', `refs/remotes/origin/${branch}`, commit])
        await this.#git(['checkout', '--quiet', '--force', '--no-track', '-B', branch, commit, '--'])
        await this.#git(['config', 'user.name', NAME])
        await this.#git(['config', 'user.email', EMAIL])
        await this.#git(['config', 'gc.auto', '0'])
        await this.#snapshots.prepare()
        await this.#snapshots.stage(commit)
      } catch (error) {
        const left = (await readdir(this.#folder)).filter(name => !IGNORED_IN_EMPTY.has(name))
        await Promise.all(left.map(async name => await rm(join(this.#folder, name), { recursive: true, force: true })))
        throw error
      }
    })
  }

  /**
   * Records the working tree.
   * @throws FixpointError git_failed, storage_full
   */
  async checkpoint({
    refName,
    parent,
    message
  }: z.output<typeof workspaceCheckpoint.input>): Promise<z.output<typeof workspaceCheckpoint.output>> {
    return await this.#turns.take(async () => {
      await this.#snapshots.prepare()
      const parentTree = await this.#treeOf(parent)
      const { leftOut } = await this.#snapshots.stage(parent)
      const tree = await this.#tree()
      const isUnchanged = tree === parentTree
      const [commit, files] = await Promise.all([
        isUnchanged ? parent : this.#commit(tree, parent, message),
        isUnchanged ? [] : this.#changes(parentTree, tree)
      ])
      await this.#snapshots.git(['update-ref', `refs/fixpoint/${refName}`, commit])
      return { commit, tree, isUnchanged, files, leftOut }
    })
  }

  /**
   * Makes the working tree equal to the commit's.
   * @param body a git bundle with what is missing of it; may be empty
   * @throws FixpointError repo_rejected, git_failed, storage_full
   */
  async restore({ commit }: z.output<typeof workspaceRestoreQuerySchema>, body: AsyncIterable<Buffer>): Promise<void> {
    await this.#turns.take(async () => {
      await this.#snapshots.prepare()
      const pack = await readBundle(body)
      if (pack !== undefined) {
        await indexPack(pack, async input => await this.#snapshots.git(['index-pack', '--stdin', '--fix-thin', STRICT], input))
      }
      const tree = await this.#treeOf(commit)
      const { leftOutPaths, nested } = await this.#snapshots.stage(commit)
      await Promise.all(leftOutPaths.map(async path => await rm(path, { force: true })))
      await this.#snapshots.git(['read-tree', '--reset', '-u', commit])
      // Where nothing of a nested repository is recorded, its `.git` folder is all that is left of it.
      for (const folder of nested) {
        const kept = await this.#snapshots.git(['ls-files', '--', `:(literal)${folder}`])
        if (kept.length === 0) await rm(join(this.#folder, folder), { recursive: true, force: true })
      }
      if ((await this.#tree()) !== tree) throw new FixpointError('git_failed', `The files are not those of commit ${commit}.`)
    })
  }

  /**
   * Changes the files that differ between two commits, and no other.
   * @param body a git bundle with what is missing of `to`; may be empty
   * @throws FixpointError stale_file when the files are those of neither commit, or something ignored is in the way; then nothing
   *   was changed. repo_rejected, git_failed, storage_full
   */
  async apply({ from, to }: z.output<typeof workspaceApplyQuerySchema>, body: AsyncIterable<Buffer>): Promise<void> {
    await this.#turns.take(async () => {
      await this.#snapshots.prepare()
      const pack = await readBundle(body)
      if (pack !== undefined) {
        await indexPack(pack, async input => await this.#snapshots.git(['index-pack', '--stdin', '--fix-thin', STRICT], input))
      }
      const [before, after] = [await this.#treeOf(from), await this.#treeOf(to)]
      await this.#snapshots.stage(from)
      const present = await this.#tree()
      if (present === after) return
      if (present !== before) throw new FixpointError('stale_file', `The files are not those of commit ${from}.`)
      await this.#refuseInTheWay(from, to)
      // A file with the recorded content and another date would count as changed.
      await this.#snapshots.refresh()
      try {
        // Looks at every file that it would change before it changes the first one.
        await this.#snapshots.git(['read-tree', '-m', '-u', from, to])
      } catch (error) {
        if (!(error instanceof FixpointError) || !/not uptodate|would be (overwritten|removed)|would lose untracked/.test(error.message))
          throw error
        throw new FixpointError('stale_file', error.message, { cause: error })
      }
    })
  }

  /**
   * Opens a bundle of a checkpoint.
   * @returns undefined when there is nothing to send; otherwise `finished` rejects when the bundle is not whole
   * @throws FixpointError git_failed when there is no such checkpoint
   */
  async bundle({
    refName,
    exclude
  }: z.output<typeof workspaceBundleInputSchema>): Promise<{ stdout: Readable; finished: Promise<void> } | undefined> {
    return await this.#turns.take(async () => {
      await this.#snapshots.prepare()
      const ref = `refs/fixpoint/${refName}`
      const known = await Promise.all(exclude.map(async commit => ((await this.#snapshots.hasCommit(commit)) ? [`^${commit}`] : [])))
      const excluded = known.flat()
      const first = await this.#snapshots.git(['rev-list', '--max-count=1', ref, ...excluded, '--'])
      if (first.length === 0) return undefined
      return this.#snapshots.startGit(['bundle', 'create', '--quiet', '-', ref, ...excluded])
    })
  }

  async #commit(tree: string, parent: string, message: string): Promise<string> {
    const commit = await this.#snapshots.git(['commit-tree', tree, '-p', parent, '-F', '-'], Buffer.from(message), IDENTITY)
    return commit.toString().trim()
  }

  async #changes(before: string, after: string) {
    const parameters = ['diff-tree', '-r', '-z', '-M', '--raw', '--numstat', '--no-ext-diff', '--no-textconv', before, after]
    return parseFileChanges(await this.#snapshots.git(parameters))
  }

  /** Git takes what it ignores for worthless; here it is somebody's. */
  async #refuseInTheWay(from: string, to: string): Promise<void> {
    const added = await this.#snapshots.git(['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--diff-filter=A', from, to])
    const inTheWay = await this.#snapshots.firstFileOf(added.toString('latin1').split('\0').slice(0, -1))
    if (inTheWay !== undefined) {
      throw new FixpointError('stale_file', `${JSON.stringify(inTheWay)} is in the way: it is there and is not recorded.`)
    }
  }

  /** The tree of what was staged last. */
  async #tree(): Promise<string> {
    return (await this.#snapshots.git(['write-tree'])).toString().trim()
  }

  async #treeOf(commit: string): Promise<string> {
    if (!(await this.#snapshots.hasCommit(commit))) {
      throw new FixpointError('git_failed', `Commit ${commit} is not in the sandbox.`, { hint: 'Send it in a bundle first.' })
    }
    return (await this.#snapshots.git(['rev-parse', '--verify', `${commit}^{tree}`])).toString().trim()
  }

  async #checkBranchName(branch: string): Promise<void> {
    try {
      await this.#git(['check-ref-format', '--branch', branch])
    } catch (cause) {
      throw new FixpointError('ref_invalid', `${JSON.stringify(branch)} is not a branch name.`, { field: 'branch', cause })
    }
  }

  /** Git on the workspace's own repository. */
  async #git(parameters: string[], input?: AsyncIterable<Buffer> | Buffer): Promise<Buffer> {
    return await git(parameters, {
      folder: this.#folder,
      environment: this.#environment,
      ...(input === undefined ? {} : { input })
    })
  }
}

/** Whatever git does not accept of a bundle is the bundle's fault. */
async function indexPack(pack: AsyncIterable<Buffer>, run: (input: AsyncIterable<Buffer>) => Promise<Buffer>): Promise<void> {
  try {
    await run(pack)
  } catch (error) {
    if (!(error instanceof FixpointError) || error.code !== 'git_failed') throw error
    throw new FixpointError('repo_rejected', `Git does not accept the bundle. ${error.message}`, { cause: error })
  }
}
