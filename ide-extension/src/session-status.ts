import { openTurns, provenSteps, queuedPrompts, runningTurn, verdictOfWork } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import { spanOfSession } from './changes.ts'
import type { ShownSession } from './followed-session.ts'
import { plainLabel } from './plain-label.ts'
import { verdictWord } from './turn-tree.ts'

/** The one item in the status bar: what the session is doing. */
export class SessionStatus implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem

  constructor() {
    this.#item = vscode.window.createStatusBarItem('fixpoint.session', vscode.StatusBarAlignment.Left, 50)
    this.#item.name = 'Fixpoint'
    this.#item.command = 'fixpoint.timeline.focus'
  }

  update(session: ShownSession | null): void {
    const state = session?.state
    const running = state && runningTurn(state)
    void vscode.commands.executeCommand('setContext', 'fixpoint.hasSession', session !== null)
    void vscode.commands.executeCommand('setContext', 'fixpoint.isRunning', running !== undefined)
    void vscode.commands.executeCommand('setContext', 'fixpoint.hasChanges', state !== undefined && spanOfSession(state) !== null)
    void vscode.commands.executeCommand('setContext', 'fixpoint.hasOpenWork', state !== undefined && openTurns(state).length > 0)
    if (session === null || state === undefined) {
      this.#item.hide()
      return
    }
    const waiting = queuedPrompts(state).length
    const verdict = verdictOfWork(provenSteps(state))
    if (session.status === 'offline' || session.status === 'refused') {
      this.#item.text = `$(debug-disconnect) Fixpoint: ${vscode.l10n.t('not connected')}`
    } else if (running) {
      this.#item.text = `$(loading~spin) ${plainLabel(running.activity || vscode.l10n.t('Working'))}${waiting > 0 ? ` (+${waiting})` : ''}`
    } else {
      this.#item.text = `$(target) Fixpoint${verdict === null ? '' : `: ${verdictWord(verdict)}`}`
    }
    this.#item.tooltip = session.problem?.message ?? state.title
    this.#item.accessibilityInformation = { label: this.#item.text.replace(/\$\([^)]*\)\s*/g, '') }
    this.#item.show()
  }

  dispose(): void {
    this.#item.dispose()
  }
}
