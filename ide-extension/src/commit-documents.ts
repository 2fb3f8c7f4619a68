import { FixpointError } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import { z } from 'zod'
import type { FollowedSession } from './followed-session.ts'

/** Documents that show a file as it was at a commit of the session; read-only, for the sides of diffs. */
export const COMMIT_SCHEME = 'fixpoint-commit'

const querySchema = z.object({ sessionId: z.string(), commit: z.string().nullable() })

/** @param commit null for a file that does not exist on this side: an empty document. */
export function commitUri(sessionId: string, commit: string | null, path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: COMMIT_SCHEME, path: `/${path}`, query: JSON.stringify({ sessionId, commit }) })
}

/** A file at a commit; empty where it is not there or is no text. */
export async function textAt({ client, sessionId }: FollowedSession, commit: string, path: string): Promise<string> {
  try {
    const bytes = await client.call('readFile', { params: { sessionId }, query: { commit, path } })
    return new TextDecoder().decode(bytes)
  } catch (error) {
    if (error instanceof FixpointError && error.code === 'not_found') return ''
    throw error
  }
}

export function createCommitDocuments(session: () => FollowedSession | null): vscode.TextDocumentContentProvider {
  return {
    async provideTextDocumentContent(uri) {
      const query = querySchema.safeParse(JSON.parse(uri.query))
      const current = session()
      if (!query.success || query.data.commit === null || current?.sessionId !== query.data.sessionId) return ''
      return await textAt(current, query.data.commit, uri.path.slice(1))
    }
  }
}
