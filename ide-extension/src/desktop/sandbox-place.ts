import { sessionIdSchema } from '@fixpoint/protocol'
import type * as vscode from 'vscode'

/** Files of a session’s sandbox: `fixpoint://<session>/<project>/<path>`. Which server it is on is set for the machine, and never by an address. */
export const SANDBOX_SCHEME = 'fixpoint'

export interface SandboxPlace {
  sessionId: string
  /** The first part of the path. */
  folder: string
  /** Relative to the workspace; empty for the workspace itself. */
  path: string
}

/** Null where the address is none of ours. */
export function placeOf(uri: Pick<vscode.Uri, 'scheme' | 'authority' | 'path'>): SandboxPlace | null {
  const sessionId = sessionIdSchema.safeParse(uri.authority)
  if (uri.scheme !== SANDBOX_SCHEME || !sessionId.success) return null
  const [, folder = '', ...rest] = uri.path.split('/')
  return { sessionId: sessionId.data, folder, path: rest.filter(name => name !== '').join('/') }
}
