/** The server is killed at each point of a turn, started again, and the turn ends as if nothing had happened. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { SessionEvent } from '@fixpoint/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, editStyle, scriptOf } from './src/model-scripts.ts'
import { createWorld, type World } from './src/world.ts'

let world: World

const LONG_TEXT = 'I look at the page and at the styles, think about what could be wrong, and then I run a command that takes a while.'

beforeAll(async () => {
  world = await createWorld({
    script: scriptOf([
      { ...call('bash', { command: 'sleep 1; echo ran >> marks.txt' }, LONG_TEXT), msPerWord: 60 },
      editStyle('margin-left: 30px', 'margin-left: 0px'),
      { parts: [{ text: 'The price had a margin that nothing else had. I took it away.' }], msPerWord: 20 }
    ])
  })
  // The project is prepared once; what follows is about turns.
  const { sessionId } = await world.server.prompt('tiny', 'warm up')
  await world.server.waitUntilQuiet(sessionId)
})
afterAll(() => world.remove())

const POINTS: [string, (event: SessionEvent) => boolean][] = [
  ['while the prompt waits', event => event.type === 'prompt.queued'],
  ['while the sandbox starts', event => event.type === 'sandbox.starting'],
  ['while the model writes', event => event.type === 'step.text'],
  ['when the answer is recorded and no call has begun', event => event.type === 'step.answered'],
  ['while a command runs', event => event.type === 'tool.started' && event.data.tool === 'bash'],
  ['after a call and before its checkpoint', event => event.type === 'tool.finished'],
  ['after a checkpoint', event => event.type === 'checkpoint.saved'],
  ['while the after picture is taken', event => event.type === 'proof.started' && event.data.phase === 'after'],
  ['when the after picture is there and the proof is not', event => event.type === 'proof.captured' && event.data.phase === 'after']
]

describe('kill -9 of the server', () => {
  it.each(POINTS)('%s', async (_name, isThePoint) => {
    const { server } = world
    const { sessionId } = await server.prompt('tiny', 'Line the price up')
    await server.waitForEvent(sessionId, isThePoint)
    const shown = await server.events(sessionId)
    await server.kill()
    await server.restart()
    const state = await server.waitUntilQuiet(sessionId)
    const events = await server.events(sessionId)

    expect(events.slice(0, shown.length)).toEqual(shown)
    expect(events.map(event => event.seq)).toEqual(events.map((_, index) => index + 1))
    expect(events.filter(event => event.type === 'turn.started')).toHaveLength(1)
    expect(events.filter(event => event.type === 'turn.finished')).toHaveLength(1)
    expect(state.turns[0]?.failure).toBeUndefined()
    expect(state.prompts.map(prompt => prompt.status)).toEqual(['done'])
    const started = events.flatMap(event => (event.type === 'tool.started' ? [event.data.callId] : []))
    expect(new Set(started).size).toBe(started.length)
    expect(started.length).toBe(events.filter(event => event.type === 'tool.finished').length)
    expect(fileAtEnd(sessionId, 'style.css')).toContain('margin-left: 0px')
    expect(marks(sessionId)).toBeLessThanOrEqual(1)
    expect(state.turns[0]?.proof).toBeDefined()
    expect(world.model.rejections).toEqual([])
  })

  it('twenty times in a row does not start a turn again for ever', async () => {
    const { server } = world
    const { sessionId } = await server.prompt('tiny', 'Line the price up')
    for (let kill = 0; kill < 20; kill++) {
      const status = (await server.state(sessionId)).prompts[0]?.status
      if (status !== 'queued' && status !== 'running') break
      await server.kill()
      await server.restart()
    }
    const state = await server.waitUntilQuiet(sessionId)
    expect(['done', 'failed']).toContain(state.prompts[0]?.status)
    if (state.prompts[0]?.status === 'failed') expect(state.turns[0]?.failure?.code).toBe('turn_interrupted')
    const next = await server.prompt('tiny', 'And again')
    expect((await server.waitUntilQuiet(next.sessionId)).prompts[0]?.status).toBe('done')
  })
})

function fileAtEnd(sessionId: string, file: string): string {
  const repository = join(world.server.folder, 'data', 'repositories', 'tiny.git')
  return execFileSync('git', ['--git-dir', repository, 'show', `refs/fixpoint/sessions/${sessionId}:${file}`], { encoding: 'utf8' })
}

/** How often the command has had its effect. */
function marks(sessionId: string): number {
  try {
    return fileAtEnd(sessionId, 'marks.txt').trim().split('\n').length
  } catch {
    return 0 // the command was killed before it wrote, and was not repeated
  }
}
