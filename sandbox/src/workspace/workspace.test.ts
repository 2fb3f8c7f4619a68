import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { workspaceCheckpoint, workspaceCommitSchema } from '@fixpoint/protocol/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { type Answer, SandboxClient } from '../testing/sandbox-client.ts'
import { SourceRepository } from '../testing/source-repository.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'

const FILES = {
  '.gitignore': 'node_modules\n*.log\n',
  'README.md': 'hello\n',
  'src/a.ts': 'one\ntwo\nthree\nfour\n',
  'src/b.ts': 'b\n'
}

class Project {
  readonly workspace: string
  readonly client: SandboxClient
  readonly source: SourceRepository
  readonly base: string

  static async open(files: Record<string, string> = FILES): Promise<Project> {
    const workspace = await temporaryFolder()
    const source = await SourceRepository.make(files)
    const client = SandboxClient.open(workspace)
    onTestFinished(async () => await client.close())
    const project = new Project(workspace, client, source)
    const answer = await project.populate('main', project.base, source.bundle('main'))
    expect(answer.status, answer.body.toString()).toBe(200)
    return project
  }

  constructor(workspace: string, client: SandboxClient, source: SourceRepository) {
    this.workspace = workspace
    this.client = client
    this.source = source
    this.base = source.head
  }

  async populate(branch: string, commit: string, bundle: Buffer): Promise<Answer> {
    return await this.client.send('POST', `/v1/workspace/populate?${new URLSearchParams({ branch, commit })}`, bundle)
  }

  async restore(commit: string, bundle: Buffer): Promise<Answer> {
    return await this.client.send('POST', `/v1/workspace/restore?${new URLSearchParams({ commit })}`, bundle)
  }

  async checkpoint(name: string, parent = this.base, message = 'A step') {
    return await this.client.call(workspaceCheckpoint, { refName: `checkpoints/${name}`, parent, message })
  }

  async bundle(name: string, ...exclude: string[]): Promise<Answer> {
    return await this.client.send('POST', '/v1/workspace/bundle', JSON.stringify({ refName: `checkpoints/${name}`, exclude }))
  }

  /** Runs git in the workspace as the agent would. */
  git(...parameters: string[]): string {
    return execFileSync('git', ['-c', 'safe.directory=*', ...parameters], { cwd: this.workspace, encoding: 'utf8', stdio: 'pipe' }).trim()
  }

  async write(path: string, content: string): Promise<void> {
    await mkdir(join(this.workspace, path, '..'), { recursive: true })
    await writeFile(join(this.workspace, path), content)
  }

  /** Paths and content of a checkpoint, by way of a bundle into the server's repository. */
  async filesOf(name: string): Promise<Record<string, string>> {
    const { status, body } = await this.bundle(name, this.base)
    expect(status).toBe(200)
    const commit = this.source.fetch(body, `refs/fixpoint/checkpoints/${name}`)
    const paths = this.source.git('ls-tree', '-r', '--name-only', '-z', commit).split('\0').filter(Boolean)
    return Object.fromEntries(paths.map(path => [path, this.source.git('show', `${commit}:${path}`)]))
  }
}

function codeOf({ body }: Answer): string {
  return JSON.parse(body.toString()).code
}

test('populates an empty workspace with a branch at a commit', async () => {
  const project = await Project.open()
  expect(project.git('status', '--porcelain')).toBe('')
  expect(project.git('branch', '--show-current')).toBe('main')
  expect(project.git('rev-parse', 'HEAD')).toBe(project.base)
  expect(await readFile(join(project.workspace, 'src/a.ts'), 'utf8')).toBe(FILES['src/a.ts'])
  expect(workspaceCommitSchema.parse({ commit: project.base })).toEqual({ commit: project.base })
})

test('checks out an older commit of the bundle under the name of the branch', async () => {
  const source = await SourceRepository.make(FILES)
  const first = source.head
  await source.commit({ 'later.ts': 'x' })
  const workspace = await temporaryFolder()
  const client = SandboxClient.open(workspace)
  onTestFinished(async () => await client.close())
  const project = new Project(workspace, client, source)
  expect((await project.populate('feature/a-b', first, source.bundle('main'))).status).toBe(200)
  expect(project.git('rev-parse', 'HEAD')).toBe(first)
  expect(project.git('branch', '--show-current')).toBe('feature/a-b')
  expect(existsSync(join(workspace, 'later.ts'))).toBe(false)
})

