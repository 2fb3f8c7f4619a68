import type { FileChange, NewEvent, SessionState } from '@fixpoint/protocol'
import type { Edges } from '../edges.ts'
import type { ProjectRepository } from '../git/project-repository.ts'
import type { SandboxCalls } from '../sandbox/sandbox-calls.ts'

export interface RecordEditsOptions {
  sandbox: SandboxCalls
  repository: ProjectRepository
  sessionId: string
  /** What people saved, to say whose the changes are. */
  saves: SessionState['saves']
  baseCommit: string
  /** The last commit of the session's files. */
  head: string
  turnId: string | undefined
  append: (event: NewEvent) => Promise<void>
  edges: Edges
  signal: AbortSignal
}

/**
 * Records what was changed in the workspace by others than a turn, so that it is kept and is not taken for a turn's work.
 * @returns the new last commit with what changed; null where nothing did.
 */
export async function recordEdits(options: RecordEditsOptions): Promise<{ commit: string; changed: FileChange[] } | null> {
  const { sandbox, repository, sessionId, saves, baseCommit, head, turnId, append, edges, signal } = options
  const refName = `edits/${Buffer.from(edges.randomBytes(8)).toString('hex')}`
  const saved = await sandbox.request('workspace/checkpoint', { refName, parent: head, message: 'Changes between turns' }, { signal })
  if (saved.isUnchanged) return null
  const bundle = await sandbox.bundle({ refName, exclude: [head] }, signal)
  if (bundle) await repository.importCheckpoint(bundle, saved.commit, sessionId, signal)
  const changed = await repository.changes(head, saved.commit)
  const paths = new Set(changed.map(file => file.path))
  const people = saves.filter(save => paths.has(save.path)).map(save => save.by)
  const by = people.filter((person, index) => people.findIndex(other => other.personId === person.personId) === index)
  const files = await repository.changes(baseCommit, saved.commit)
  await append({ type: 'edits.recorded', data: { turnId, commit: saved.commit, parent: head, changed, files, by } })
  return { commit: saved.commit, changed }
}
