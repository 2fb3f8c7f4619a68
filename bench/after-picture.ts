import { type SeededBug, scriptedBugs, shopScript } from '@fixpoint/demo/model'
import type { PageContextInput, SessionEvent } from '@fixpoint/protocol'
import type { ServerProcess } from '../e2e/src/server-process.ts'
import type { BenchWorld } from './bench-world.ts'
import type { Figure, Part } from './figure.ts'
import { atOnce } from './first-event.ts'
import { summarise } from './measure.ts'
import { idleMemory } from './memory.ts'
import { capturePages } from './page-contexts.ts'
import { PHASES, type Phase, phasesOf } from './turn-phases.ts'

const SESSIONS = 3

/**
 * From a prompt to the picture that shows what it came to, with a model that answers at once. Each session mends the three bugs that
 * the scripted model knows: the first finds no sandbox, the others find it as the turn before has left it.
 */
export async function benchAfterPicture({ shop }: BenchWorld): Promise<Part> {
  shop.setScript(atOnce(shopScript))
  const contexts = await capturePages(shop.shopUrl, scriptedBugs)
  const cold: Turn[] = []
  const warm: Turn[] = []
  for (let session = 0; session < SESSIONS; session++) {
    const { sessionId } = await shop.server.client.call('createSession', { body: { projectId: 'demo' } })
    for (const [index, bug] of scriptedBugs.entries()) {
      const turn = await runTurn(shop.server, sessionId, bug, contexts.get(bug.id))
      if (index === 0) cold.push(turn)
      else warm.push(turn)
    }
    await shop.server.client.call('closeSession', { params: { sessionId } })
  }
  const how =
    'by the log of the demo shop’s session, from prompt.queued to proof.captured (after): three steps of the scripted model, which answers at once, an edit, a checkpoint, two looks at the page'
  return {
    figures: [
      figure('Prompt → after picture, first of a session', how, cold),
      figure('Prompt → after picture, sandbox running', how, warm),
      await idleMemory('Server idle, after that work', 'after the last of these sessions was closed', shop.server.pid)
    ],
    remarks: [...describePhases('First of a session', cold), ...describePhases('Sandbox running', warm)]
  }
}

type Turn = ReturnType<typeof phasesOf>

async function runTurn(server: ServerProcess, sessionId: string, bug: SeededBug, context: PageContextInput | undefined): Promise<Turn> {
  if (context === undefined) throw new Error(`There is no page context for “${bug.id}”.`)
  const { promptId } = await server.client.call('createPrompt', { params: { sessionId }, body: { text: bug.request, context } })
  await server.waitUntilQuiet(sessionId)
  const events = await server.events(sessionId)
  return phasesOf(eventsOfPrompt(events, promptId))
}

/** From the prompt to the end of its turn. */
function eventsOfPrompt(events: readonly SessionEvent[], promptId: string): SessionEvent[] {
  const first = events.findIndex(event => event.type === 'prompt.queued' && event.data.promptId === promptId)
  const last = events.findIndex(event => event.type === 'turn.finished' && event.data.promptId === promptId)
  return events.slice(first, last + 1)
}

function figure(what: string, how: string, turns: readonly Turn[]): Figure {
  return { what, how, unit: 'ms', ours: summarise(turns.map(turn => turn.totalMs)) }
}

function describePhases(name: string, turns: readonly Turn[]): string[] {
  const median = (phase: Phase) => Math.round(summarise(turns.map(turn => turn.phases[phase])).median)
  return [
    `${name}, where the time goes (medians, one after the other):`,
    ...PHASES.filter(({ isMeanwhile }) => !isMeanwhile).map(({ phase, words }) => `  ${`${median(phase)}`.padStart(6)} ms  ${words}`),
    '  and at the same time as these:',
    ...PHASES.filter(({ isMeanwhile }) => isMeanwhile).map(({ phase, words }) => `  ${`${median(phase)}`.padStart(6)} ms  ${words}`)
  ]
}