test('refuses what is no use and leaves the workspace empty for the next try', async () => {
  const source = await SourceRepository.make(FILES)
  const workspace = await temporaryFolder()
  await mkdir(join(workspace, 'lost+found'))
  const client = SandboxClient.open(workspace)
  onTestFinished(async () => await client.close())
  const project = new Project(workspace, client, source)
  const bundle = source.bundle('main')
  const broken = Buffer.from(bundle)
  broken[bundle.length - 40] = (broken[bundle.length - 40] ?? 0) ^ 0xff

  expect(codeOf(await project.populate('main', source.head, Buffer.from('not a bundle')))).toBe('repo_rejected')
  expect(codeOf(await project.populate('main', source.head, Buffer.alloc(20_000_000, 'x')))).toBe('repo_rejected')
  const withJunk = Buffer.concat([bundle.subarray(0, bundle.length - 100), Buffer.alloc(20_000_000, 'x')])
  expect(codeOf(await project.populate('main', source.head, withJunk))).toBe('repo_rejected')
  expect(codeOf(await project.populate('main', source.head, Buffer.alloc(0)))).toBe('repo_rejected')
  expect(codeOf(await project.populate('main', source.head, bundle.subarray(0, bundle.length - 30)))).toBe('repo_rejected')
  expect(codeOf(await project.populate('main', source.head, broken))).toBe('repo_rejected')
  expect(codeOf(await project.populate('main', 'a'.repeat(40), bundle))).toBe('repo_rejected')
  expect(codeOf(await project.populate('-x', source.head, bundle))).toBe('ref_invalid')
  expect(codeOf(await project.populate('a..b', source.head, bundle))).toBe('ref_invalid')
  expect(codeOf(await project.populate('main', 'HEAD', bundle))).toBe('invalid_parameter')
  expect(await readdir(workspace)).toEqual(['lost+found'])

  expect((await project.populate('main', source.head, bundle)).status).toBe(200)
  expect(codeOf(await project.populate('main', source.head, bundle))).toBe('workspace_prepare_failed')
  expect(project.git('status', '--porcelain')).toBe('')
})

test('a repository whose objects would write into .git is not taken in', async () => {
  const source = await SourceRepository.make(FILES)
  const blob = source.git('hash-object', '-w', 'README.md')
  const tree = execFileSync('git', ['mktree'], { cwd: source.folder, input: `100644 blob ${blob}\tconfig\n`, encoding: 'utf8' }).trim()
  // Written without git's own checks.
  const entry = Buffer.concat([Buffer.from('40000 .git\0'), Buffer.from(tree, 'hex')])
  const evilTree = execFileSync('git', ['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'], {
    cwd: source.folder,
    input: entry,
    encoding: 'utf8'
  }).trim()
  const commit = source.git('commit-tree', evilTree, '-m', 'evil')
  source.git('update-ref', 'refs/heads/evil', commit)
  const workspace = await temporaryFolder()
  const client = SandboxClient.open(workspace)
  onTestFinished(async () => await client.close())
  const answer = await new Project(workspace, client, source).populate('evil', commit, source.bundle('evil'))
  expect(codeOf(answer)).toBe('repo_rejected')
  expect(await readdir(workspace)).toEqual([])
})

test('records the working tree and tells what changed', async () => {
  const project = await Project.open()
  await project.write('src/a.ts', 'one\n2\nthree\nfour\n')
  await project.write('src/new.ts', 'new\n')
  await project.write('debug.log', 'ignored')
  await project.write('node_modules/x/index.js', 'ignored')
  await rm(join(project.workspace, 'src/b.ts'))
  await rename(join(project.workspace, 'README.md'), join(project.workspace, 'INTRO.md'))
  const { commit, isUnchanged, files, leftOut } = await project.checkpoint('1')
  expect({ isUnchanged, leftOut }).toEqual({ isUnchanged: false, leftOut: [] })
  expect(files).toEqual([
    { path: 'INTRO.md', previousPath: 'README.md', status: 'renamed', added: 0, removed: 0 },
    { path: 'src/a.ts', status: 'modified', added: 1, removed: 1 },
    { path: 'src/b.ts', status: 'deleted', added: 0, removed: 1 },
    { path: 'src/new.ts', status: 'added', added: 1, removed: 0 }
  ])
  expect(await project.filesOf('1')).toEqual({
    '.gitignore': 'node_modules\n*.log',
    'INTRO.md': 'hello',
    'src/a.ts': 'one\n2\nthree\nfour',
    'src/new.ts': 'new'
  })
  expect(project.source.git('log', '-1', '--format=%an <%ae> %cn <%ce> %s', commit)).toBe(
    'Fixpoint <fixpoint@localhost> Fixpoint <fixpoint@localhost> A step'
  )
  expect(project.source.git('rev-parse', `${commit}^`)).toBe(project.base)
})

