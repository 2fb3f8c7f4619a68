import type { FileChange, SessionState } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import { commitUri } from './commit-files.ts'
import type { FollowedSession, ShownSession } from './followed-session.ts'

/** From which commit to which: what a turn did, or the whole session. */
export interface Span {
  from: string
  to: string
}

/** What the session has changed by now; null where nothing was recorded. */
export function spanOfSession({ base, checkpoint }: SessionState): Span | null {
  return base !== null && checkpoint !== null && base.commit !== checkpoint.commit ? { from: base.commit, to: checkpoint.commit } : null
}

/** What a turn changed: from the files that it began on to its last checkpoint. */
export function spanOfTurn({ turns }: SessionState, turnId: string): Span | null {
  const turn = turns.find(candidate => candidate.turnId === turnId)
  if (turn?.base === undefined || turn.checkpoint === undefined || turn.base === turn.checkpoint) return null
  return { from: turn.base, to: turn.checkpoint }
}

/** The two sides of a file's diff. */
export function sidesOf(sessionId: string, { from, to }: Span, file: FileChange): { before: vscode.Uri; after: vscode.Uri } {
  return {
    before: commitUri(sessionId, file.status === 'added' ? null : from, file.previousPath ?? file.path),
    after: commitUri(sessionId, file.status === 'deleted' ? null : to, file.path)
  }
}

export async function filesOf({ client, sessionId }: ShownSession, span: Span): Promise<FileChange[]> {
  return (await client.call('listChanges', { params: { sessionId }, query: { ...span } })).files
}

/** Opens all files of a span in one editor of diffs. */
export async function showSpan(session: FollowedSession, span: Span, title: string): Promise<void> {
  const files = await filesOf(session, span)
  const resources = files.map(file => {
    const { before, after } = sidesOf(session.sessionId, span, file)
    return [after, before, after]
  })
  await vscode.commands.executeCommand('vscode.changes', title, resources)
}

/** Opens one file's diff. */
export async function showFile(session: FollowedSession, span: Span, file: FileChange, title: string): Promise<void> {
  const { before, after } = sidesOf(session.sessionId, span, file)
  await vscode.commands.executeCommand('vscode.diff', before, after, title)
}
