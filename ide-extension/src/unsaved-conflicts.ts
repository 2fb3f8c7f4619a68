import { runningTurn } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import type { ShownSession } from './followed-session.ts'
import { warn } from './notify.ts'
import type { SessionWorkspace } from './session-workspace.ts'

/** Documents that show a file as it is in the workspace, whatever an editor holds unsaved; the left side of a comparison. */
const DISK_SCHEME = 'fixpoint-disk'
/** An editor of one file may hear of one change several times. */
const GATHER_MS = 250

export interface UnsavedConflictsOptions {
  session: () => ShownSession | null
  workspace: SessionWorkspace
  /** Reads a file of the workspace beside an editor of it. */
  look: (uri: vscode.Uri) => Thenable<Uint8Array>
  log: vscode.LogOutputChannel
}

/**
 * A file that changes in the workspace while somebody has unsaved changes of it in an editor. VS Code keeps what is in the editor and
 * refuses to save it over what is newer; here the person is told when it happens, not when they save, and what they can do.
 */
export function watchUnsavedConflicts({ session, workspace, look, log }: UnsavedConflictsOptions): vscode.Disposable {
  /** Files that somebody is asked about. */
  const asked = new Set<string>()
  const changed = new vscode.EventEmitter<vscode.Uri>()
  const watcher = vscode.workspace.createFileSystemWatcher('**/*', true, false, true)
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  const diskText = async (uri: vscode.Uri) => new TextDecoder().decode(await look(uri))

  function hear(uri: vscode.Uri): void {
    if (workspace.pathOf(uri) === null) return
    const key = uri.toString()
    clearTimeout(timers.get(key))
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key)
        changed.fire(uri.with({ scheme: DISK_SCHEME }))
        ask(uri).catch((error: unknown) => log.warn(`unsaved changes: ${String(error)}`))
      }, GATHER_MS)
    )
  }

  async function ask(uri: vscode.Uri): Promise<void> {
    const document = vscode.workspace.textDocuments.find(candidate => candidate.uri.toString() === uri.toString())
    const path = workspace.pathOf(uri)
    if (document === undefined || path === null || !document.isDirty || asked.has(path)) return
    if ((await diskText(uri)) === document.getText()) return
    asked.add(path)
    try {
      await settle(document, path)
    } finally {
      asked.delete(path)
    }
  }

  async function settle(document: vscode.TextDocument, path: string): Promise<void> {
    const state = session()?.state
    const message =
      state !== undefined && runningTurn(state) !== undefined
        ? vscode.l10n.t('The agent has changed {0}, of which you have unsaved changes.', path)
        : vscode.l10n.t('{0} was changed in the workspace; you have unsaved changes of it.', path)
    const compare = vscode.l10n.t('Compare')
    const mine = vscode.l10n.t('Keep Mine')
    const theirs =
      state !== undefined && runningTurn(state) !== undefined ? vscode.l10n.t('Take the Agent’s') : vscode.l10n.t('Take the Other')
    for (;;) {
      const answer = await warn(message, compare, mine, theirs)
      if (answer === undefined || !document.isDirty) return
      if (answer === mine || answer === theirs) {
        await (answer === mine ? keepMine(document) : revert(document))
        return await closeComparison(document.uri)
      }
      const title = vscode.l10n.t('{0}: in the workspace ↔ unsaved', path)
      await vscode.commands.executeCommand('vscode.diff', document.uri.with({ scheme: DISK_SCHEME }), document.uri, title)
    }
  }

  return vscode.Disposable.from(
    watcher,
    changed,
    watcher.onDidChange(hear),
    vscode.workspace.registerTextDocumentContentProvider(DISK_SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: async uri => await diskText(uri.with({ scheme: workspace.root()?.scheme ?? DISK_SCHEME }))
    }),
    new vscode.Disposable(() => {
      for (const timer of timers.values()) clearTimeout(timer)
    })
  )
}

/** What was compared is the same now. */
async function closeComparison(uri: vscode.Uri): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap(group => group.tabs)
  const isOf = ({ input }: vscode.Tab) =>
    input instanceof vscode.TabInputTextDiff && input.original.scheme === DISK_SCHEME && input.modified.toString() === uri.toString()
  await vscode.window.tabGroups.close(tabs.filter(isOf))
}

/** Puts what was in the editor on top of what is in the workspace, where it can be taken back step by step, and saves it. */
async function keepMine(document: vscode.TextDocument): Promise<void> {
  const text = document.getText()
  await revert(document)
  const edit = new vscode.WorkspaceEdit()
  edit.replace(document.uri, document.validateRange(new vscode.Range(0, 0, Number.MAX_SAFE_INTEGER, 0)), text)
  await vscode.workspace.applyEdit(edit)
  await document.save()
}

/** VS Code reverts the file of the active editor alone. */
async function revert(document: vscode.TextDocument): Promise<void> {
  await vscode.window.showTextDocument(document, { preview: false })
  await vscode.commands.executeCommand('workbench.action.files.revert')
}
