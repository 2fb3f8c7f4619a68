import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, link, mkdir, readdir, readFile, realpath, rename, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileEdit, fileList, fileRead, fileSearch, fileWrite } from '@fixpoint/protocol/sandbox'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SandboxClient } from '../testing/sandbox-client.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'

const SECRET = 'what is outside of the workspace'

/** A workspace, beside it a file that must not be read, and a sandbox that works in the workspace. */
async function openWorkspace() {
  const folder = await temporaryFolder()
  const workspace = join(folder, 'workspace')
  const secret = join(folder, 'secret.txt')
  await mkdir(workspace)
  await writeFile(secret, SECRET)
  const client = SandboxClient.open(workspace)
  onTestFinished(async () => await client.close())
  return { folder, workspace, secret, client }
}

describe('reading', () => {
  test('gives lines, the hash of the file and where they are', async () => {
    const { client, workspace } = await openWorkspace()
    await mkdir(join(workspace, 'src'))
    await writeFile(join(workspace, 'src/a.ts'), 'one\ntwo\nthree\n')
    expect(await client.call(fileRead, { path: 'src/a.ts', fromLine: 2, lineCount: 1 })).toEqual({
      path: 'src/a.ts',
      content: 'two\n',
      sha256: execFileSync('sha256sum', [join(workspace, 'src/a.ts')])
        .toString()
        .slice(0, 64),
      bytes: 14,
      totalLines: 3,
      fromLine: 2,
      toLine: 2,
      truncated: true,
      hasInvalidUtf8: false
    })
  })

  test('says whether the last line ends', async () => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'a'), 'one\ntwo')
    expect((await client.call(fileRead, { path: 'a' })).content).toBe('one\ntwo')
    await writeFile(join(workspace, 'empty'), '')
    expect(await client.call(fileRead, { path: 'empty' })).toMatchObject({ content: '', totalLines: 0, truncated: false })
  })

  test('shows line ends of Windows as others and leaves the byte order mark out', async () => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'a'), '\ufeffone\r\ntwo\r\n')
    expect((await client.call(fileRead, { path: 'a' })).content).toBe('one\ntwo\n')
  })

  test('shows and flags bytes that are not UTF-8', async () => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'latin1.txt'), Buffer.from([0x68, 0xe4, 0x0a]))
    expect(await client.call(fileRead, { path: 'latin1.txt' })).toMatchObject({ content: 'h\ufffd\n', hasInvalidUtf8: true })
  })

  test('takes an absolute path below the workspace', async () => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'a'), 'x')
    expect((await client.call(fileRead, { path: join(workspace, 'a') })).path).toBe('a')
    expect((await client.call(fileRead, { path: 'b/../a' })).path).toBe('a')
  })

  test('follows a symbolic link within the workspace', async () => {
    const { client, workspace } = await openWorkspace()
    await mkdir(join(workspace, 'real'))
    await writeFile(join(workspace, 'real/a'), 'x')
    await symlink('real', join(workspace, 'alias'))
    expect(await client.call(fileRead, { path: 'alias/a' })).toMatchObject({ path: 'real/a', content: 'x' })
  })

  test.each([
    ['/etc/passwd', 'path_outside_workspace'],
    ['/', 'path_outside_workspace'],
    ['../secret.txt', 'path_outside_workspace'],
    ['a/../../secret.txt', 'path_outside_workspace'],
    ['../workspace-other/a', 'path_outside_workspace'],
    ['a\0.txt', 'path_outside_workspace'],
    ['~', 'path_outside_workspace'],
    ['~/.ssh/id_rsa', 'path_outside_workspace'],
    ['\\\\?\\C:\\a', 'path_outside_workspace'],
    ['C:\\Windows\\win.ini', 'path_outside_workspace'],
    ['C:/Windows/win.ini', 'path_outside_workspace'],
    ['CON', 'file_not_found'],
    ['missing/deeper/a', 'file_not_found'],
    ['file/below', 'file_not_found'],
    ['', 'invalid_parameter'],
    ['x'.repeat(5_000), 'invalid_parameter'],
    ['x'.repeat(300), 'invalid_parameter'],
    ['.', 'not_a_regular_file'],
    ['folder', 'not_a_regular_file']
  ])('refuses the path %j with %s', async (path, code) => {
    const { client, workspace } = await openWorkspace()
    await mkdir(join(workspace, 'folder'))
    await writeFile(join(workspace, 'file'), '')
    expect((await client.refusal(fileRead, { path })).code).toBe(code)
  })

  test('symbolic links do not lead out, however many there are', async () => {
    const { client, workspace, secret, folder } = await openWorkspace()
    await symlink(secret, join(workspace, 'absolute'))
    await symlink('../secret.txt', join(workspace, 'relative'))
    await symlink(folder, join(workspace, 'up'))
    await symlink('/proc/self/environ', join(workspace, 'environ'))
    await symlink('/nowhere/at/all', join(workspace, 'dangling-out'))
    await symlink('loop', join(workspace, 'loop'))
    await symlink('missing', join(workspace, 'dangling'))
    let last = secret
    for (let index = 0; index < 41; index += 1) {
      await symlink(last, join(workspace, `chain${index}`))
      last = `chain${index}`
    }
    // The control: without the defence each of them gives the secret.
    expect(await readFile(join(workspace, 'absolute'), 'utf8')).toBe(SECRET)
    expect(await readFile(join(workspace, 'up/secret.txt'), 'utf8')).toBe(SECRET)
    expect(await readFile(join(workspace, 'chain30'), 'utf8')).toBe(SECRET)

    for (const path of ['absolute', 'relative', 'up/secret.txt', 'environ', 'dangling-out', 'chain0', 'chain30']) {
      expect((await client.refusal(fileRead, { path })).code, path).toBe('path_outside_workspace')
    }
    for (const path of ['loop', 'chain40', 'dangling']) {
      expect((await client.refusal(fileRead, { path })).code, path).toBe('not_a_regular_file')
    }
  })

  test('pipes, sockets and devices are refused at once', async () => {
    const { client, workspace } = await openWorkspace()
    execFileSync('mkfifo', [join(workspace, 'fifo')])
    const server = createServer().listen(join(workspace, 'socket'))
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
    })
    const names = ['fifo', 'socket']
    if (process.getuid?.() === 0) {
      execFileSync('mknod', [join(workspace, 'zero'), 'c', '1', '5'])
      names.push('zero')
    }
    for (const path of names) {
      const startedAt = performance.now()
      expect((await client.refusal(fileRead, { path })).code, path).toBe('not_a_regular_file')
      expect((await client.refusal(fileWrite, { path, content: 'x' })).code, path).toBe('not_a_regular_file')
      expect(performance.now() - startedAt).toBeLessThan(15_000)
    }
  })

  test('what is too large is not read, however it is stored', async () => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'sparse'), '')
    await truncate(join(workspace, 'sparse'), 10_000_000_000)
    await writeFile(join(workspace, 'edge'), 'a'.repeat(5_000_000))
    const { code, problem } = await client.refusal(fileRead, { path: 'sparse' })
    expect(code).toBe('file_too_large')
    expect(problem.detail).toContain('10000000000 bytes')
    expect((await client.call(fileRead, { path: 'edge' })).bytes).toBe(5_000_000)
  })

  test('binary files are named as such', async () => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'picture.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1]))
    expect((await client.refusal(fileRead, { path: 'picture.png' })).code).toBe('file_binary')
  })

  test('a line past the end is refused with the number of lines', async () => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'a'), 'one\n')
    const { code, problem } = await client.refusal(fileRead, { path: 'a', fromLine: 2 })
    expect(code).toBe('invalid_parameter')
    expect(problem).toMatchObject({ field: 'fromLine', detail: '"a" has 1 lines.' })
  })

  test('a folder that is swapped for a link while files are read gives nothing away', { timeout: 60_000 }, async () => {
    const { client, workspace, folder } = await openWorkspace()
    await mkdir(join(workspace, 'real'))
    await writeFile(join(workspace, 'real/secret.txt'), 'harmless')
    await symlink('real', join(workspace, 'swapped'))
    const script = `while :; do ln -sfn '${folder}' swapped; ln -sfn real swapped; done`
    const swapper = spawn('bash', ['-c', script], { cwd: workspace, detached: true, stdio: 'ignore' })
    onTestFinished(() => {
      if (swapper.pid !== undefined) process.kill(-swapper.pid, 'SIGKILL')
    })

    // The control: looking first and reading then is fooled.
    const path = join(workspace, 'swapped/secret.txt')
    let fooled = 0
    for (let round = 0; round < 20_000 && fooled === 0; round += 1) {
      const looked = await realpath(path).catch(() => '')
      if (!looked.startsWith(workspace)) continue
      if ((await readFile(path, 'utf8').catch(() => '')) === SECRET) fooled += 1
    }
    expect(fooled).toBe(1)

    let harmless = 0
    for (let round = 0; round < 1_000; round += 1) {
      const answer = await client.send('POST', '/v1/files/read', JSON.stringify({ path: 'swapped/secret.txt' }))
      expect(answer.body.toString()).not.toContain(SECRET)
      if (answer.status === 200) harmless += 1
    }
    expect(harmless).toBeGreaterThan(0)
  })

  test('a hard link is a file of the workspace', async () => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'a'), 'x')
    await link(join(workspace, 'a'), join(workspace, 'b'))
    expect((await client.call(fileRead, { path: 'b' })).content).toBe('x')
  })
})

