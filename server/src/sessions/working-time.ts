import type { SessionEvent } from '@fixpoint/protocol'

/**
 * When a turn would have begun, had nothing interrupted it: its time budget is for work, not for the hours in which the server was
 * off. A break lasts from the last that the turn has in the log to its resumption; what it did unrecorded just before is not counted,
 * and breaks without progress are few (`giveUpCrashLoop`).
 * @throws Error when the turn has not begun.
 */
export function startWithoutBreaks(events: readonly SessionEvent[], turnId: string): Date {
  let start: number | undefined
  let lastWork = 0
  for (const event of events) {
    if (!('turnId' in event.data) || event.data.turnId !== turnId) continue
    // A person can ask for the stop while nobody works on the turn.
    if (event.type === 'stop.requested') continue
    const at = new Date(event.at).getTime()
    start ??= at
    if (event.type === 'turn.resumed') start += Math.max(0, at - lastWork)
    lastWork = at
  }
  if (start === undefined) throw new Error(`turn ${turnId} has not begun`)
  return new Date(start)
}
