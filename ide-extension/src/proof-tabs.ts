import * as vscode from 'vscode'
import type { FollowedSession } from './followed-session.ts'
import type { SessionActions } from './session-actions.ts'
import { showSession } from './session-page.ts'

/** Proof cards in tabs of the editor, one for each turn. */
export class ProofTabs implements vscode.Disposable {
  readonly #options: { extensionUri: vscode.Uri; actions: SessionActions }
  readonly #tabs = new Map<string, vscode.WebviewPanel>()

  constructor(options: { extensionUri: vscode.Uri; actions: SessionActions }) {
    this.#options = options
  }

  open(session: FollowedSession, turnId: string): void {
    const known = this.#tabs.get(turnId)
    if (known) {
      known.reveal()
      return
    }
    const turn = session.state.turns.find(candidate => candidate.turnId === turnId)
    const prompt = session.state.prompts.find(candidate => candidate.promptId === turn?.promptId)
    const title = prompt?.text.split('\n')[0]?.slice(0, 40).toWellFormed() ?? 'Fixpoint'
    const tab = vscode.window.createWebviewPanel('fixpoint.proof', title, vscode.ViewColumn.Active, { retainContextWhenHidden: true })
    const shown = showSession(tab.webview, session, { ...this.#options, shows: { view: 'proof', turnId } })
    this.#tabs.set(turnId, tab)
    tab.onDidDispose(() => {
      shown.dispose()
      this.#tabs.delete(turnId)
    })
  }

  dispose(): void {
    for (const tab of [...this.#tabs.values()]) tab.dispose()
  }
}
