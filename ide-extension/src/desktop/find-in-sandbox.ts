import { FixpointError } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import type { FollowedSession } from '../followed-session.ts'
import { plainLabel } from '../plain-label.ts'

const PAUSE_MS = 150

interface Found extends vscode.QuickPickItem {
  place?: { path: string; line: number; column: number }
}

export interface FindOptions {
  session: Pick<FollowedSession, 'client' | 'sessionId'>
  /** The folder that paths are relative to. */
  folder: vscode.Uri
}

/**
 * Opens a file by its name. VS Code’s own “Go to File” finds nothing in folders of other machines: what would let it
 * (FileSearchProvider) is a proposed API, which no extension outside of VS Code may use.
 */
export async function goToFile({ session, folder }: FindOptions): Promise<void> {
  const list = async (): Promise<Found[]> => {
    const { paths } = await session.client.call('findWorkspaceFiles', { params: { sessionId: session.sessionId }, query: {} })
    return paths.map(path => ({
      label: plainLabel(path.split('/').at(-1) ?? path),
      description: plainLabel(path.split('/').slice(0, -1).join('/')),
      place: { path, line: 1, column: 1 }
    }))
  }
  const chosen = await vscode.window.showQuickPick(list(), {
    title: vscode.l10n.t('Go to File in the Sandbox'),
    matchOnDescription: true,
    placeHolder: vscode.l10n.t('Name or path of a file')
  })
  if (chosen?.place) await show(folder, chosen.place)
}

/** Finds text in the session’s files, by the sandbox’s own search; for the same reason. */
export function findInFiles({ session, folder }: FindOptions): void {
  const pick = vscode.window.createQuickPick<Found>()
  pick.title = vscode.l10n.t('Find in Files of the Sandbox')
  pick.placeholder = vscode.l10n.t('Text to find')
  pick.matchOnDescription = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let searching = new AbortController()

  async function search(text: string): Promise<void> {
    searching.abort()
    searching = new AbortController()
    const { signal } = searching
    if (text === '') {
      pick.items = []
      pick.busy = false
      return
    }
    pick.busy = true
    try {
      const { matches, truncated } = await session.client.call(
        'searchWorkspace',
        { params: { sessionId: session.sessionId }, query: { pattern: text } },
        { signal }
      )
      if (signal.aborted) return
      const found: Found[] = matches.map(({ path, line, column, text: content }) => ({
        label: plainLabel(content.trim()) || ' ',
        description: plainLabel(`${path}:${line}`),
        // What was found matches by what the sandbox says, not by what the list would compare.
        alwaysShow: true,
        place: { path, line, column }
      }))
      const more = vscode.l10n.t('There are more; say more of what you look for.')
      pick.items = truncated ? [...found, { label: more, alwaysShow: true }] : found
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof FixpointError)) throw error
      pick.items = [{ label: plainLabel(error.message), alwaysShow: true }]
    } finally {
      if (!signal.aborted) pick.busy = false
    }
  }

  pick.onDidChangeValue(value => {
    clearTimeout(timer)
    timer = setTimeout(() => void search(value), PAUSE_MS)
  })
  pick.onDidAccept(() => {
    const [chosen] = pick.selectedItems
    if (!chosen?.place) return
    pick.hide()
    void show(folder, chosen.place)
  })
  pick.onDidHide(() => {
    clearTimeout(timer)
    searching.abort()
    pick.dispose()
  })
  pick.show()
}

async function show(folder: vscode.Uri, { path, line, column }: { path: string; line: number; column: number }): Promise<void> {
  const start = new vscode.Position(line - 1, column - 1)
  await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, path), { selection: new vscode.Range(start, start) })
}
