import type { SessionEvent, VerdictValue } from '@fixpoint/protocol'
import pc from 'picocolors'

export const VERDICTS: Record<VerdictValue, string> = { verified: 'Verified', looks_wrong: 'Looks wrong', unverified: 'Unverified' }

/** One line of progress for an event; null for those that say nothing to a person at a terminal. */
export function describeEvent(event: SessionEvent): string | null {
  switch (event.type) {
    case 'prompt.queued':
      return pc.dim('queued')
    case 'turn.started':
      return 'started'
    case 'turn.resumed':
      return pc.yellow(event.data.message)
    case 'sandbox.starting':
      return pc.dim('starting the sandbox')
    case 'sandbox.ready':
      return event.data.message === '' ? null : pc.dim(event.data.message)
    case 'sandbox.lost':
      return pc.yellow(event.data.failure.message)
    case 'tool.finished':
      return `${event.data.outcome === 'succeeded' ? pc.green('✓') : pc.yellow('!')} ${event.data.summary}`
    case 'step.failed':
      return pc.yellow(
        `${event.data.failure.message}${event.data.retryAt ? ` Trying again at ${event.data.retryAt.slice(11, 19)} UTC.` : ''}`
      )
    case 'notice.added':
      return event.data.level === 'warning' ? pc.yellow(event.data.text) : pc.dim(event.data.text)
    case 'egress.refused':
      return pc.yellow(`the sandbox let nothing out to ${event.data.decision.host}`)
    case 'proof.captured':
      return pc.dim(`picture ${event.data.phase === 'before' ? 'from before' : 'from after'} the change taken`)
    case 'proof.finished':
      return pc.bold(VERDICTS[event.data.proof.verdict.value])
    case 'edits.recorded':
      return pc.dim('recorded what was changed since the last turn')
    case 'undo.requested':
      return 'undoing'
    case 'undo.finished':
      return `undone by ${event.data.by.name}`
    case 'undo.failed':
      return pc.yellow(event.data.failure.message)
    case 'stop.requested':
      return 'stopping'
    case 'turn.finished':
      return event.data.outcome === 'failed' ? pc.red(`failed: ${event.data.failure?.message ?? ''}`) : event.data.outcome
    default:
      return null
  }
}
