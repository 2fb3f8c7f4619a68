/** A session's files and a shell in its sandbox, for an editor on another machine: the real server and the real sandbox. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { FixpointError, PROTOCOL_VERSION, type ToTerminal, watchedChangesSchema } from '@fixpoint/protocol'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { greetingFor, SandboxTerminal } from './src/sandbox-terminal.ts'
import { createWorld, type World } from './src/world.ts'

let world: World
let sessionId: string
const params = () => ({ sessionId })

const bytes = (text: string) => ({ bytes: new TextEncoder().encode(text), mediaType: 'application/octet-stream' })
const write = (path: string, text: string, query: object = {}) =>
  world.server.client.call('writeWorkspaceFile', { params: params(), query: { path, ...query }, body: bytes(text) })
const read = async (path: string) =>
  new TextDecoder().decode(await world.server.client.call('readWorkspaceFile', { params: params(), query: { path } }))
const tree = (path = '.') => world.server.client.call('listWorkspace', { params: params(), query: { path } })
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const codeOf = async (call: Promise<unknown>) => {
  try {
    await call
    return 'allowed'
  } catch (error) {
    if (error instanceof FixpointError) return error.code
    throw error
  }
}

/** Runs a command in the sandbox as what works there does, not by the way that is tested. */
const inSandbox = (command: string) => {
  const filter = `label=fixpoint.session=${sessionId}`
  const container = execFileSync('docker', ['ps', '--quiet', '--filter', filter], { encoding: 'utf8' }).trim()
  return execFileSync('docker', ['exec', container, 'bash', '-c', command], { encoding: 'utf8' })
}

/** A request to a door, by the name that a browser would use. */
async function atDoor(
  origin: string,
  path: string,
  { method = 'GET', body, cookie = '' }: { method?: string; body?: string; cookie?: string }
): Promise<IncomingMessage> {
  const headers = { host: new URL(origin).host, origin, cookie, 'content-type': 'application/json' }
  const request = httpRequest({ host: '127.0.0.1', port: world.server.port, path, method, headers })
  request.end(body)
  const [response]: [IncomingMessage] = await once(request, 'response').then(([value]) => [value])
  response.resume()
  return response
}

beforeAll(async () => {
  world = await createWorld()
  sessionId = (await world.server.client.call('createSession', { body: { projectId: 'tiny' } })).sessionId
  await tree()
})
afterAll(async () => await world?.remove())

