import * as vscode from 'vscode'
import { z } from 'zod'
import type { FollowedSession } from './followed-session.ts'
import type { SessionActions } from './session-actions.ts'
import { showSession } from './session-page.ts'

const VIEW_TYPE = 'fixpoint.proof'

/** What a tab’s page leaves with VS Code, so that the tab is there again after a reload. */
const keptSchema = z.object({ sessionId: z.string(), turnId: z.string() })

interface Tab {
  panel: vscode.WebviewPanel
  sessionId: string
  turnId: string
  shown: vscode.Disposable
}

/** Proof cards in tabs of the editor, one for each turn. */
export class ProofTabs implements vscode.Disposable, vscode.WebviewPanelSerializer {
  readonly #options: { extensionUri: vscode.Uri; actions: SessionActions }
  readonly #tabs = new Set<Tab>()
  readonly #registered: vscode.Disposable
  #session: FollowedSession | null = null

  constructor(options: { extensionUri: vscode.Uri; actions: SessionActions }) {
    this.#options = options
    this.#registered = vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this)
  }

  open(session: FollowedSession, turnId: string): void {
    const known = [...this.#tabs].find(tab => tab.turnId === turnId)
    if (known) {
      known.panel.reveal()
      return
    }
    const turn = session.state.turns.find(candidate => candidate.turnId === turnId)
    const prompt = session.state.prompts.find(candidate => candidate.promptId === turn?.promptId)
    const title = prompt?.text.split('\n')[0]?.slice(0, 40).toWellFormed() ?? 'Fixpoint'
    const panel = vscode.window.createWebviewPanel(VIEW_TYPE, title, vscode.ViewColumn.Active, { retainContextWhenHidden: true })
    this.#add(panel, session.sessionId, turnId)
  }

  /** A tab that was open when the window was closed or loaded anew. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const kept = keptSchema.safeParse(state)
    if (kept.success) this.#add(panel, kept.data.sessionId, kept.data.turnId)
    else panel.dispose()
  }

  /** This session is shown from now on. */
  follow(session: FollowedSession | null): void {
    this.#session = session
    for (const tab of this.#tabs) {
      if (tab.sessionId !== session?.sessionId) continue
      tab.shown.dispose()
      tab.shown = this.#show(tab)
    }
  }

  dispose(): void {
    this.#registered.dispose()
    for (const { shown } of this.#tabs) shown.dispose()
    this.#tabs.clear()
  }

  #add(panel: vscode.WebviewPanel, sessionId: string, turnId: string): void {
    const tab: Tab = { panel, sessionId, turnId, shown: this.#show({ panel, sessionId, turnId }) }
    this.#tabs.add(tab)
    panel.onDidDispose(() => {
      tab.shown.dispose()
      this.#tabs.delete(tab)
    })
  }

  /** Without its session, which may not be there yet, the page says that it is being read. */
  #show({ panel, sessionId, turnId }: Omit<Tab, 'shown'>): vscode.Disposable {
    const session = this.#session?.sessionId === sessionId ? this.#session : null
    return showSession(panel.webview, session, { ...this.#options, shows: { view: 'proof', sessionId, turnId } })
  }
}
