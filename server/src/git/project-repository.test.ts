import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProjectRepository } from './project-repository.ts'
import { createRemote } from './remote.ts'

const sessionId = 'ses_01k8r5t9m3c6v2x7b4na'
let folder: string

/** Git as a developer has it, in a folder that may be hostile. */
function plainGit(cwd: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.com', '-c', 'init.defaultBranch=main', ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe']
  }).trim()
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fixpoint-repository-'))
  const work = join(folder, 'work')
  execFileSync('mkdir', [work])
  plainGit(work, 'init', '--quiet')
  writeFileSync(join(work, 'app.css'), '.price { color: red }\n')
  writeFileSync(join(work, 'AGENTS.md'), 'Use tabs.\n')
  plainGit(work, 'add', '--all')
  plainGit(work, 'commit', '--quiet', '--message', 'first')
  plainGit(folder, 'clone', '--quiet', '--bare', 'work', 'remote.git')
})
afterAll(() => rmSync(folder, { recursive: true }))

function repository(name = 'own.git') {
  return createProjectRepository({
    path: join(folder, name),
    remote: createRemote({ path: join(folder, 'remote.git') }, { allowedHosts: [], token: () => undefined }),
    timeoutMs: 30_000,
    maxBytes: 1e9
  })
}

/** A checkpoint as a sandbox makes it: a commit on a hidden ref, in a bundle without what the server has. */
function bundleFrom(work: string, base: string): { commit: string; bundle: () => Readable } {
  plainGit(work, 'add', '--all')
  const commit = plainGit(work, 'commit-tree', plainGit(work, 'write-tree'), '-p', base, '-m', 'checkpoint')
  plainGit(work, 'update-ref', 'refs/fixpoint/checkpoints/1', commit)
  const bytes = execFileSync('git', ['bundle', 'create', '--quiet', '-', 'refs/fixpoint/checkpoints/1', `^${base}`], { cwd: work })
  return { commit, bundle: () => Readable.from([bytes]) }
}