describe('writing', () => {
  test('makes the file and the folders it is in', async () => {
    const { client, workspace } = await openWorkspace()
    const answer = await client.call(fileWrite, { path: 'src/deep/a.ts', content: 'one\ntwo\n' })
    expect(answer).toMatchObject({ path: 'src/deep/a.ts', bytes: 8, created: true, added: 2, removed: 0 })
    expect(await readFile(join(workspace, 'src/deep/a.ts'), 'utf8')).toBe('one\ntwo\n')
    expect(await readdir(join(workspace, 'src/deep'))).toEqual(['a.ts'])
  })

  test('keeps mode, line ends and byte order mark of what it replaces', async () => {
    const { client, workspace } = await openWorkspace()
    const path = join(workspace, 'run.sh')
    await writeFile(path, '\ufeffone\r\ntwo\r\n')
    await chmod(path, 0o755)
    const answer = await client.call(fileWrite, { path: 'run.sh', content: 'one\nthree\n' })
    expect(answer).toMatchObject({ created: false, added: 1, removed: 1 })
    expect(await readFile(path, 'utf8')).toBe('\ufeffone\r\nthree\r\n')
    expect((await stat(path)).mode & 0o777).toBe(0o755)
  })

  test('replaces a file as a whole: a reader sees the old or the new one', async () => {
    const { client, workspace } = await openWorkspace()
    const path = join(workspace, 'a')
    await client.call(fileWrite, { path: 'a', content: 'a'.repeat(100_000) })
    const before = (await stat(path)).ino
    await client.call(fileWrite, { path: 'a', content: 'b'.repeat(100_000) })
    expect((await stat(path)).ino).not.toBe(before)
  })

  test('says when the file is another than expected', async () => {
    const { client, workspace } = await openWorkspace()
    const { sha256 } = await client.call(fileWrite, { path: 'a', content: '1', expectedSha256: null })
    expect((await client.refusal(fileWrite, { path: 'a', content: '2', expectedSha256: null })).code).toBe('file_exists')
    await writeFile(join(workspace, 'a'), 'changed by someone else')
    expect((await client.refusal(fileWrite, { path: 'a', content: '2', expectedSha256: sha256 })).code).toBe('stale_file')
    expect((await client.refusal(fileWrite, { path: 'b', content: '2', expectedSha256: sha256 })).code).toBe('stale_file')
    expect(await readFile(join(workspace, 'a'), 'utf8')).toBe('changed by someone else')
  })

  test('does not write out of the workspace or into git', async () => {
    const { client, workspace, folder } = await openWorkspace()
    await mkdir(join(workspace, '.git/hooks'), { recursive: true })
    await symlink('.git', join(workspace, 'alias'))
    await symlink(folder, join(workspace, 'up'))
    await symlink(join(folder, 'new.txt'), join(workspace, 'dangling'))
    for (const path of ['up/new.txt', '../new.txt', 'dangling', join(folder, 'new.txt')]) {
      expect((await client.refusal(fileWrite, { path, content: 'x' })).code, path).toBe('path_outside_workspace')
    }
    for (const path of ['.git/hooks/pre-commit', '.git/config', 'alias/config', '.GIT/config', 'nested/.git/config', '.git']) {
      expect((await client.refusal(fileWrite, { path, content: 'x' })).code, path).toBe('protected_path')
    }
    expect(await readdir(folder)).toEqual(['secret.txt', 'workspace'])
    expect(await readdir(join(workspace, '.git'))).toEqual(['hooks'])
    await client.call(fileWrite, { path: '.github/workflows/a.yml', content: 'x' })
  })

  test('a full or closed folder is told as such', async () => {
    const { client, workspace } = await openWorkspace()
    await mkdir(join(workspace, 'folder'))
    expect((await client.refusal(fileWrite, { path: 'folder', content: 'x' })).code).toBe('not_a_regular_file')
    expect((await client.refusal(fileWrite, { path: '.', content: 'x' })).code).toBe('not_a_regular_file')
  })

  test('writes to the file behind a link within the workspace', async () => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'real'), '1')
    await symlink('real', join(workspace, 'alias'))
    expect((await client.call(fileWrite, { path: 'alias', content: '2' })).path).toBe('real')
    expect(await readFile(join(workspace, 'real'), 'utf8')).toBe('2')
  })
})

