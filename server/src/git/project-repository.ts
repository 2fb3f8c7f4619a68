import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type FileChange, FixpointError } from '@fixpoint/protocol'
import { ExecaError } from 'execa'
import { isErrno } from '../store/errno.ts'
import { readBundleHeader } from './bundle-header.ts'
import { byteLimit } from './byte-limit.ts'
import { parseChanges } from './changes.ts'
import { type Entry, type EntryChanges, indexInfo, parseEntryChanges } from './entry-changes.ts'
import { type GitOptions, git, gitFailed, streamGit, tryGit } from './git.ts'
import type { Remote } from './remote.ts'
import { checkBranchName } from './repository-address.ts'

export interface CommitRequest {
  /** Commit whose tree is taken over; its author and message are the sandbox's and are not. */
  contentOf: string
  parent: string
  message: string
  author: { name: string; email: string }
  /** Author and committer date; given, so that making the same commit again gives the same id. */
  date: string
}

/**
 * The server's own bare repository of a project. Everything that comes out of a sandbox comes in here as a bundle, with every
 * object checked, and nothing that a sandbox wrote is ever a working tree of this machine.
 */
export interface ProjectRepository {
  /** Brings the branch up to date from the remote. @throws the `repo_…` and `ref_…` codes. */
  fetchBranch(signal?: AbortSignal): Promise<{ branch: string; commit: string }>
  /** A bundle of the branch and, should it have been rewritten since, of `commit`. */
  bundleOfBase(branch: string, commit: string): Promise<Readable>
  /** A bundle that adds `commit` for somebody who has `base`. */
  bundleOfCheckpoint(commit: string, base: string): Promise<Readable>
  /** Takes a bundle in. @throws `repo_rejected` when an object is not sound or `commit` is not in it. */
  importCheckpoint(bundle: Readable, commit: string, sessionId: string, signal?: AbortSignal): Promise<void>
  hasCommit(commit: string): Promise<boolean>
  treeOf(commit: string): Promise<string>
  /** The value of a trailer of the commit's message; null where it has none. */
  trailer(commit: string, key: string): Promise<string | null>
  isTracked(commit: string, path: string): Promise<boolean>
  /** Paths of all tracked files at a commit. */
  listFiles(commit: string): Promise<string[]>
  /**
   * Lines of the text files at a commit that have one of these texts in them, as many as are found within the limits of time and bytes.
   * Left out are files that nobody writes by hand: lockfiles, builds, source maps, minified code.
   */
  searchLines(commit: string, texts: readonly string[], limits: { timeoutMs: number; maxBytes: number }): Promise<FoundLine[]>
  /** A file as it is in a commit, without its text when it is larger than `maxBytes`; null when there is none or it is no regular file. */
  readText(commit: string, path: string, maxBytes: number): Promise<{ bytes: number; text: string | null } | null>
  changes(from: string, to: string): Promise<FileChange[]>
  /** What both commits have at each path at which they differ; a renamed file is two paths. */
  entryChanges(from: string, to: string): Promise<EntryChanges>
  /**
   * A commit that has these entries at these paths and else what its parent has. The same input gives the same commit.
   * @throws FixpointError `undo_conflict` when a file would have to be where the parent has a folder, or the other way round.
   */
  createEntriesCommit(
    entries: ReadonlyMap<string, Entry | null>,
    options: { parent: string; message: string; author: { name: string; email: string }; date: string }
  ): Promise<string>
  /** Unified diff, at most `maxBytes`. @throws `diff_too_large`. */
  diff(from: string, to: string, maxBytes: number): Promise<string>
  createCommit(request: CommitRequest): Promise<string>
  /** A commit of just these files, unless the parent is that already. */
  createFilesCommit(
    files: readonly { name: string; bytes: Uint8Array }[],
    options: { parent: string | null; message: string; date: string }
  ): Promise<{ commit: string; isNew: boolean }>
  /** What the remote's branch points to; null when it has no such branch. */
  remoteHead(branch: string, signal?: AbortSignal): Promise<string | null>
  /** Pushes to one of Fixpoint's own branches, never by force. @throws `branch_not_allowed`, `remote_refused`. */
  push(commit: string, branch: string, signal?: AbortSignal): Promise<void>
}

