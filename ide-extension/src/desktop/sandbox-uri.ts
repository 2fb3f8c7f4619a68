import { sessionIdSchema } from '@fixpoint/protocol'
import * as vscode from 'vscode'

/** Files of a session’s sandbox: `fixpoint://<session>/<project>/<path>`. Which server it is on is set for the machine, and never by an address. */
export const SANDBOX_SCHEME = 'fixpoint'

/** @param projectId the name of the folder, for people; it has no other meaning. */
export function sandboxFolder(sessionId: string, projectId: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SANDBOX_SCHEME, authority: sessionId, path: `/${projectId}` })
}

export interface SandboxPlace {
  sessionId: string
  /** The first part of the path. */
  folder: string
  /** Relative to the workspace; empty for the workspace itself. */
  path: string
}

/** Null where the address is none of ours. */
export function placeOf(uri: vscode.Uri): SandboxPlace | null {
  const sessionId = sessionIdSchema.safeParse(uri.authority)
  if (uri.scheme !== SANDBOX_SCHEME || !sessionId.success) return null
  const [, folder = '', ...rest] = uri.path.split('/')
  return { sessionId: sessionId.data, folder, path: rest.filter(name => name !== '').join('/') }
}

/** The session whose files are open in this window. */
export function openedSession(): string | null {
  const [folder] = vscode.workspace.workspaceFolders ?? []
  return folder === undefined ? null : (placeOf(folder.uri)?.sessionId ?? null)
}
