import type { FileChange } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import { sidesOf, spanOfSession } from './changes.ts'
import type { ShownSession } from './followed-session.ts'
import type { SessionWorkspace } from './session-workspace.ts'

const LETTERS: Record<FileChange['status'], string> = { added: 'A', modified: 'M', deleted: 'D', renamed: 'R' }

/**
 * The files that the session has changed, each opening its diff. A view of our own and not VS Code’s source control: providers of
 * two extension hosts take each other’s numbers there, and Git’s runs in the other one.
 */
export class ChangedFiles implements vscode.TreeDataProvider<FileChange> {
  readonly #changed = new vscode.EventEmitter<undefined>()
  readonly onDidChangeTreeData = this.#changed.event
  readonly #session: () => ShownSession | null
  readonly #workspace: SessionWorkspace

  constructor(session: () => ShownSession | null, workspace: SessionWorkspace) {
    this.#session = session
    this.#workspace = workspace
  }

  refresh(): void {
    this.#changed.fire(undefined)
  }

  getChildren(file?: FileChange): FileChange[] {
    const state = this.#session()?.state
    if (file !== undefined || state === undefined || spanOfSession(state) === null) return []
    return state.checkpoint?.files ?? []
  }

  getTreeItem(file: FileChange): vscode.TreeItem {
    const item = new vscode.TreeItem(file.path.split('/').at(-1) ?? file.path)
    const counts = file.added === null ? '' : ` +${file.added} −${file.removed ?? 0}`
    item.id = file.path
    item.description = `${LETTERS[file.status]}${counts} ${file.path.split('/').slice(0, -1).join('/')}`.trim()
    item.tooltip = file.previousPath === undefined ? file.path : `${file.previousPath} → ${file.path}`
    const folder = this.#workspace.root()
    if (folder !== null) item.resourceUri = vscode.Uri.joinPath(folder, file.path)
    item.iconPath = vscode.ThemeIcon.File
    const session = this.#session()
    const span = session && spanOfSession(session.state)
    if (session && span) {
      const { before, after } = sidesOf(session.sessionId, span, file)
      item.command = { command: 'vscode.diff', title: '', arguments: [before, after, `${file.path} (Fixpoint)`] }
    }
    return item
  }
}