test('leaves HEAD, index and branches as they are', async () => {
  const project = await Project.open()
  await project.write('src/a.ts', 'staged\n')
  project.git('add', 'src/a.ts')
  await project.write('src/a.ts', 'not staged\n')
  const before = [project.git('status', '--porcelain'), project.git('for-each-ref'), project.git('diff', '--cached')]
  await project.checkpoint('1')
  expect([project.git('status', '--porcelain'), project.git('for-each-ref'), project.git('diff', '--cached')]).toEqual(before)
  expect((await project.filesOf('1'))['src/a.ts']).toBe('not staged')
})

test('a checkpoint without changes is its parent', async () => {
  const project = await Project.open()
  expect(await project.checkpoint('1')).toMatchObject({ commit: project.base, isUnchanged: true, files: [] })
  expect((await project.bundle('1', project.base)).status).toBe(204)
  await project.write('ignored.log', 'x')
  expect(await project.checkpoint('2')).toMatchObject({ isUnchanged: true })
  await project.write('src/a.ts', 'changed\n')
  const third = await project.checkpoint('3')
  expect(await project.checkpoint('4', third.commit)).toMatchObject({ commit: third.commit, isUnchanged: true })
  await project.write('src/a.ts', FILES['src/a.ts'])
  expect(await project.checkpoint('5', third.commit)).toMatchObject({
    isUnchanged: false,
    files: [{ path: 'src/a.ts', status: 'modified' }]
  })
})

test('records modes, links, file names of all kinds and files that became folders', async () => {
  const project = await Project.open()
  await chmod(join(project.workspace, 'src/b.ts'), 0o755)
  await symlink('../README.md', join(project.workspace, 'src/link'))
  await project.write('wéird "name"\twith\nall', 'x')
  await writeFile(Buffer.concat([Buffer.from(`${project.workspace}/latin1-`), Buffer.from([0xe4])]), 'x')
  await rm(join(project.workspace, 'README.md'))
  await project.write('README.md/inside', 'x')
  await rm(join(project.workspace, 'src/a.ts'))
  await mkdir(join(project.workspace, 'src/a.ts'))
  execFileSync('mkfifo', [join(project.workspace, 'pipe')])
  const { commit, files } = await project.checkpoint('1')
  expect(files.map(({ path }) => path)).toEqual([
    'README.md',
    'README.md/inside',
    'latin1-\ufffd',
    'src/a.ts',
    'src/b.ts',
    'src/link',
    'wéird "name"\twith\nall'
  ])
  const { body } = await project.bundle('1', project.base)
  project.source.fetch(body, 'refs/fixpoint/checkpoints/1')
  expect(project.source.git('ls-tree', '-r', commit, 'src/')).toMatch(/100755 blob \w+\tsrc\/b.ts\n120000 blob \w+\tsrc\/link/)
})

test('a repository without a .gitignore does not get its node_modules recorded', async () => {
  const project = await Project.open({ 'package.json': '{}' })
  await project.write('node_modules/a/index.js', 'x')
  await project.write('packages/b/node_modules/c/index.js', 'x')
  expect(await project.checkpoint('1')).toMatchObject({ isUnchanged: true })
})

test('the files of nested repositories are recorded like others', async () => {
  const project = await Project.open()
  for (const folder of ['nested', 'nested/deep/er', 'empty']) {
    await mkdir(join(project.workspace, folder), { recursive: true })
    execFileSync('git', ['init', '--quiet'], { cwd: join(project.workspace, folder) })
  }
  await project.write('nested/a.ts', 'a\n')
  await project.write('nested/deep/er/b.ts', 'b\n')
  await project.write('nested/c.log', 'ignored\n')
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '-m', 'x'], {
    cwd: join(project.workspace, 'nested')
  })
  const { files } = await project.checkpoint('1')
  expect(files.map(({ path }) => path)).toEqual(['nested/a.ts', 'nested/deep/er/b.ts'])
  await project.write('nested/a.ts', 'changed\n')
  await project.write('nested/new.ts', 'new\n')
  await project.checkpoint('2')
  expect(await project.filesOf('2')).toMatchObject({ 'nested/a.ts': 'changed', 'nested/new.ts': 'new' })
})