describe('editing', () => {
  test('changes the file and shows what changed', async () => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'a.ts'), 'one\ntwo\nthree\n')
    const answer = await client.call(fileEdit, { path: 'a.ts', edits: [{ oldText: 'two', newText: 'zwei' }] })
    expect(answer).toMatchObject({ path: 'a.ts', added: 1, removed: 1 })
    expect(answer.patch).toContain('-two\n+zwei\n')
    expect(await readFile(join(workspace, 'a.ts'), 'utf8')).toBe('one\nzwei\nthree\n')
  })

  test('makes all edits or none', async () => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'a'), 'one two')
    const edits = [
      { oldText: 'one', newText: '1' },
      { oldText: 'three', newText: '3' }
    ]
    const { code, problem } = await client.refusal(fileEdit, { path: 'a', edits })
    expect(code).toBe('edit_no_match')
    expect(problem.field).toBe('edits.1.oldText')
    expect(await readFile(join(workspace, 'a'), 'utf8')).toBe('one two')
  })

  test.each([
    ['text that is there twice', Buffer.from('a\na\n'), 'edit_ambiguous'],
    ['text that is not there', Buffer.from('b\n'), 'edit_no_match'],
    ['a file that is not UTF-8', Buffer.from([0x61, 0xe4]), 'file_binary'],
    ['a binary file', Buffer.from([0x61, 0]), 'file_binary']
  ])('refuses %s', async (_, bytes, code) => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'file'), bytes)
    expect((await client.refusal(fileEdit, { path: 'file', edits: [{ oldText: 'a', newText: 'c' }] })).code).toBe(code)
    expect(await readFile(join(workspace, 'file'))).toEqual(bytes)
  })

  test('refuses a file that has changed since it was read', async () => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'a'), 'one')
    const { sha256 } = await client.call(fileRead, { path: 'a' })
    await writeFile(join(workspace, 'a'), 'one two')
    const input = { path: 'a', edits: [{ oldText: 'one', newText: '1' }], expectedSha256: sha256 }
    expect((await client.refusal(fileEdit, input)).code).toBe('stale_file')
    expect((await client.refusal(fileEdit, { ...input, path: 'missing' })).code).toBe('file_not_found')
  })

  test('edits of one file at the same time are all made', async () => {
    const { client, workspace } = await openWorkspace()
    await writeFile(join(workspace, 'a'), Array.from({ length: 50 }, (_, index) => `line${index};`).join('\n'))
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) =>
        client.call(fileEdit, { path: 'a', edits: [{ oldText: `line${index};`, newText: `done${index};` }] })
      )
    )
    expect(await readFile(join(workspace, 'a'), 'utf8')).not.toContain('line')
  })

  test('a file that a program replaces between reading and writing is not overwritten', { timeout: 30_000 }, async () => {
    const { client, workspace } = await openWorkspace()
    const path = join(workspace, 'a')
    await writeFile(path, `${'x\n'.repeat(200_000)}marker\n`)
    let stale = 0
    for (let round = 0; round < 20 && stale === 0; round += 1) {
      const answer = client.send('POST', '/v1/files/edit', JSON.stringify({ path: 'a', edits: [{ oldText: 'marker', newText: 'marker' }] }))
      await new Promise(resolve => setTimeout(resolve, round))
      await writeFile(join(workspace, 'b'), `${'y\n'.repeat(200_000)}marker\n`)
      await rename(join(workspace, 'b'), path)
      const { status, body } = await answer
      // Whenever it happened, the program's version is what counts.
      if (status === 409) {
        expect(body.toString()).toContain('stale_file')
        expect((await readFile(path, 'utf8')).startsWith('y')).toBe(true)
        stale += 1
      }
    }
    expect(stale).toBe(1)
  })
})