/** The only branches that are pushed to: a session's work, and the pictures that its pull request shows. */
const OWN_BRANCH = /^fixpoint\/ses_[0-9a-z]{20}(-pictures)?$/

const FIXPOINT = { name: 'Fixpoint', email: 'fixpoint@localhost' }

const MAX_CHECKPOINT_BYTES = 500_000_000

export interface RepositoryOptions {
  /** Folder of the bare repository. */
  path: string
  remote: Remote
  /** Branch that work starts from; the remote's default one where it is not given. */
  branch?: string
  timeoutMs: number
  maxBytes: number
}

export function createProjectRepository({ path, remote, branch, timeoutMs, maxBytes }: RepositoryOptions): ProjectRepository {
  let isInitialised = false

  async function initialise(): Promise<void> {
    if (isInitialised) return
    await mkdir(path, { recursive: true, mode: 0o700 })
    await git(['init', '--quiet', '--bare', '--initial-branch=main', path])
    isInitialised = true
  }

  const local = (options: GitOptions = {}): GitOptions => ({ repository: path, timeoutMs, ...options })

  async function reachRemote(args: readonly string[], signal?: AbortSignal): Promise<string> {
    await initialise()
    const access = await remote.access()
    const result = await tryGit(
      args.map(arg => (arg === REMOTE ? access.address : arg)),
      local({ config: access.config, signal })
    )
    if (result.exitCode !== 0) throw remoteError(args, result, remote.shownAs)
    return result.stdout
  }

  async function findDefaultBranch(signal?: AbortSignal): Promise<string> {
    const listing = await reachRemote(['ls-remote', '--symref', '--', REMOTE, 'HEAD'], signal)
    const name = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(listing)?.[1]
    if (name === undefined) throw new FixpointError('repo_empty', `${remote.shownAs} has no commits on a default branch.`)
    return checkBranchName(name)
  }

  async function entryChanges(from: string, to: string): Promise<EntryChanges> {
    const args = ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', '--no-ext-diff', '--no-textconv', from, to]
    return parseEntryChanges(await git(args, local({ encoding: 'latin1' })))
  }

  async function commitTree(
    tree: string,
    parent: string | null,
    message: string,
    author: { name: string; email: string },
    date: string
  ): Promise<string> {
    const environment = {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: FIXPOINT.name,
      GIT_COMMITTER_EMAIL: FIXPOINT.email,
      GIT_COMMITTER_DATE: date
    }
    const parents = parent === null ? [] : ['-p', parent]
    return (await git(['commit-tree', tree, ...parents, '-F', '-'], local({ input: message, environment }))).trim()
  }

  return {
    async fetchBranch(signal) {
      await initialise()
      const name = branch === undefined ? await findDefaultBranch(signal) : checkBranchName(branch)
      await reachRemote(
        ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', REMOTE, `+refs/heads/${name}:refs/heads/${name}`],
        signal
      )
      const size = await folderBytes(path)
      if (size > maxBytes) {
        throw new FixpointError(
          'repo_too_large',
          `${remote.shownAs} takes ${Math.round(size / 1e6)} MB; at most ${Math.round(maxBytes / 1e6)} MB are taken.`,
          {
            limit: maxBytes
          }
        )
      }
      const commit = (await git(['rev-parse', '--verify', `refs/heads/${name}^{commit}`], local())).trim()
      // Sessions stay on the commit that they started from, also when the branch is rewritten.
      await git(['update-ref', `refs/fixpoint/bases/${commit}`, commit], local())
      return { branch: name, commit }
    },

    async bundleOfBase(name, commit) {
      await git(['update-ref', `refs/fixpoint/bases/${commit}`, commit], local())
      return streamGit(['bundle', 'create', '--quiet', '-', `refs/heads/${name}`, `refs/fixpoint/bases/${commit}`], local())
    },

    async bundleOfCheckpoint(commit, base) {
      const ref = `refs/fixpoint/restore/${commit}`
      await git(['update-ref', ref, commit], local())
      return streamGit(['bundle', 'create', '--quiet', '-', ref, `^${base}`], local())
    },

    async importCheckpoint(bundle, commit, sessionId, signal) {
      await initialise()
      const folder = await mkdtemp(join(path, 'incoming-'))
      try {
        const file = join(folder, 'checkpoint.bundle')
        await pipeline(bundle, byteLimit(MAX_CHECKPOINT_BYTES, 'diff_too_large'), createWriteStream(file, { mode: 0o600 }), { signal })
        const header = await readBundleHeader(file)
        if (!header.tips.includes(commit)) throw rejected(`the bundle does not hold commit ${commit}`)
        // Fetching from a bundle does not check objects (git 2.39), whatever the configuration says; index-pack does.
        const pack = createReadStream(file, { start: header.packOffset })
        const result = await tryGit(['index-pack', '--stdin', '--fix-thin', '--strict', '--fsck-objects'], local({ input: pack, signal }))
        if (result.exitCode !== 0) throw rejected(result.stderr)
        const kind = await tryGit(['cat-file', '-t', commit], local())
        if (kind.stdout.trim() !== 'commit') throw rejected(`${commit} is not a commit`)
        await git(['update-ref', `refs/fixpoint/sessions/${sessionId}`, commit], local())
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },

    async hasCommit(commit) {
      const result = await tryGit(['cat-file', '-t', commit], local())
      return result.exitCode === 0 && result.stdout.trim() === 'commit'
    },

    async treeOf(commit) {
      return (await git(['rev-parse', '--verify', `${commit}^{tree}`], local())).trim()
    },

    async trailer(commit, key) {
      const value = await git(['log', '-1', `--format=%(trailers:key=${key},valueonly)`, commit], local())
      return value.trim() === '' ? null : value.trim()
    },

    async isTracked(commit, file) {
      if (file.includes('\0')) return false
      const result = await tryGit(['ls-tree', '-z', commit, '--', `:(literal)${file}`], local())
      return result.exitCode === 0 && /^100(644|755) blob /.test(result.stdout)
    },

    async listFiles(commit) {
      const listing = await git(['ls-tree', '-r', '-z', '--name-only', commit], local())
      return listing.split('\0').filter(name => name !== '')
    },

    async searchLines(commit, texts, limits) {
      const wanted = texts.filter(text => text !== '' && !/[\n\0]/.test(text))
      if (wanted.length === 0) return []
      const patterns = wanted.flatMap(text => ['-e', text])
      const args = ['grep', '--no-color', '-I', '-F', '-n', '-z', ...patterns, commit, '--', '.', ...NOT_WRITTEN_BY_HAND]
      return parseFoundLines(await readWithin(streamGit(args, local({ timeoutMs: limits.timeoutMs })), limits.maxBytes), commit)
    },

    async readText(commit, file, limit) {
      const listing = await tryGit(['ls-tree', '-z', '-l', commit, '--', `:(literal)${file}`], local())
      const [, blob, size] = /^100(?:644|755) blob ([0-9a-f]+) +(\d+)\t/.exec(listing.stdout) ?? []
      if (blob === undefined) return null
      const bytes = Number(size)
      return { bytes, text: bytes > limit ? null : await git(['cat-file', 'blob', blob], local()) }
    },

    async changes(from, to) {
      const common = ['diff-tree', '-r', '-z', '-M', '--no-ext-diff', '--no-textconv']
      const [status, lines] = await Promise.all([
        git([...common, '--name-status', from, to], local()),
        git([...common, '--numstat', from, to], local())
      ])
      return parseChanges(status, lines)
    },

    entryChanges,

    async createEntriesCommit(entries, { parent, message, author, date }) {
      const folder = await mkdtemp(join(path, 'index-'))
      try {
        const environment = { GIT_INDEX_FILE: join(folder, 'index') }
        await git(['read-tree', parent], local({ environment }))
        await git(['update-index', '-z', '--index-info'], local({ environment, input: indexInfo(entries) }))
        const tree = (await git(['write-tree'], local({ environment }))).trim()
        // A file takes the place of a folder of the same name, with all that is in it, without a word.
        const changed = await entryChanges(parent, tree)
        const other = [...changed.keys()].find(path => !entries.has(path))
        if (other !== undefined) {
          const name = JSON.stringify(Buffer.from(other, 'latin1').toString('utf8').slice(0, 200))
          throw new FixpointError('undo_conflict', `${name} is where a file or a folder of that name was before. Nothing was undone.`)
        }
        return await commitTree(tree, parent, message, author, date)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },

    async diff(from, to, limit) {
      const text = await git(['diff-tree', '-r', '-p', '-M', '--no-ext-diff', '--no-textconv', '--no-color', from, to], local())
      if (text.length > limit) {
        throw new FixpointError('diff_too_large', `The change has ${text.length} characters as a diff; at most ${limit} are taken.`, {
          limit
        })
      }
      return text
    },

    async createCommit({ contentOf, parent, message, author, date }) {
      const tree = (await git(['rev-parse', '--verify', `${contentOf}^{tree}`], local())).trim()
      return await commitTree(tree, parent, message, author, date)
    },

    async createFilesCommit(files, { parent, message, date }) {
      await initialise()
      const lines: string[] = []
      for (const { name, bytes } of files) {
        const blob = (await git(['hash-object', '-w', '--stdin'], local({ input: bytes }))).trim()
        lines.push(`100644 blob ${blob}\t${name}`)
      }
      const tree = (await git(['mktree'], local({ input: `${lines.join('\n')}\n` }))).trim()
      if (parent !== null) {
        await reachRemote(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', REMOTE, parent])
        if ((await git(['rev-parse', '--verify', `${parent}^{tree}`], local())).trim() === tree) return { commit: parent, isNew: false }
      }
      return { commit: await commitTree(tree, parent, message, FIXPOINT, date), isNew: true }
    },

    async remoteHead(name, signal) {
      const listing = await reachRemote(['ls-remote', '--', REMOTE, `refs/heads/${name}`], signal)
      return /^([0-9a-f]+)\t/.exec(listing)?.[1] ?? null
    },

    async push(commit, name, signal) {
      if (!OWN_BRANCH.test(name)) throw new FixpointError('branch_not_allowed', `“${name}” is not one of Fixpoint’s branches.`)
      await reachRemote(['push', '--quiet', '--', REMOTE, `${commit}:refs/heads/${name}`], signal)
    }
  }
}

/** A line that a search has found. */
export interface FoundLine {
  path: string
  line: number
  text: string
}

const LONGEST_LINE = 2_000

const NOT_WRITTEN_BY_HAND = [
  ...['*.min.js', '*.min.css', '*.map', '*.svg', '*.snap', '*.lock', 'package-lock.json', 'pnpm-lock.yaml'].map(name => `**/${name}`),
  ...['node_modules', 'dist', 'build', 'vendor', '.next', 'coverage'].map(folder => `**/${folder}/**`)
].map(pattern => `:(exclude,glob)${pattern}`)

/** What git prints, up to a limit. It ends with 1 where nothing was found, and early where its time is over. */
async function readWithin(output: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of output) {
      const buffer = Buffer.from(chunk)
      chunks.push(buffer)
      bytes += buffer.length
      if (bytes > maxBytes) break
    }
  } catch (error) {
    const cause: unknown = error instanceof Error ? error.cause : null
    if (!(cause instanceof ExecaError) || !(cause.exitCode === 1 || cause.timedOut)) throw error
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** `<commit>:<path>\0<line>\0<text>` */
function parseFoundLines(output: string, commit: string): FoundLine[] {
  return output.split('\n').flatMap(row => {
    const [file = '', line = '', text] = row.split('\0')
    if (text === undefined || text.length > LONGEST_LINE || !file.startsWith(`${commit}:`)) return []
    return [{ path: file.slice(commit.length + 1), line: Number(line), text }]
  })
}

/** Stands for the remote's address in the arguments, until it is known. */
const REMOTE = '\0remote'

function rejected(reason: string): FixpointError {
  const finding = /(?:error|fatal): (.*)/.exec(reason)?.[1] ?? reason.trim().split('\n').at(-1) ?? ''
  return new FixpointError('repo_rejected', `Git refused what came out of the sandbox: ${finding.slice(0, 200)}`, { cause: reason })
}

/** What git and curl say of a remote that does not answer, or answers that it cannot. */
const OUT_OF_REACH =
  /Could not resolve host|Failed to connect|Connection (refused|reset)|timed out|HTTP 5\d\d|returned error: 5\d\d|Empty reply|hung up|RPC failed/i
const REFUSED = /HTTP 4\d\d|returned error: 4\d\d|rejected|denied|declined|does not appear to be a git repository/i

function remoteError(
  args: readonly string[],
  result: { stdout: string; stderr: string; exitCode: number },
  shownAs: string
): FixpointError {
  const text = result.stderr
  const cause = { cause: text }
  if (/redirect|returned error: 30\d/i.test(text)) {
    return new FixpointError('repo_not_found_or_no_access', `${shownAs} redirects elsewhere, which is not followed.`, {
      ...cause,
      hint: 'Configure the repository’s final address.'
    })
  }
  // Of a push too: it may have come through and only its answer did not, and the next attempt looks first.
  if (OUT_OF_REACH.test(text) && !REFUSED.test(text)) {
    return new FixpointError('git_failed', `${shownAs} cannot be reached: ${lastReason(text)}`, cause)
  }
  if (args[0] === 'push') {
    return new FixpointError('remote_refused', `${shownAs} refused the push: ${lastReason(text)}`, cause)
  }
  if (/couldn't find remote ref|Couldn't find remote ref/.test(text)) {
    return new FixpointError('ref_not_found', `${shownAs} has no such branch.`, cause)
  }
  if (
    /fsck|bad (tree|commit|object|timezone)|missingSpace|zeroPadded|error in object|unpack-objects failed|index-pack failed/i.test(text)
  ) {
    return new FixpointError('repo_rejected', `Git refused objects of ${shownAs}: ${lastReason(text)}`, cause)
  }
  if (
    /not found|Authentication failed|could not read Username|403|401|does not appear to be a git repository|Repository .* does not exist/i.test(
      text
    )
  ) {
    return new FixpointError('repo_not_found_or_no_access', `${shownAs} is not there or cannot be read.`, cause)
  }
  return gitFailed(args, result)
}

function lastReason(text: string): string {
  const lines = text.split('\n').filter(line => /error|fatal|remote:|rejected/.test(line))
  return (lines.find(line => /rejected|error:/.test(line)) ?? lines.at(-1) ?? text)
    .replace(/(\w+:\/\/)[^/@\s]+@/g, '$1[redacted]@')
    .trim()
    .slice(0, 200)
}

/** Size of the files below a folder. What Git removes meanwhile (locks, incoming packs) counts as nothing. */
async function folderBytes(folder: string): Promise<number> {
  const nothingIfGone = (error: unknown): null => {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
  let total = 0
  for (const entry of (await readdir(folder, { withFileTypes: true }).catch(nothingIfGone)) ?? []) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) total += await folderBytes(path)
    else if (entry.isFile()) total += (await stat(path).catch(nothingIfGone))?.size ?? 0
  }
  return total
}