test('files that are too large or cannot be read are left out and named, the others are recorded', async () => {
  const project = await Project.open()
  await project.write('small.txt', 'x')
  await project.write('core.dump', '')
  await truncate(join(project.workspace, 'core.dump'), 3_000_000_000)
  await truncate(join(project.workspace, 'src/b.ts'), 60_000_000)
  const startedAt = performance.now()
  const { files, leftOut } = await project.checkpoint('1')
  expect(performance.now() - startedAt).toBeLessThan(15_000)
  expect(files.map(({ path }) => path)).toEqual(['small.txt'])
  expect(leftOut).toEqual([
    { path: 'core.dump', reason: 'too_large' },
    { path: 'src/b.ts', reason: 'too_large' }
  ])
  expect((await project.filesOf('1'))['src/b.ts']).toBe('b')
})

/** What an agent, a tool or a careless script may do to the repository it works in. */
const BREAKAGE: [string, (project: Project) => Promise<void> | void][] = [
  [
    'hooks that fail',
    async project => {
      await mkdir(join(project.workspace, '.git/hooks'), { recursive: true })
      for (const hook of ['pre-commit', 'reference-transaction', 'post-index-change', 'post-checkout']) {
        await writeFile(join(project.workspace, '.git/hooks', hook), '#!/bin/sh\ntouch ran\nexit 1\n', { mode: 0o755 })
      }
    }
  ],
  ['a file system monitor that hangs', project => void project.git('config', 'core.fsmonitor', 'sleep 60; touch ran')],
  [
    'a filter that fails',
    async project => {
      project.git('config', 'filter.evil.clean', 'touch ran; exit 1')
      project.git('config', 'filter.evil.required', 'true')
      await project.write('.gitattributes', '* filter=evil\n')
    }
  ],
  ['signing without a key', project => void project.git('config', 'commit.gpgSign', 'true')],
  ['an editor and a pager', project => void project.git('config', 'core.editor', 'touch ran; exit 1')],
  ['a work tree elsewhere', project => void project.git('config', 'core.worktree', '/tmp')],
  ['a bare repository', project => void project.git('config', 'core.bare', 'true')],
  ['settings that are not well formed', async project => await writeFile(join(project.workspace, '.git/config'), '[core\nbroken')],
  ['a later format', project => void project.git('config', 'core.repositoryFormatVersion', '99')],
  ['a broken index', async project => await writeFile(join(project.workspace, '.git/index'), 'broken')],
  ['a lock that a killed git left', async project => await writeFile(join(project.workspace, '.git/index.lock'), '')],
  ['a broken index of the checkpoints', async project => await writeFile(join(project.workspace, '.git/fixpoint/index'), 'broken')],
  ['a lock on the index of the checkpoints', async project => await writeFile(join(project.workspace, '.git/fixpoint/index.lock'), '')],
  [
    'a rebase under way',
    async project => {
      await mkdir(join(project.workspace, '.git/rebase-merge'))
    }
  ],
  [
    'a clean-up without reflogs',
    project => {
      project.git('checkout', '--quiet', '--orphan', 'other')
      project.git('branch', '-D', 'main')
      project.git('gc', '--quiet', '--prune=now')
    }
  ]
]

test.each(BREAKAGE)('checkpoints go on with %s', async (_, breakIt) => {
  const project = await Project.open()
  await project.write('src/a.ts', 'first\n')
  const first = await project.checkpoint('1')
  await breakIt(project)
  await project.write('src/a.ts', 'second\n')
  const startedAt = performance.now()
  const second = await project.checkpoint('2', first.commit)
  expect(performance.now() - startedAt).toBeLessThan(15_000)
  expect(second.files).toContainEqual({ path: 'src/a.ts', status: 'modified', added: 1, removed: 1 })
  expect((await project.filesOf('2'))['src/a.ts']).toBe('second')
  expect(existsSync(join(project.workspace, 'ran'))).toBe(false)
})

