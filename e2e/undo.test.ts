/** Two hands on one workspace: what the agent did is taken back, and what people did stays. */
import { execFileSync } from 'node:child_process'
import { FixpointError, type SessionEvent, type SessionState } from '@fixpoint/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runFixpoint } from './src/command-line.ts'
import { call, editStyle, say, scriptOf } from './src/model-scripts.ts'
import { TINY_FILES } from './src/tiny-project.ts'
import { createWorld, type World } from './src/world.ts'

const STYLE = TINY_FILES['style.css'] ?? ''
const EDITED = STYLE.replace('margin-left: 30px', 'margin-left: 0')

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.remove())

const container = (sessionId: string) =>
  execFileSync('docker', ['ps', '--quiet', '--filter', `label=fixpoint.session=${sessionId}`], { encoding: 'utf8' }).trim()

/** What somebody does in a terminal or an editor of the sandbox. */
const inSandbox = (sessionId: string, command: string) =>
  execFileSync('docker', ['exec', '--workdir', '/workspace', container(sessionId), 'sh', '-c', command], { encoding: 'utf8' })
const read = (sessionId: string, path: string) => inSandbox(sessionId, `cat '${path}'`)

async function save(sessionId: string, path: string, line: string): Promise<void> {
  inSandbox(sessionId, `echo '${line}' >> '${path}'`)
  await world.server.client.call('reportSaves', { params: { sessionId }, body: { paths: [path] } })
}

const editsStyle = () => world.setScript(scriptOf([editStyle('margin-left: 30px', 'margin-left: 0'), say('Done.')]))
const writes = (path: string, content: string) => world.setScript(scriptOf([call('write', { path, content }), say('Done.')]))

async function ask(sessionId: string, text: string): Promise<SessionState> {
  await world.server.client.call('createPrompt', { params: { sessionId }, body: { text } })
  return await world.server.waitUntilQuiet(sessionId)
}

async function undo(sessionId: string, turnIds: string[], options: { leaveChanged?: boolean; key?: string } = {}): Promise<SessionEvent> {
  const { leaveChanged = false, key } = options
  const { operationId } = await world.server.client.call(
    'undoTurns',
    { params: { sessionId }, body: { turnIds, leaveChanged } },
    key === undefined ? {} : { idempotencyKey: key }
  )
  return await undoEnd(sessionId, operationId)
}

const undoEnd = (sessionId: string, operationId: string) =>
  world.server.waitForEvent(
    sessionId,
    event => (event.type === 'undo.finished' || event.type === 'undo.failed') && event.data.operationId === operationId
  )

const turnOf = (state: SessionState, index: number) => state.turns[index]?.turnId ?? ''
const codeOf = (request: Promise<unknown>) =>
  request.then(
    () => 'done',
    (error: unknown) => (error instanceof FixpointError ? error.code : String(error))
  )