describe('files', () => {
  it('a folder comes with all that is in it, in one answer', async () => {
    inSandbox(
      'mkdir -p many/deep node_modules/x && for n in $(seq 2000); do echo $n > many/$n.txt; done; touch many/deep/end node_modules/x/y'
    )
    const { folders, isComplete } = await tree()
    expect(isComplete).toBe(true)
    expect(folders.map(folder => folder.path)).toEqual(expect.arrayContaining(['', 'many', 'many/deep']))
    expect(folders.find(folder => folder.path === 'many')?.entries).toHaveLength(2_001)
    expect(folders.some(folder => folder.path.startsWith('node_modules'))).toBe(false)
    expect((await tree('node_modules')).folders[0]?.entries).toMatchObject([{ name: 'x', kind: 'folder' }])
  })

  it('what a person writes is in the log as theirs', async () => {
    await write('notes/mine.txt', 'one\r\ntwo')
    expect(inSandbox('cat notes/mine.txt')).toBe('one\r\ntwo')
    const saved = await world.server.waitForEvent(sessionId, event => event.type === 'files.saved')
    expect(saved.data).toMatchObject({ paths: ['notes/mine.txt'], by: { name: 'Ada Lovelace' } })
    await world.server.client.call('renameWorkspaceFile', {
      params: params(),
      body: { from: 'notes/mine.txt', to: 'notes/./yours.txt' }
    })
    await world.server.client.call('removeWorkspaceFile', { params: params(), query: { path: 'notes', isRecursive: 'true' } })
    const state = await world.server.state(sessionId)
    expect(state.saves.map(save => save.path)).toEqual(['notes/mine.txt', 'notes/yours.txt', 'notes'])
    expect(await codeOf(read('notes/yours.txt'))).toBe('file_not_found')
  })

  it('what somebody else has changed meanwhile is not written over', async () => {
    await write('shared.txt', 'first')
    inSandbox('echo agent > shared.txt')
    expect(await codeOf(write('shared.txt', 'mine', { expectedSha256: sha256('first') }))).toBe('stale_file')
    expect(await read('shared.txt')).toBe('agent\n')
    expect(await codeOf(write('shared.txt', 'mine', { mayReplace: 'false' }))).toBe('file_exists')
    expect(await codeOf(write('none.txt', 'mine', { mayCreate: 'false' }))).toBe('file_not_found')
    // As it is by now, it may be.
    expect(await codeOf(write('shared.txt', 'mine', { expectedSha256: sha256('agent\n') }))).toBe('allowed')
  })

  it('lead nowhere but into the workspace', async () => {
    inSandbox('ln -sf /etc/passwd passwd; ln -sfn /etc etc; ln -sf shared.txt link; ln -sf /nowhere dangling; ln -sfn many linked')
    expect(await codeOf(read('link'))).toBe('allowed')
    expect(await codeOf(read('../etc/passwd'))).toBe('path_outside_workspace')
    expect(await codeOf(read('many/../../etc/passwd'))).toBe('path_outside_workspace')
    expect(await codeOf(read('/etc/passwd'))).toBe('invalid_parameter')
    expect(await codeOf(read('passwd'))).toBe('path_outside_workspace')
    expect(await codeOf(read('etc/passwd'))).toBe('path_outside_workspace')
    expect(await codeOf(tree('etc'))).toBe('path_outside_workspace')
    expect(await codeOf(write('etc/evil', 'x'))).toBe('path_outside_workspace')
    expect(await codeOf(write('../evil', 'x'))).toBe('path_outside_workspace')
    expect(await codeOf(write('.git/hooks/post-checkout', 'x'))).toBe('protected_path')
    const rename = (from: string, to: string) =>
      codeOf(world.server.client.call('renameWorkspaceFile', { params: params(), body: { from, to } }))
    expect(await rename('shared.txt', '../evil')).toBe('path_outside_workspace')
    expect(await rename('shared.txt', 'etc/evil')).toBe('path_outside_workspace')
    expect(await rename('.git/config', 'config')).toBe('protected_path')
    const remove = (path: string) =>
      codeOf(world.server.client.call('removeWorkspaceFile', { params: params(), query: { path, isRecursive: 'true' } }))
    expect(await remove('.')).toBe('not_a_regular_file')
    expect(await remove('etc/passwd')).toBe('path_outside_workspace')
    expect(await remove('.git')).toBe('protected_path')
    // A link is removed, not what it leads to.
    expect(await remove('linked')).toBe('allowed')
    expect(inSandbox('ls many | wc -l').trim()).toBe('2001')
    const { folders } = await tree()
    const kinds = Object.fromEntries(folders[0]?.entries.map(entry => [entry.name, entry.kind]) ?? [])
    expect(kinds).toMatchObject({ passwd: 'other', etc: 'other', dangling: 'other', link: 'file', many: 'folder' })
  })

  it.each([
    ['a\nb\r.txt', 'allowed'],
    ['"><img src=x onerror=1>.txt', 'allowed'],
    ['a\0b', 'invalid_parameter'],
    ['.', 'not_a_regular_file'],
    ['n'.repeat(255), 'allowed'],
    ['n'.repeat(256), 'invalid_parameter'],
    [`${'d/'.repeat(2_040)}x`, 'invalid_parameter'],
    ['d'.repeat(4_097), 'invalid_parameter']
  ])('a file named %.30j…: %s', async (name, expected) => {
    expect(await codeOf(write(name, 'x'))).toBe(expected)
    if (expected !== 'allowed') return
    expect(await read(name)).toBe('x')
    expect((await tree()).folders[0]?.entries.map(entry => entry.name)).toContain(name)
  })

  it('are at most 10 MB', async () => {
    expect(await codeOf(write('big.bin', 'x'.repeat(10_000_000)))).toBe('allowed')
    expect(await codeOf(write('big.bin', 'x'.repeat(10_000_001)))).toBe('payload_too_large')
    inSandbox('head -c 10000001 /dev/zero > big.bin')
    expect(await codeOf(read('big.bin'))).toBe('file_too_large')
  })

  it('are found by name and by what is in them', async () => {
    const { paths } = await world.server.client.call('findWorkspaceFiles', { params: params(), query: { glob: '*.css' } })
    expect(paths).toEqual(['style.css'])
    const { matches } = await world.server.client.call('searchWorkspace', { params: params(), query: { pattern: 'MARGIN-LEFT' } })
    expect(matches[0]).toMatchObject({ path: 'style.css', line: expect.any(Number) })
  })

  it('tell what becomes of them, whoever does it', async () => {
    const ending = new AbortController()
    const response = await world.server.client.openFileChanges(sessionId, ending.signal)
    const heard: string[] = []
    const messages = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
    for await (const { data } of messages) {
      const told = watchedChangesSchema.parse(JSON.parse(data))
      if (told.kind === 'watching') inSandbox('mkdir -p node_modules/q; echo 1 > node_modules/q/z; echo 1 > seen.txt')
      if (told.kind === 'changed') heard.push(...told.changes.map(({ change, path }) => `${change} ${path}`))
      if (heard.includes('created seen.txt')) break
    }
    ending.abort()
    expect(heard.filter(line => line.includes('node_modules/'))).toEqual([])
  })

  it('are nobody’s without a token, and of no other session', async () => {
    const addresses = ['tree', 'stat?path=a', 'file?path=style.css', 'files', 'search?pattern=a', 'changes']
    for (const address of addresses) {
      const at = (id: string) => `${world.server.url}/api/sessions/${id}/workspace/${address}`
      expect((await fetch(at(sessionId))).status).toBe(401)
      expect((await fetch(at(sessionId), { headers: { authorization: 'Bearer fxp_wrong' } })).status).toBe(401)
      expect((await world.server.request(at('ses_00000000000000000000').slice(world.server.url.length))).status).toBe(404)
    }
    expect((await world.server.request(`/api/sessions/${sessionId}/workspace/tree`)).status).toBe(200)

    // VS Code in the sandbox has the files themselves: its door leads to none of this, and to its session.
    const { url } = await world.server.client.call('openDoor', { params: params(), body: { door: 'vscode' } })
    const { origin, hash } = new URL(url)
    const ticket = new URLSearchParams(hash.slice(1)).get('ticket')
    const entered = await atDoor(origin, '/.fixpoint/enter', { method: 'POST', body: JSON.stringify({ ticket }) })
    const cookie = entered.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const own = `/.fixpoint/api/sessions/${sessionId}`
    expect((await atDoor(origin, own, { cookie })).statusCode).toBe(200)
    for (const address of addresses) expect((await atDoor(origin, `${own}/workspace/${address}`, { cookie })).statusCode).toBe(404)
  })
})