describe('searching', () => {
  async function openProject() {
    const opened = await openWorkspace()
    const { workspace } = opened
    execFileSync('git', ['init', '--quiet', workspace])
    const files: Record<string, string> = {
      '.gitignore': 'node_modules\ndist\n',
      '.env.example': 'needle=1\n',
      'node_modules/a/index.js': 'needle\n',
      'dist/out.js': 'needle\n',
      '.git/needle': 'needle\n',
      'src/a.ts': 'zero\none\nthe Needle (here)\nthree\nfour\n',
      'src/b.tsx': 'ü needle\n',
      'with space/c d.ts': 'needle needle\n'
    }
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(workspace, path, '..'), { recursive: true })
      await writeFile(join(workspace, path), content)
    }
    return opened
  }

  test('finds what git does not ignore, in the order of the paths', async () => {
    const { client } = await openProject()
    const { matches, truncated } = await client.call(fileSearch, { pattern: 'needle' })
    expect(truncated).toBe(false)
    expect(matches.map(({ path, line, column }) => `${path}:${line}:${column}`)).toEqual([
      '.env.example:1:1',
      'src/b.tsx:1:3',
      'with space/c d.ts:1:1'
    ])
  })

  test('takes a literal text, any case, a glob and context', async () => {
    const { client } = await openProject()
    const input = { pattern: 'needle (', literal: true, ignoreCase: true, glob: 'src/**', contextLines: 2 }
    const { matches } = await client.call(fileSearch, input)
    expect(matches).toEqual([
      { path: 'src/a.ts', line: 3, column: 5, text: 'the Needle (here)', before: ['zero', 'one'], after: ['three', 'four'] }
    ])
  })

  test('stops at the number of matches and says so', async () => {
    const { client, workspace } = await openProject()
    await writeFile(join(workspace, 'many.txt'), 'hay\n'.repeat(100_000))
    const { matches, truncated } = await client.call(fileSearch, { pattern: 'hay', maxMatches: 3, contextLines: 1 })
    expect(matches).toHaveLength(3)
    expect(truncated).toBe(true)
    const exact = await client.call(fileSearch, { pattern: 'needle', maxMatches: 3 })
    expect(exact.truncated).toBe(false)
  })

  test('shows of a long line the part around the match', async () => {
    const { client, workspace } = await openProject()
    await writeFile(join(workspace, 'min.js'), `${'a'.repeat(500_000)}special${'b'.repeat(500_000)}`)
    const { matches } = await client.call(fileSearch, { pattern: 'special' })
    expect(matches[0]?.column).toBe(500_001)
    expect(matches[0]?.text).toMatch(/^…a+specialb+…$/)
    expect(matches[0]?.text.length).toBeLessThan(1_100)
  })

  test.each([
    [{ pattern: '(' }, 'pattern'],
    [{ pattern: 'a', glob: '{a' }, 'glob']
  ])('refuses %j and says why', async (input, field) => {
    const { client } = await openProject()
    const { code, problem } = await client.refusal(fileSearch, input)
    expect(code).toBe('invalid_parameter')
    expect(problem.field).toBe(field)
  })

  test('a pattern is never an option of ripgrep', async () => {
    const { client } = await openProject()
    expect((await client.call(fileSearch, { pattern: '--files' })).matches).toEqual([])
    expect((await client.call(fileSearch, { pattern: 'needle', glob: '--pre=touch /tmp/x' })).matches).toEqual([])
  })

  test('does not read through links that lead out', async () => {
    const { client, workspace, folder } = await openProject()
    await symlink(folder, join(workspace, 'up'))
    expect((await client.call(fileSearch, { pattern: SECRET, literal: true })).matches).toEqual([])
  })

  test('lists files', async () => {
    const { client } = await openProject()
    expect(await client.call(fileList, {})).toEqual({
      paths: ['.env.example', '.gitignore', 'src/a.ts', 'src/b.tsx', 'with space/c d.ts'],
      truncated: false
    })
    expect(await client.call(fileList, { glob: '*.ts' })).toEqual({ paths: ['src/a.ts', 'with space/c d.ts'], truncated: false })
    expect(await client.call(fileList, { maxPaths: 2 })).toEqual({ paths: ['.env.example', '.gitignore'], truncated: true })
  })
})
