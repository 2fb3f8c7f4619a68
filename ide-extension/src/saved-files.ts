import * as vscode from 'vscode'
import { SANDBOX_SCHEME } from './desktop/sandbox-place.ts'
import type { FollowedSession } from './followed-session.ts'
import type { SessionWorkspace } from './session-workspace.ts'

/** Saves within this time are told together. */
const GATHER_MS = 300
const MOST_TOLD = 100

export interface TellSavesOptions {
  session: () => FollowedSession | null
  workspace: SessionWorkspace
  log: vscode.LogOutputChannel
}

/** Tells the session which files a person saves here, so that the agent looks before it goes on. */
export function tellSaves({ session, workspace, log }: TellSavesOptions): vscode.Disposable {
  const waiting = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | null = null

  async function tell(): Promise<void> {
    timer = null
    const current = session()
    const paths = [...waiting].slice(0, MOST_TOLD)
    waiting.clear()
    if (current === null || current.state.isClosed || paths.length === 0) return
    try {
      await current.client.call('reportSaves', { params: { sessionId: current.sessionId }, body: { paths } })
    } catch (error) {
      log.warn(`the agent could not be told of saved files: ${String(error)}`)
    }
  }

  const listening = vscode.workspace.onDidSaveTextDocument(document => {
    const path = workspace.pathOf(document.uri)
    // What goes through the server is in the log already.
    if (path === null || document.uri.scheme === SANDBOX_SCHEME) return
    waiting.add(path)
    timer ??= setTimeout(() => void tell(), GATHER_MS)
  })
  return new vscode.Disposable(() => {
    listening.dispose()
    if (timer !== null) clearTimeout(timer)
  })
}