describe('a terminal', () => {
  it('is a shell in the sandbox, with its walls', async () => {
    const terminal = await SandboxTerminal.open(world.server, sessionId)
    terminal.type('echo "$(id -u) $PWD $TERM $(stty size)"\r')
    await terminal.shows('10001 /workspace xterm-256color 24 80')
    terminal.say({ kind: 'resize', columns: 132, rows: 40 })
    terminal.type('stty size\r')
    await terminal.shows('40 132')
    terminal.type('exec 3<>/dev/tcp/1.1.1.1/80 || echo no-way-out; touch /etc/x; grep NoNewPrivs /proc/self/status\r')
    await terminal.shows('no-way-out')
    await terminal.shows('Read-only file system')
    await terminal.until(() => /NoNewPrivs:\s+1/.test(terminal.output))
    terminal.type('exit 7\r')
    await terminal.until(() => terminal.isClosed)
    expect(terminal.said.at(-1)).toEqual({ kind: 'exited', exitCode: 7, signal: null })
  })

  it('ends with all that was started in it when its reader has gone', async () => {
    const terminal = await SandboxTerminal.open(world.server, sessionId)
    terminal.type('(setsid sleep 4242 &); sleep 4343 & echo $((20+22))started\r')
    await terminal.shows('42started')
    const running = () => inSandbox("ps -eo args | grep -c '^sleep 4[23]4[23]$' || true").trim()
    expect(running()).toBe('2')
    terminal.close()
    for (let attempt = 0; attempt < 100 && running() !== '0'; attempt++) await delay(100)
    expect(running()).toBe('0')
  })

  it('that is not read makes its program wait, and loses nothing', async () => {
    const terminal = await SandboxTerminal.open(world.server, sessionId)
    terminal.type('stty -echo\r')
    await delay(200)
    terminal.isReading = false
    const before = terminal.bytes
    terminal.type('head -c 2000000 /dev/zero | tr "\\0" x; echo; echo all-of-it\r')
    await terminal.until(() => terminal.bytes - before > 200_000)
    await delay(300)
    // One read of the terminal on top of what may be on its way.
    expect(terminal.bytes - before).toBeLessThan(256_000 + 70_000)
    expect(terminal.output).not.toContain('all-of-it')
    terminal.isReading = true
    terminal.say({ kind: 'taken', bytes: terminal.bytes - before })
    await terminal.shows('all-of-it')
    expect(terminal.output.split('x').length - 1).toBeGreaterThanOrEqual(2_000_000)
    terminal.close()
  })

  it('is opened to those who may, and at most eight times', async () => {
    const good = greetingFor(world.server, sessionId)
    const refused = async (greeting: unknown) => (await SandboxTerminal.greet(world.server, greeting)).refusal
    expect(await refused({ ...good, token: 'fxp_wrong' })).toBe('token_invalid')
    expect(await refused({ ...good, sessionId: 'ses_00000000000000000000' })).toBe('session_not_found')
    expect(await refused({ ...good, protocolVersion: PROTOCOL_VERSION + 1 })).toBe('protocol_unsupported')
    expect(await refused({ ...good, columns: 0 })).toBe('invalid_event')
    expect(await refused('hello')).toBe('invalid_event')
    const evil: ToTerminal = { kind: 'taken', bytes: -1 }
    const shells = await Promise.all(Array.from({ length: 8 }, () => SandboxTerminal.open(world.server, sessionId)))
    expect(await refused(good)).toBe('terminal_limit')
    shells[0]?.say(evil)
    await shells[0]?.until(() => shells[0]?.refusal !== undefined)
    expect(shells[0]?.refusal).toBe('invalid_event')
    for (const shell of shells) shell.close()
  })

  it('and files are over with the session', async () => {
    const terminal = await SandboxTerminal.open(world.server, sessionId)
    await world.server.client.call('closeSession', { params: params() })
    await terminal.until(() => terminal.isClosed)
    expect(terminal.refusal).toBe('sandbox_lost')
    expect(await codeOf(tree())).toBe('session_closed')
    expect(await codeOf(write('a', 'b'))).toBe('session_closed')
    expect((await SandboxTerminal.greet(world.server, greetingFor(world.server, sessionId))).refusal).toBe('session_closed')
  })
})
