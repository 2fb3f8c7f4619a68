import * as vscode from 'vscode'
import { placeOf, SANDBOX_SCHEME } from './sandbox-place.ts'

/** @param projectId the name of the folder, for people; it has no other meaning. */
export function sandboxFolder(sessionId: string, projectId: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SANDBOX_SCHEME, authority: sessionId, path: `/${projectId}` })
}

/** The session whose files are open in this window. */
export function openedSession(): string | null {
  const [folder] = vscode.workspace.workspaceFolders ?? []
  return folder === undefined ? null : (placeOf(folder.uri)?.sessionId ?? null)
}
