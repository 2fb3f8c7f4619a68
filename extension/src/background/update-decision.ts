import type { PanelReport } from '../panel-report.ts'
import type { PrivateWork } from '../private-work.ts'
import type { WaitingUpdate } from '../waiting-update.ts'

/** So long nobody has touched an open panel before it counts as left, in ms. */
const IDLE_MS = 60_000
/** So long an update waits for people who work, in ms. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1_000
/** So long after that something may still be being sent, in ms; a panel that says so longer, or says nothing, hangs. */
const LONGEST_SENDING_MS = 10 * 60 * 1_000

/** What one worker sees of the windows that are its own. */
interface OwnWindows {
  now: number
  /** How many panels Chrome says are open. One that has not reported yet may be doing anything. */
  openPanels: number
  reports: readonly PanelReport[]
  /** Somebody points in some tab, with or without a panel. */
  isPointing: boolean
}

interface UpdateSituation extends OwnWindows {
  waiting: WaitingUpdate
  /** What the worker of the private windows has told; null where it has told nothing. */
  privateWork: PrivateWork | null
}

/** Whether somebody works, or may be. */
export function isWorkedIn({ now, openPanels, reports, isPointing }: OwnWindows): boolean {
  if (openPanels > reports.length || isPointing) return true
  return reports.some(report => report.isSending || report.isBusy || now - report.lastInputAt < IDLE_MS)
}

/**
 * Whether the update is applied now. It closes the panels. Not while something is being sent; otherwise when the person has asked
 * for it, when it has waited for a day, or when nobody works. Shortly after that day in any case.
 */
export function isTimeToUpdate({ waiting, privateWork, ...own }: UpdateSituation): boolean {
  const { now, openPanels, reports } = own
  const elsewhere = privateWork !== null && now < privateWork.until ? privateWork : null
  if (now - waiting.since >= LONGEST_WAIT_MS + LONGEST_SENDING_MS) return true
  if (openPanels > reports.length || reports.some(report => report.isSending) || elsewhere?.isSending) return false
  if (waiting.isWanted || now - waiting.since >= LONGEST_WAIT_MS) return true
  return elsewhere === null && !isWorkedIn(own)
}
