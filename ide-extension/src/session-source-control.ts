import type { FileChange } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import { sidesOf, spanOfSession } from './changes.ts'
import type { FollowedSession } from './followed-session.ts'

/** The files that the session has changed, where changed files are looked for. */
export class SessionSourceControl implements vscode.Disposable {
  #control: vscode.SourceControl | null = null
  #group: vscode.SourceControlResourceGroup | null = null

  update(session: FollowedSession | null): void {
    if (session === null) {
      this.dispose()
      return
    }
    if (this.#control === null) {
      this.#control = vscode.scm.createSourceControl('fixpoint', 'Fixpoint', vscode.workspace.workspaceFolders?.[0]?.uri)
      this.#control.inputBox.visible = false
      this.#group = this.#control.createResourceGroup('session', vscode.l10n.t('Changed in this session'))
    }
    const { state } = session
    const span = spanOfSession(state)
    const files = span === null ? [] : (state.checkpoint?.files ?? [])
    this.#control.count = files.length
    if (this.#group) this.#group.resourceStates = span === null ? [] : files.map(file => resourceOf(session, span, file))
  }

  dispose(): void {
    this.#control?.dispose()
    this.#control = null
    this.#group = null
  }
}

const LETTERS: Record<FileChange['status'], string> = { added: 'A', modified: 'M', deleted: 'D', renamed: 'R' }

function resourceOf(session: FollowedSession, span: { from: string; to: string }, file: FileChange): vscode.SourceControlResourceState {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri
  const resourceUri = folder ? vscode.Uri.joinPath(folder, file.path) : vscode.Uri.from({ scheme: 'fixpoint-file', path: `/${file.path}` })
  const { before, after } = sidesOf(session.sessionId, span, file)
  return {
    resourceUri,
    decorations: { strikeThrough: file.status === 'deleted', tooltip: LETTERS[file.status] },
    contextValue: file.status,
    command: { command: 'vscode.diff', title: '', arguments: [before, after, `${file.path} (Fixpoint)`] }
  }
}
