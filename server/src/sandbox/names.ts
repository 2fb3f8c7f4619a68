import { createHash } from 'node:crypto'

/**
 * Names and labels of what the driver makes in the engine. Names are a function of the instance and the session, so that a
 * server that was killed finds everything again; labels say what belongs to whom, and nothing without our instance's label is
 * ever removed.
 */
export const LABELS = {
  instance: 'fixpoint.instance',
  purpose: 'fixpoint.purpose',
  session: 'fixpoint.session',
  project: 'fixpoint.project',
  /** On the marker of a prepared workspace: its key, commit, the volume with the files and when it was finished (ISO 8601). */
  key: 'fixpoint.key',
  commit: 'fixpoint.commit',
  volume: 'fixpoint.volume',
  preparedAt: 'fixpoint.prepared-at',
  /** On a session's workspace: the prepared volume that it stands on. */
  standsOn: 'fixpoint.stands-on',
  /** On a session's workspace: it is the session's only when what was made before has been restored, which a marker says. */
  awaitsRestore: 'fixpoint.awaits-restore'
} as const

export type Purpose =
  /** A container that fills and installs a prepared workspace, and the volume with its files. */
  | 'prepare'
  /** An empty volume whose existence says that a prepared workspace is whole. */
  | 'prepared-marker'
  /** A session's sandbox. */
  | 'session'
  /** The volume with what a session changed. */
  | 'session-files'
  /** The volume that a session works in; its existence says that the session's files are in place. */
  | 'session-workspace'
  /** An empty volume whose existence says that what the session had made is in its workspace again. */
  | 'session-restored'
  /** A container that only lays out or copies files and is never kept. */
  | 'layout'

/** Names are cut from hashes: ids and keys may hold characters that the engine does not take, and names have a limit. */
function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 20)
}

export function sessionNames(
  instanceId: string,
  sessionId: string
): { container: string; files: string; workspace: string; restored: string } {
  const base = `fixpoint-${short(instanceId).slice(0, 8)}-${short(sessionId)}`
  return { container: `${base}-sandbox`, files: `${base}-files`, workspace: `${base}-workspace`, restored: `${base}-restored` }
}

export function preparedNames(instanceId: string, key: string, attempt: string): { container: string; files: string; marker: string } {
  const base = `fixpoint-${short(instanceId).slice(0, 8)}-prepared-${key}`
  return { container: `${base}-${attempt}`, files: `${base}-${attempt}`, marker: `${base}-whole` }
}

/** What a prepared workspace depends on: the same key means the same files. */
export function preparedKey(parts: readonly unknown[]): string {
  return short(JSON.stringify(parts))
}
