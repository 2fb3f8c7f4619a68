import type * as vscode from 'vscode'
import { placeOf, SANDBOX_SCHEME } from './desktop/sandbox-place.ts'

/** Where the sandbox has the repository; the session’s own VS Code opens this folder. */
const FOLDER = '/workspace'
/** Files on the machine that VS Code’s server runs on, which behind a session’s door is the sandbox. */
const REMOTE_SCHEME = 'vscode-remote'

/** What this window shows a session of. */
export interface Surroundings {
  /** VS Code was opened by the session’s door, so that its machine is the sandbox. */
  isAtDoor: boolean
  sessionId: string | null
}

type Address = Pick<vscode.Uri, 'scheme' | 'authority' | 'path'>

/**
 * Path of a file relative to the repository’s root, with slashes; null for what is not in the session’s workspace, such as a folder
 * of the person’s own machine that is open beside the session.
 */
export function pathInSession(uri: Address, { isAtDoor, sessionId }: Surroundings): string | null {
  if (sessionId === null) return null
  if (isAtDoor) return uri.scheme === REMOTE_SCHEME && uri.path.startsWith(`${FOLDER}/`) ? uri.path.slice(FOLDER.length + 1) || null : null
  const place = placeOf(uri)
  return place?.sessionId === sessionId && place.path !== '' ? place.path : null
}

/** The session’s files in this window. */
export interface SessionWorkspace {
  pathOf(uri: vscode.Uri): string | null
  /** The repository’s root; null where this window does not have the session’s files. */
  root(): vscode.Uri | null
}

export function createSessionWorkspace(
  surroundings: () => Surroundings,
  folders: () => readonly Pick<vscode.WorkspaceFolder, 'uri'>[]
): SessionWorkspace {
  return {
    pathOf: uri => pathInSession(uri, surroundings()),
    root() {
      const { isAtDoor, sessionId } = surroundings()
      if (sessionId === null) return null
      const roots = folders().map(({ uri }) => uri)
      if (isAtDoor) return roots.find(({ scheme }) => scheme === REMOTE_SCHEME)?.with({ path: FOLDER }) ?? null
      const root = roots.find(uri => uri.scheme === SANDBOX_SCHEME && placeOf(uri)?.sessionId === sessionId)
      return root?.with({ path: `/${placeOf(root)?.folder ?? ''}` }) ?? null
    }
  }
}