describe('undoing a turn', () => {
  let sessionId: string
  let first: string

  it('puts its files back and leaves a person’s later edits and later turns’ other files', async () => {
    editsStyle()
    sessionId = (await world.server.prompt('tiny', 'Line the price up.')).sessionId
    first = turnOf(await world.server.waitUntilQuiet(sessionId), 0)
    await save(sessionId, 'index.html', '<!-- mine -->')
    writes('check.sh', 'true\n')
    const state = await ask(sessionId, 'Make the check easy.')
    const events = await world.server.events(sessionId)
    const edits = events.find(event => event.type === 'edits.recorded')
    expect(edits?.data).toMatchObject({ changed: [{ path: 'index.html' }], by: [{ name: 'Ada Lovelace' }], turnId: turnOf(state, 1) })
    // The second turn did not write what the person wrote.
    expect(state.turns[1]?.proof?.files.map(file => file.path)).toEqual(['check.sh'])

    expect(await undo(sessionId, [first])).toMatchObject({ data: { restored: ['style.css'], left: [], by: { name: 'Ada Lovelace' } } })
    expect(read(sessionId, 'style.css')).toBe(STYLE)
    expect(read(sessionId, 'index.html')).toContain('<!-- mine -->')
    expect(read(sessionId, 'check.sh')).toBe('true\n')
    expect((await world.server.state(sessionId)).checkpoint?.files.map(file => file.path)).toEqual(['check.sh', 'index.html'])
  })

  it('is done once for one request, and not again', async () => {
    writes('other.css', 'a {}\n')
    const turnId = turnOf(await ask(sessionId, 'Another file.'), 2)
    const once = await undo(sessionId, [turnId], { key: 'the-same' })
    const twice = await undo(sessionId, [turnId], { key: 'the-same' })
    expect(once).toMatchObject({ type: 'undo.finished' })
    expect(twice.seq).toBe(once.seq)
    expect(await codeOf(undo(sessionId, [turnId]))).toBe('nothing_to_undo')
    expect(await codeOf(undo(sessionId, ['trn_00000000000000000000']))).toBe('turn_not_found')
  })

  it('is told to the agent, in words that are quoted', async () => {
    let heard = ''
    world.setScript(request => {
      heard += request.openMessages.map(message => message.text).join('\n')
      return { parts: [{ text: 'I see.' }] }
    })
    await ask(sessionId, 'And now?')
    expect(heard).toContain('"Ada Lovelace" has undone your work on "Another file.". Put back as they were before it: "other.css".')
  })

  it('is refused while a turn runs', async () => {
    world.setScript(scriptOf([call('bash', { command: 'sleep 30' }), say('Slept.')]))
    await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: 'Sleep.' } })
    await world.server.waitForEvent(sessionId, event => event.type === 'tool.started' && event.data.tool === 'bash')
    expect(await codeOf(undo(sessionId, [turnOf(await world.server.state(sessionId), 1)]))).toBe('turn_running')
    await world.server.client.call('stopSession', { params: { sessionId } })
    await world.server.waitUntilQuiet(sessionId)
  })

  it('becomes a commit of the pull request, beside what was made by hand', async () => {
    await world.server.client.call('createPullRequest', { params: { sessionId }, body: {} })
    await world.server.waitForEvent(sessionId, event => event.type === 'pull_request.opened')
    const log = world.project.git('log', '--reverse', '--format=%an: %s', `main..fixpoint/${sessionId}`).split('\n')
    expect(log).toEqual([
      'Ada Lovelace: Line the price up.',
      'Ada Lovelace: Changes made by hand',
      'Ada Lovelace: Make the check easy.',
      'Ada Lovelace: Undo: Line the price up.'
    ])
    expect(world.project.git('show', `fixpoint/${sessionId}:style.css`)).toBe(STYLE.trim())
  })
})

describe('a file that was changed since', () => {
  let sessionId: string
  let turnId: string

  it('stops the undoing, which then changes nothing, also where nobody knew of it before', async () => {
    world.setScript(
      scriptOf([editStyle('margin-left: 30px', 'margin-left: 0'), call('write', { path: 'b.css', content: 'b {}\n' }), say('Done.')])
    )
    sessionId = (await world.server.prompt('tiny', 'Two files.')).sessionId
    turnId = turnOf(await world.server.waitUntilQuiet(sessionId), 0)
    inSandbox(sessionId, "echo '/* mine */' >> style.css")
    const end = await undo(sessionId, [turnId])
    expect(end).toMatchObject({ type: 'undo.failed', data: { conflicts: ['style.css'], failure: { code: 'undo_conflict' } } })
    expect(read(sessionId, 'style.css')).toBe(`${EDITED}/* mine */\n`)
    expect(read(sessionId, 'b.css')).toBe('b {}\n')
    // By now it is recorded, and the answer comes at once.
    await expect(undo(sessionId, [turnId])).rejects.toMatchObject({
      code: 'undo_conflict',
      message: expect.stringContaining('"style.css"')
    })
  })

  it('is left alone where the person says so', async () => {
    const end = await undo(sessionId, [turnId], { leaveChanged: true })
    expect(end).toMatchObject({ type: 'undo.finished', data: { restored: ['b.css'], left: ['style.css'] } })
    expect(read(sessionId, 'style.css')).toBe(`${EDITED}/* mine */\n`)
    expect(inSandbox(sessionId, 'ls')).not.toContain('b.css')
  })
})

