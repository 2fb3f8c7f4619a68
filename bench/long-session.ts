import { createHash } from 'node:crypto'
import type { NewEvent } from '@fixpoint/protocol'
import { newId, systemEdges } from '../server/src/edges.ts'
import { createSessionLog } from '../server/src/sessions/session-log.ts'
import type { Database } from '../server/src/store/database.ts'

const BATCH = 500
/** Events of a turn that an agent of many steps leaves, in the proportion in which they come. */
const STEPS_IN_TURN = 40
const TEXTS_IN_STEP = 4

const person = { personId: newId(systemEdges, 'person'), name: 'Ada Lovelace', email: 'ada@example.com' }

/** Writes a session with so many events into the log, through the code that the server writes it with. @returns its id. */
export async function writeLongSession(db: Database, count: number, projectId: string): Promise<string> {
  const log = createSessionLog(db, systemEdges)
  const sessionId = newId(systemEdges, 'session')
  await log.create(sessionId, {
    type: 'session.created',
    data: { projectId, projectName: 'Saltmarsh demo shop', title: 'A long one', by: person }
  })
  const events = manyTurns(count - 1)
  for (let start = 0; start < events.length; start += BATCH) await log.append(sessionId, () => events.slice(start, start + BATCH))
  return sessionId
}

/** Turns that are all done, so that nothing of the session is left to be worked on; the last one has what steps are left. */
function manyTurns(count: number): NewEvent[] {
  const events: NewEvent[] = []
  const step = 4 + TEXTS_IN_STEP
  while (events.length < count) {
    const left = count - events.length
    const isLast = left < 2 * (3 + STEPS_IN_TURN * step)
    events.push(...oneTurn(isLast ? left : 3 + STEPS_IN_TURN * step))
  }
  return events
}

function oneTurn(count: number): NewEvent[] {
  const promptId = newId(systemEdges, 'prompt')
  const turnId = newId(systemEdges, 'turn')
  const steps: NewEvent[] = []
  while (steps.length < count - 3) steps.push(...oneStep(turnId, steps.length))
  return [
    { type: 'prompt.queued', data: { promptId, text: 'line this up with the others', author: person } },
    { type: 'turn.started', data: { turnId, promptId } },
    ...steps.slice(0, count - 3),
    { type: 'turn.finished', data: { turnId, promptId, outcome: 'done' } }
  ]
}

function oneStep(turnId: string, number: number): NewEvent[] {
  const stepId = newId(systemEdges, 'step')
  const callId = newId(systemEdges, 'toolCall')
  const artifact = createHash('sha256').update(stepId).digest('hex')
  const texts = Array.from(
    { length: TEXTS_IN_STEP },
    (): NewEvent => ({
      type: 'step.text',
      data: {
        turnId,
        stepId,
        text: 'The prices of things on sale stand apart from the others. I look for the styles that only they have. '
      }
    })
  )
  return [
    { type: 'step.started', data: { turnId, stepId, number, model: 'scripted-demo-model' } },
    ...texts,
    {
      type: 'step.answered',
      data: {
        turnId,
        stepId,
        finishReason: 'tool-calls',
        usage: { inputTokens: 4_000, outputTokens: 120 },
        messages: artifact,
        toolCalls: [{ callId, tool: 'read' }]
      }
    },
    {
      type: 'tool.started',
      data: {
        turnId,
        stepId,
        callId,
        tool: 'read',
        title: 'read src/components/PriceTag.css',
        input: '{"path":"src/components/PriceTag.css"}'
      }
    },
    {
      type: 'tool.finished',
      data: {
        turnId,
        callId,
        outcome: 'succeeded',
        summary: 'read PriceTag.css',
        detail: '.price-tag--sale .price-tag__now { color: var(--color-sale) }\n'.repeat(20),
        detailKind: 'text',
        result: artifact,
        durationMs: 3
      }
    }
  ]
}
