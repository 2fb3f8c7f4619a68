import type { PanelReport } from '../panel-report.ts'
import type { WaitingUpdate } from '../waiting-update.ts'

/** So long nobody has touched an open panel before it counts as left, in ms. */
const IDLE_MS = 60_000
/** So long an update waits for people who work, in ms. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1_000
/** So long after that something may still be being sent, in ms; a panel that says so longer, or says nothing, hangs. */
const LONGEST_SENDING_MS = 10 * 60 * 1_000

interface UpdateSituation {
  waiting: WaitingUpdate
  now: number
  /** How many panels Chrome says are open. One that has not reported yet may be doing anything. */
  openPanels: number
  reports: readonly PanelReport[]
  /** Somebody points in some tab, with or without a panel. */
  isPointing: boolean
}

/**
 * Whether the update is applied now. It closes the panels. Not while something is being sent; otherwise when the person has asked
 * for it, when it has waited for a day, or when nobody works. Shortly after that day in any case.
 */
export function isTimeToUpdate({ waiting, now, openPanels, reports, isPointing }: UpdateSituation): boolean {
  if (now - waiting.since >= LONGEST_WAIT_MS + LONGEST_SENDING_MS) return true
  if (openPanels > reports.length || reports.some(report => report.isSending)) return false
  if (waiting.isWanted || now - waiting.since >= LONGEST_WAIT_MS) return true
  return !isPointing && reports.every(report => !report.isBusy && now - report.lastInputAt >= IDLE_MS)
}