test('the control: with git in the workspace itself they do not', async () => {
  const project = await Project.open()
  await BREAKAGE[2]?.[1](project)
  await project.write('src/a.ts', 'second\n')
  expect(() => project.git('add', '--all')).toThrow()
  expect(existsSync(join(project.workspace, 'ran'))).toBe(true)
})

test('a bundle leaves out what the server has', async () => {
  const project = await Project.open()
  await project.write('src/a.ts', `${'first\n'.repeat(10_000)}`)
  const first = await project.checkpoint('1')
  await project.write('src/b.ts', 'second\n')
  const second = await project.checkpoint('2', first.commit)
  const whole = await project.bundle('2', project.base)
  const thin = await project.bundle('2', first.commit, 'f'.repeat(40))
  expect(whole.headers['content-type']).toBe('application/x-git-bundle')
  expect(thin.body.length).toBeLessThan(whole.body.length)
  expect(() => project.source.fetch(thin.body, 'refs/fixpoint/checkpoints/2')).toThrow()
  project.source.fetch(whole.body, 'refs/fixpoint/checkpoints/2')
  expect(project.source.fetch(thin.body, 'refs/fixpoint/checkpoints/2')).toBe(second.commit)
  expect(codeOf(await project.bundle('9', project.base))).toBe('git_failed')
})

test('restores a checkpoint in another sandbox, with what is ignored left alone', async () => {
  const first = await Project.open()
  await first.write('src/a.ts', 'changed\n')
  await first.write('src/new.ts', 'new\n')
  await rm(join(first.workspace, 'src/b.ts'))
  const { commit } = await first.checkpoint('1')
  const { body } = await first.bundle('1', first.base)

  const workspace = await temporaryFolder()
  const client = SandboxClient.open(workspace)
  onTestFinished(async () => await client.close())
  const second = new Project(workspace, client, first.source)
  await second.populate('main', first.base, first.source.bundle('main'))
  await second.write('node_modules/x/index.js', 'installed')
  await second.write('stray.ts', 'not in the checkpoint')
  await second.write('folder/stray.ts', 'not in the checkpoint')
  await second.write('README.md', 'changed here')
  const answer = await second.restore(commit, body)
  expect(answer.status, answer.body.toString()).toBe(200)
  expect(workspaceCommitSchema.parse(JSON.parse(answer.body.toString()))).toEqual({ commit })
  expect(second.git('status', '--porcelain')).toBe('M src/a.ts\n D src/b.ts\n?? src/new.ts')
  expect(await readFile(join(workspace, 'README.md'), 'utf8')).toBe('hello\n')
  expect((await readdir(workspace)).sort()).toEqual(['.git', '.gitignore', 'README.md', 'node_modules', 'src'])
  expect(second.git('rev-parse', 'HEAD')).toBe(first.base)

  // Work goes on there.
  await second.write('src/a.ts', 'changed again\n')
  const next = await second.checkpoint('2', commit)
  expect(next.files.map(({ path }) => path)).toEqual(['src/a.ts'])
})

test('restores without a bundle what is there already, over anything that stands in the way', async () => {
  const project = await Project.open()
  await project.write('src/new.ts', 'kept\n')
  const { commit } = await project.checkpoint('1')
  await rm(join(project.workspace, 'src'), { recursive: true })
  await project.write('src', 'a file where a folder was')
  await mkdir(join(project.workspace, 'README.md.d'))
  await project.write('huge.bin', '')
  await truncate(join(project.workspace, 'huge.bin'), 100_000_000)
  await mkdir(join(project.workspace, 'nested'))
  execFileSync('git', ['init', '--quiet'], { cwd: join(project.workspace, 'nested') })
  await project.write('nested/a', 'x')
  expect((await project.restore(commit, Buffer.alloc(0))).status).toBe(200)
  expect(await readFile(join(project.workspace, 'src/new.ts'), 'utf8')).toBe('kept\n')
  expect((await readdir(project.workspace)).sort()).toEqual(['.git', '.gitignore', 'README.md', 'README.md.d', 'src'])
  expect(codeOf(await project.restore('f'.repeat(40), Buffer.alloc(0)))).toBe('git_failed')
  expect(codeOf(await project.restore(commit, Buffer.from('junk')))).toBe('repo_rejected')
})

