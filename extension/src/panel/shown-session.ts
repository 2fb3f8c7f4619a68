import type { SessionSummary } from '@fixpoint/protocol'

/** A session that is older than this (ms) is not taken up again by itself. */
const RECENT_MS = 12 * 60 * 60 * 1_000

/**
 * Which session is shown: the one that the person chose, else the one whose preview the page is, else the last one of the project if it is open and of today, else a new
 * one (null). Undefined while that is not known.
 * @param previewOf the session whose preview the page is
 * @param chosen what the person chose for this page: a session, null for a new one, undefined for nothing
 */
export function shownSession(
  chosen: string | null | undefined,
  previewOf: string | undefined,
  sessions: readonly SessionSummary[] | null,
  now: number
): string | null | undefined {
  if (chosen !== undefined) return chosen
  if (previewOf !== undefined) return previewOf
  if (sessions === null) return undefined
  const last = sessions.find(session => session.status !== 'closed')
  return last !== undefined && now - Date.parse(last.updatedAt) < RECENT_MS ? last.sessionId : null
}
