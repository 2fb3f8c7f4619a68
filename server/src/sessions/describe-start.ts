import type { SessionState } from '@fixpoint/protocol'
import type { OpenSandbox } from './sandbox-keeper.ts'

/** A sandbox that has started, and what was known of its session before. */
export interface Start {
  from: OpenSandbox['startedFrom']
  durationMs: number
  /** Whether it takes the place of one that was lost in the same turn. */
  isReplacement: boolean
  state: Pick<SessionState, 'sandbox' | 'saves'>
}

/** Whether the session's files were not there any more, so that some of them may be gone for good. */
export function hasLostFiles({ from, isReplacement, state }: Omit<Start, 'durationMs'>): boolean {
  if (from === 'checkpoint') return true
  // A session that had a sandbox has files of its own; where it starts from the project's, they are gone.
  const hadFiles = isReplacement || state.sandbox.status === 'ready' || state.sandbox.status === 'lost' || state.saves.length > 0
  return from === 'prepared' && hadFiles
}

/** What is said to people of a start; nothing where it was running. */
export function describeStart(start: Start): string {
  const { from, isReplacement, durationMs } = start
  const time = `${(durationMs / 1_000).toFixed(1)} s`
  if (hasLostFiles(start)) return `The sandbox was replaced in ${time}. ${describeLoss(from, start.state)}`
  if (isReplacement || from === 'existing_workspace') return `The sandbox was started again in ${time}. Its files are as they were left.`
  return from === 'running' ? '' : `The sandbox is ready after ${time}.`
}

const PATHS_NAMED = 10

/** What of a session's files is gone. What people saved is named, since that is nowhere else in the log. */
export function describeLoss(from: OpenSandbox['startedFrom'], { saves }: Pick<SessionState, 'saves'>): string {
  const files =
    from === 'checkpoint'
      ? 'Its files are as at the last checkpoint; anything since then that was not recorded is gone.'
      : 'Its files are those of the project; whatever was changed in it and not recorded is gone.'
  const paths = [...new Set(saves.map(save => save.path))]
  const more = paths.length > PATHS_NAMED ? ` and ${paths.length - PATHS_NAMED} more` : ''
  const saved =
    paths.length === 0 ? '' : ` Saved since by people, and to be looked after: ${paths.slice(0, PATHS_NAMED).join(', ')}${more}.`
  return `${files}${saved}`
}