describe('what is kept', () => {
  it('a person’s edits, in a sandbox that had to be made anew', async () => {
    editsStyle()
    const { sessionId } = await world.server.prompt('tiny', 'Line the price up.')
    await world.server.waitUntilQuiet(sessionId)
    await save(sessionId, 'index.html', '<!-- mine -->')
    world.setScript(scriptOf([say('Nothing to do.')]))
    await ask(sessionId, 'Look.')
    execFileSync('docker', ['kill', container(sessionId)])
    const volumes = () =>
      execFileSync('docker', ['volume', 'ls', '--quiet', '--filter', `label=fixpoint.session=${sessionId}`], { encoding: 'utf8' })
    await expect.poll(() => container(sessionId), { timeout: 60_000 }).toBe('')
    // The last of its containers may still be going.
    await expect
      .poll(
        () => {
          const names = volumes().trim().split('\n').filter(Boolean)
          if (names.length > 0) execFileSync('docker', ['volume', 'rm', '--force', ...names], { stdio: 'ignore' })
          return volumes().trim()
        },
        { timeout: 60_000 }
      )
      .toBe('')
    await ask(sessionId, 'Look again.')
    expect(read(sessionId, 'index.html')).toContain('<!-- mine -->')
    expect(read(sessionId, 'style.css')).toBe(EDITED)
  })

  it('an undoing that was cut off by kill -9, which is done once, before the prompt that waits', async () => {
    editsStyle()
    const { sessionId } = await world.server.prompt('tiny', 'Line the price up.')
    const turnId = turnOf(await world.server.waitUntilQuiet(sessionId), 0)
    world.setScript(scriptOf([call('read', { path: 'style.css' }), say('I have read it.')]))
    const { operationId } = await world.server.client.call('undoTurns', { params: { sessionId }, body: { turnIds: [turnId] } })
    await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: 'Read it.' } })
    await world.server.waitForEvent(sessionId, event => event.type === 'undo.requested')
    await world.server.kill()
    await world.server.restart()
    await undoEnd(sessionId, operationId)
    await world.server.waitUntilQuiet(sessionId)
    const events = await world.server.events(sessionId)
    const types = events.map(event => event.type)
    expect(types.filter(type => type === 'undo.finished')).toHaveLength(1)
    expect(types.filter(type => type === 'undo.failed')).toHaveLength(0)
    expect(types.lastIndexOf('turn.started')).toBeGreaterThan(types.indexOf('undo.finished'))
    expect(read(sessionId, 'style.css')).toBe(STYLE)
  })
})

describe('discarding', () => {
  it('takes back all that was not accepted, by the command line', async () => {
    editsStyle()
    const { sessionId } = await world.server.prompt('tiny', 'Line the price up.')
    await world.server.waitUntilQuiet(sessionId)
    const environment = { ...process.env, FIXPOINT_SERVER: world.server.url, FIXPOINT_TOKEN: world.server.token }
    const fixpoint = (...args: string[]) => runFixpoint([...args, sessionId], { environment })
    expect((await fixpoint('accept')).stderr).toContain('accepted 1 turn')
    world.setScript(
      scriptOf([call('write', { path: 'style.css', content: 'a {}\n' }), call('bash', { command: 'echo > b.css' }), say('Done.')])
    )
    await ask(sessionId, 'Something else.')
    const undone = await fixpoint('undo', '--all')
    expect([undone.code, undone.stdout]).toEqual([0, 'b.css\nstyle.css\n'])
    expect(read(sessionId, 'style.css')).toBe(EDITED)
    expect((await fixpoint('undo', '--all')).stderr).toContain('nothing_to_undo')
    const shown = await fixpoint('show')
    expect(shown.stdout).toContain('Accepted by Ada Lovelace')
    expect(shown.stdout).toContain('Undone by Ada Lovelace')
  })
})