test('checkpoints and restores that are asked for at once happen one after the other', async () => {
  const project = await Project.open()
  await project.write('src/a.ts', 'x\n')
  const commits = await Promise.all(Array.from({ length: 8 }, async (_, index) => await project.checkpoint(String(index))))
  expect(new Set(commits.map(({ tree }) => tree)).size).toBe(1)
  await Promise.all([project.restore(project.base, Buffer.alloc(0)), project.checkpoint('9')])
  expect(project.git('status', '--porcelain')).toBe('')
})

test('a workspace without a repository is told as such', async () => {
  const workspace = await temporaryFolder()
  const client = SandboxClient.open(workspace)
  onTestFinished(async () => await client.close())
  const { code, problem } = await client.refusal(workspaceCheckpoint, { refName: 'checkpoints/1', parent: 'a'.repeat(40), message: '' })
  expect(code).toBe('git_failed')
  expect(problem.detail).toBe('The workspace holds no git repository.')
})

test('a checkpoint of 2,000 files is fast', { timeout: 60_000 }, async () => {
  const files = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, index) => [`src/${index % 50}/file${index}.ts`, `export const x = ${index}\n`.repeat(20)])
  )
  const project = await Project.open(files)
  await project.checkpoint('0')
  let parent = project.base
  const times: number[] = []
  for (let round = 1; round <= 5; round += 1) {
    await project.write('src/1/file1.ts', `round ${round}\n`)
    const startedAt = performance.now()
    parent = (await project.checkpoint(String(round), parent)).commit
    times.push(performance.now() - startedAt)
  }
  // Some 40 ms on two idle cores.
  expect(Math.min(...times)).toBeLessThan(1_000)
})

async function apply(project: Project, from: string, to: string): Promise<Answer> {
  const body = project.source.bundle('main')
  return await project.client.send('POST', `/v1/workspace/apply?${new URLSearchParams({ from, to })}`, body)
}

test('changes what differs between two commits and no other file', async () => {
  const project = await Project.open()
  await project.source.commit({ 'src/a.ts': 'changed\n', 'src/new.ts': 'new\n' })
  const next = project.source.head
  // Neither is in a commit: they are a person's, and stay.
  await project.write('debug.log', 'ignored\n')
  await truncate(await writeEmpty(project, 'huge.bin'), 60_000_000)
  // Touched, and not changed.
  await utimes(join(project.workspace, 'src/a.ts'), 1, 1)

  expect((await apply(project, project.base, next)).status).toBe(200)
  expect(await readFile(join(project.workspace, 'src/a.ts'), 'utf8')).toBe('changed\n')
  expect(existsSync(join(project.workspace, 'src/new.ts'))).toBe(true)
  expect(await readFile(join(project.workspace, 'debug.log'), 'utf8')).toBe('ignored\n')
  expect(existsSync(join(project.workspace, 'huge.bin'))).toBe(true)
  expect((await project.checkpoint('after', next)).isUnchanged).toBe(true)
  // Asked for again, as after a break: it has been done.
  expect((await apply(project, project.base, next)).status).toBe(200)
  expect((await apply(project, next, project.base)).status).toBe(200)
  expect(existsSync(join(project.workspace, 'src/new.ts'))).toBe(false)
})

test('changes nothing where the files are others than it was told', async () => {
  const project = await Project.open()
  await project.source.commit({ 'src/a.ts': 'changed\n', 'trace.log': 'tracked now\n' })
  const next = project.source.head
  await project.write('src/b.ts', 'a person was here\n')
  const refused = await apply(project, project.base, next)
  expect([refused.status, codeOf(refused)]).toEqual([409, 'stale_file'])
  expect(await readFile(join(project.workspace, 'src/b.ts'), 'utf8')).toBe('a person was here\n')
  expect(await readFile(join(project.workspace, 'src/a.ts'), 'utf8')).toBe(FILES['src/a.ts'])

  await project.write('src/b.ts', FILES['src/b.ts'])
  await project.write('trace.log', 'ignored, and in the way\n')
  expect(codeOf(await apply(project, project.base, next))).toBe('stale_file')
  expect(await readFile(join(project.workspace, 'trace.log'), 'utf8')).toBe('ignored, and in the way\n')
  expect(await readFile(join(project.workspace, 'src/a.ts'), 'utf8')).toBe(FILES['src/a.ts'])
})

async function writeEmpty(project: Project, path: string): Promise<string> {
  await project.write(path, '')
  return join(project.workspace, path)
}