describe('a project’s repository', () => {
  it('follows the remote’s default branch and reads files of a commit', async () => {
    const own = repository()
    const base = await own.fetchBranch()
    expect(base.branch).toBe('main')
    expect(await own.listFiles(base.commit)).toEqual(['AGENTS.md', 'app.css'])
    expect(await own.isTracked(base.commit, 'app.css')).toBe(true)
    expect(await own.isTracked(base.commit, 'missing.css')).toBe(false)
    expect(await own.isTracked(base.commit, ':(glob)**')).toBe(false)
    expect(await own.readText(base.commit, 'AGENTS.md', 100)).toEqual({ bytes: 10, text: 'Use tabs.\n' })
    expect(await own.readText(base.commit, 'AGENTS.md', 3)).toEqual({ bytes: 10, text: null })
    expect(await own.readText(base.commit, 'nothing.md', 100)).toBeNull()
  })

  describe('of a remote with old objects', () => {
    /** A bare repository with one commit, made as git would not make it any more. */
    function oldRemote(name: string, flaw: { fileMode?: string; author?: string }): { path: string; commit: string } {
      const path = join(folder, name)
      plainGit(folder, 'init', '--quiet', '--bare', path)
      const write = (kind: string, input: string | Buffer) =>
        execFileSync('git', ['hash-object', '-w', '-t', kind, '--stdin', '--literally'], { cwd: path, input }).toString().trim()
      const entry = (mode: string, file: string, id: string) => Buffer.concat([Buffer.from(`${mode} ${file}\0`), Buffer.from(id, 'hex')])
      const inner = write('tree', entry('100644', 'app.css', write('blob', '.price {}\n')))
      const tree = write('tree', entry(flaw.fileMode ?? '40000', 'src', inner))
      const author = flaw.author ?? 'Dev <dev@example.com> 1140000000 +0100'
      const commit = write('commit', `tree ${tree}\nauthor ${author}\ncommitter Dev <dev@example.com> 1140000000 +0100\n\nOld\n`)
      plainGit(path, 'update-ref', 'refs/heads/main', commit)
      return { path, commit }
    }

    const fetched = (name: string, path: string) =>
      createProjectRepository({
        path: join(folder, name),
        remote: createRemote({ path }, { allowedHosts: [], token: () => undefined }),
        timeoutMs: 30_000,
        maxBytes: 1e9
      })

    it.each([
      ['zeroPaddedFilemode', { fileMode: '040000' }],
      ['missingSpaceBeforeDate', { author: 'Dev <dev@example.com>1140000000 +0100' }],
      ['badTimezone', { author: 'Dev <dev@example.com> 1140000000 +051800' }],
      ['missingEmail', { author: 'Dev' }]
    ])('takes what is harmless: %s', async (id, flaw) => {
      const { path, commit } = oldRemote(`${id}.git`, flaw)
      // Positive control: that is what git says of it.
      expect(() => plainGit(path, 'fsck', '--strict')).toThrow(id)
      const own = fetched(`own-${id}.git`, path)
      expect(await own.fetchBranch()).toEqual({ branch: 'main', commit })
      expect(await own.listFiles(commit)).toEqual(['src/app.css'])
    })

    it('refuses what is not', async () => {
      const { path } = oldRemote('twice.git', { author: 'Dev <dev@example.com> 1140000000 +0100\nauthor Two <two@example.com> 1 +0000' })
      await expect(fetched('own-twice.git', path).fetchBranch()).rejects.toMatchObject({ code: 'repo_rejected' })
    })
  })

  it('carries a checkpoint from the bundle to the remote’s branch, by the person who asked', async () => {
    const own = repository()
    const base = await own.fetchBranch()
    const work = join(folder, 'sandbox')
    plainGit(folder, 'clone', '--quiet', 'remote.git', work)
    writeFileSync(join(work, 'app.css'), '.price { color: green }\n')
    const { commit, bundle } = bundleFrom(work, base.commit)
    await own.importCheckpoint(bundle(), commit, sessionId)
    expect(await own.changes(base.commit, commit)).toEqual([{ path: 'app.css', status: 'modified', added: 1, removed: 1 }])
    expect(await own.diff(base.commit, commit, 10_000)).toContain('+.price { color: green }')
    await expect(own.diff(base.commit, commit, 10)).rejects.toMatchObject({ code: 'diff_too_large' })

    const request = {
      contentOf: commit,
      parent: base.commit,
      message: 'Green\n\nFixpoint-Turn: trn_x\n',
      author: { name: 'Ada', email: 'ada@example.com' },
      date: '2026-03-01T12:00:00Z'
    }
    const first = await own.createCommit(request)
    expect(await own.createCommit(request)).toBe(first)
    expect(await own.trailer(first, 'Fixpoint-Turn')).toBe('trn_x')
    await own.push(first, `fixpoint/${sessionId}`)
    expect(await own.remoteHead(`fixpoint/${sessionId}`)).toBe(first)
    await own.push(first, `fixpoint/${sessionId}`)
    expect(plainGit(join(folder, 'remote.git'), 'log', '-1', '--format=%an <%ae> %s', first)).toBe('Ada <ada@example.com> Green')
  })

  it.each([
    'main',
    'refs/tags/v1',
    '+fixpoint/x',
    ':fixpoint/x',
    'fixpoint/../main',
    `fixpoint/${sessionId}:refs/heads/main`,
    'fixpoint/ses_short'
  ])('does not push to %s', async branch => {
    const own = repository()
    const { commit } = await own.fetchBranch()
    const before = plainGit(join(folder, 'remote.git'), 'show-ref')
    await expect(own.push(commit, branch)).rejects.toMatchObject({ code: 'branch_not_allowed' })
    expect(plainGit(join(folder, 'remote.git'), 'show-ref')).toBe(before)
  })

  it('does not overwrite what somebody else has pushed to the branch', async () => {
    const own = repository()
    const base = await own.fetchBranch()
    const branch = 'fixpoint/ses_01k8r5t9m3c6v2x7b4nb'
    const work = join(folder, 'colleague')
    plainGit(folder, 'clone', '--quiet', 'remote.git', work)
    writeFileSync(join(work, 'theirs.txt'), 'theirs')
    plainGit(work, 'add', '--all')
    plainGit(work, 'commit', '--quiet', '--message', 'theirs')
    plainGit(work, 'push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`)
    await expect(own.push(base.commit, branch)).rejects.toMatchObject({ code: expect.stringMatching(/remote_refused/) })
  })

  it('refuses a bundle with an object that is not sound, and takes it with the check off (control)', async () => {
    const own = repository('strict.git')
    const base = await own.fetchBranch()
    const work = join(folder, 'hostile')
    plainGit(folder, 'clone', '--quiet', 'remote.git', work)
    // A tree with an entry named ".git", which a check-out would write to.
    const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: work, input: '[core]\n\tfsmonitor = touch /tmp/pwned\n' })
      .toString()
      .trim()
    const inner = execFileSync('git', ['mktree'], { cwd: work, input: `100644 blob ${blob}\tconfig\n` })
      .toString()
      .trim()
    const tree = execFileSync('git', ['hash-object', '-w', '-t', 'tree', '--stdin', '--literally'], {
      cwd: work,
      input: Buffer.concat([Buffer.from('40000 .git\0'), Buffer.from(inner, 'hex')])
    })
      .toString()
      .trim()
    const commit = plainGit(work, 'commit-tree', tree, '-p', base.commit, '-m', 'hostile')
    plainGit(work, 'update-ref', 'refs/fixpoint/checkpoints/1', commit)
    const bytes = execFileSync('git', ['bundle', 'create', '--quiet', '-', 'refs/fixpoint/checkpoints/1', `^${base.commit}`], { cwd: work })
    await expect(own.importCheckpoint(Readable.from([bytes]), commit, sessionId)).rejects.toMatchObject({ code: 'repo_rejected' })
    expect(await own.hasCommit(commit)).toBe(false)

    writeFileSync(join(folder, 'hostile.bundle'), bytes)
    const control = join(folder, 'control.git')
    plainGit(folder, 'clone', '--quiet', '--bare', 'remote.git', control)
    plainGit(
      control,
      '-c',
      'transfer.fsckObjects=false',
      'fetch',
      '--quiet',
      join(folder, 'hostile.bundle'),
      'refs/fixpoint/*:refs/taken/*'
    )
    expect(plainGit(control, 'cat-file', '-t', commit)).toBe('commit')
  })

  it('refuses a bundle that is none, and one without the promised commit', async () => {
    const own = repository()
    const base = await own.fetchBranch()
    await expect(own.importCheckpoint(Readable.from(['no bundle']), base.commit, sessionId)).rejects.toMatchObject({
      code: 'repo_rejected'
    })
    const work = join(folder, 'short')
    plainGit(folder, 'clone', '--quiet', 'remote.git', work)
    writeFileSync(join(work, 'new.txt'), 'new')
    const { bundle } = bundleFrom(work, base.commit)
    await expect(own.importCheckpoint(bundle(), 'f'.repeat(40), sessionId)).rejects.toMatchObject({ code: 'repo_rejected' })
  })

  it('runs nothing that a repository’s configuration or hooks ask for, which plain git does (control)', async () => {
    const canary = join(folder, 'canary')
    const trap = join(folder, 'trap')
    plainGit(folder, 'clone', '--quiet', 'remote.git', trap)
    plainGit(trap, 'config', 'core.fsmonitor', `touch ${canary}; false`)
    plainGit(trap, 'status')
    expect(existsSync(canary)).toBe(true)
    rmSync(canary)

    // The server's own repository, even with such settings planted in it, does not obey them.
    const own = repository('planted.git')
    const base = await own.fetchBranch()
    const path = join(folder, 'planted.git')
    plainGit(path, 'config', 'core.fsmonitor', `touch ${canary}; false`)
    for (const hook of ['pre-push', 'reference-transaction', 'post-checkout', 'pre-receive']) {
      writeFileSync(join(path, 'hooks', hook), `#!/bin/sh\ntouch ${canary}\n`, { mode: 0o755 })
    }
    await own.fetchBranch()
    await own.push(base.commit, 'fixpoint/ses_01k8r5t9m3c6v2x7b4nc')
    await own.changes(base.commit, base.commit)
    expect(existsSync(canary)).toBe(false)
  })

  it('says what is wrong with a remote', async () => {
    execFileSync('git', ['init', '--quiet', '--bare', join(folder, 'empty.git')])
    const at = (path: string, branch?: string) =>
      createProjectRepository({
        path: join(folder, `for-${branch ?? 'default'}-${path.length}.git`),
        remote: createRemote({ path }, { allowedHosts: [], token: () => undefined }),
        branch,
        timeoutMs: 30_000,
        maxBytes: 1e9
      })
    await expect(at(join(folder, 'empty.git')).fetchBranch()).rejects.toMatchObject({ code: 'repo_empty' })
    await expect(at(join(folder, 'nowhere.git')).fetchBranch()).rejects.toMatchObject({ code: 'repo_not_found_or_no_access' })
    await expect(at(join(folder, 'remote.git'), 'no-such-branch').fetchBranch()).rejects.toMatchObject({ code: 'ref_not_found' })
    const small = createProjectRepository({
      path: join(folder, 'small.git'),
      remote: createRemote({ path: join(folder, 'remote.git') }, { allowedHosts: [], token: () => undefined }),
      timeoutMs: 30_000,
      maxBytes: 100
    })
    await expect(small.fetchBranch()).rejects.toMatchObject({ code: 'repo_too_large', limit: 100 })
  })
})
