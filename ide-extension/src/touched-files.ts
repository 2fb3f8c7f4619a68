import * as vscode from 'vscode'
import type { ShownSession } from './followed-session.ts'
import type { SessionWorkspace } from './session-workspace.ts'
import { touchedPaths } from './touched-paths.ts'

/** Says at files, in the explorer and in tabs, that the turn that runs has its hands on them. Nothing is locked. */
export class TouchedFiles implements vscode.FileDecorationProvider, vscode.Disposable {
  readonly #session: () => ShownSession | null
  readonly #workspace: SessionWorkspace
  readonly #changed = new vscode.EventEmitter<vscode.Uri[]>()
  readonly onDidChangeFileDecorations = this.#changed.event
  #known = new Map<string, string>()

  constructor(session: () => ShownSession | null, workspace: SessionWorkspace) {
    this.#session = session
    this.#workspace = workspace
  }

  update(): void {
    const state = this.#session()?.state
    const now = new Map<string, string>(state === undefined ? [] : touchedPaths(state))
    const paths = new Set([...this.#known.keys(), ...now.keys()])
    const differing = [...paths].filter(path => this.#known.get(path) !== now.get(path))
    this.#known = now
    const folder = this.#workspace.root()
    if (folder !== null && differing.length > 0) this.#changed.fire(differing.map(path => vscode.Uri.joinPath(folder, path)))
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const path = this.#workspace.pathOf(uri)
    const touch = path === null ? undefined : this.#known.get(path)
    if (touch === undefined) return undefined
    const tooltip =
      touch === 'working' ? vscode.l10n.t('The agent is working on this file') : vscode.l10n.t('Changed by the turn that runs')
    return new vscode.FileDecoration(touch === 'working' ? '✎' : '●', tooltip, new vscode.ThemeColor('charts.purple'))
  }

  dispose(): void {
    this.#changed.dispose()
  }
}
