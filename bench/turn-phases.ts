import type { EventType, SessionEvent } from '@fixpoint/protocol'

/** Stretches of a turn. Those that are not `isMeanwhile` follow each other and add up to the whole. */
export const PHASES = [
  { phase: 'waiting', words: 'prompt queued → its turn begins', isMeanwhile: false },
  { phase: 'beginning', words: 'turn begins → first question to the model (git fetch, instructions, log)', isMeanwhile: false },
  { phase: 'model', words: 'the scripted model and the way there and back', isMeanwhile: false },
  { phase: 'looking', words: 'search and read; the first of them waits for the sandbox', isMeanwhile: false },
  { phase: 'editing', words: 'the edit; it waits for the baseline picture', isMeanwhile: false },
  { phase: 'checkpoint', words: 'checkpoint after the edit: commit, bundle, import', isMeanwhile: false },
  { phase: 'after', words: 'the after picture', isMeanwhile: false },
  { phase: 'between', words: 'between these', isMeanwhile: false },
  { phase: 'sandbox', words: 'sandbox asked for → ready', isMeanwhile: true },
  { phase: 'baseline', words: 'sandbox ready → baseline picture (dev server ready, then the picture)', isMeanwhile: true }
] as const

export type Phase = (typeof PHASES)[number]['phase']

/** Where the time of one turn went up to its after picture, by the log's own times. @throws Error where an event is missing. */
export function phasesOf(events: readonly SessionEvent[]): { totalMs: number; phases: Record<Phase, number> } {
  const time = (event: SessionEvent) => new Date(event.at).getTime()
  const find = (type: EventType, isWanted: (event: SessionEvent) => boolean = () => true): number => {
    const found = events.find(event => event.type === type && isWanted(event))
    if (found === undefined) throw new Error(`The turn has no ${type}: ${events.map(event => event.type).join(', ')}`)
    return time(found)
  }
  const isPhase = (phase: 'before' | 'after') => (event: SessionEvent) =>
    (event.type === 'proof.started' || event.type === 'proof.captured') && event.data.phase === phase

  const queued = find('prompt.queued')
  const started = find('turn.started')
  const captured = find('proof.captured', isPhase('after'))
  const proofStarted = find('proof.started', isPhase('after'))
  const sandboxReady = find('sandbox.ready')

  let model = 0
  let editing = 0
  let looking = 0
  let editedAt = 0
  const calls = new Map<string, { tool: string; at: number }>()
  const steps = new Map<string, number>()
  for (const event of events) {
    if (event.type === 'step.started') steps.set(event.data.stepId, time(event))
    if (event.type === 'step.answered') model += time(event) - (steps.get(event.data.stepId) ?? time(event))
    if (event.type === 'tool.started') calls.set(event.data.callId, { tool: event.data.tool, at: time(event) })
    if (event.type === 'tool.finished') {
      const call = calls.get(event.data.callId)
      if (call?.tool === 'edit') {
        editing += time(event) - call.at
        editedAt = time(event)
      } else if (call) looking += time(event) - call.at
    }
  }
  const inOrder = {
    waiting: started - queued,
    beginning: find('step.started') - started,
    model,
    looking,
    editing,
    checkpoint: find('checkpoint.saved') - editedAt,
    after: captured - proofStarted
  }
  const totalMs = captured - queued
  const between = totalMs - Object.values(inOrder).reduce((total, ms) => total + ms, 0)
  return {
    totalMs,
    phases: {
      ...inOrder,
      between,
      sandbox: sandboxReady - find('sandbox.starting'),
      baseline: find('proof.captured', isPhase('before')) - sandboxReady
    }
  }
}
