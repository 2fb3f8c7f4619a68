import * as vscode from 'vscode'
import { SANDBOX_SCHEME } from './desktop/sandbox-place.ts'
import type { FollowedSession } from './followed-session.ts'
import { SavesReport } from './saves-report.ts'
import type { SessionWorkspace } from './session-workspace.ts'

/** Of a folder that is copied, renamed or removed. */
const MOST_FILES = 2_000
/** What git does not keep, or is not the repository’s. */
const NOT_TOLD = '**/{.git,node_modules}/**'

export interface TellSavesOptions {
  session: () => FollowedSession | null
  workspace: SessionWorkspace
  log: vscode.LogOutputChannel
}

/**
 * Tells the session which files a person saves, makes, renames and removes here, so that the agent looks before it goes on, and undoing
 * a turn leaves them alone.
 */
export function tellSaves({ session, workspace, log }: TellSavesOptions): vscode.Disposable {
  const report = new SavesReport({
    report: async (sessionId, paths) => {
      const current = session()
      if (current?.sessionId !== sessionId || current.state.isClosed) return
      await current.client.call('reportSaves', { params: { sessionId }, body: { paths } })
    },
    warn: text => log.warn(text)
  })
  /** Files of folders that are about to be removed. */
  const leaving = new Map<string, readonly vscode.Uri[]>()

  function tell(uris: readonly vscode.Uri[]): void {
    const current = session()
    // What goes through the server is in the log already.
    const paths = uris.filter(uri => uri.scheme !== SANDBOX_SCHEME).map(uri => workspace.pathOf(uri))
    if (current !== null)
      report.add(
        current.sessionId,
        paths.filter(path => path !== null)
      )
  }

  /** The file, or those in the folder. */
  async function filesAt(uri: vscode.Uri): Promise<readonly vscode.Uri[]> {
    if (uri.scheme === SANDBOX_SCHEME || workspace.pathOf(uri) === null) return []
    const { type } = await vscode.workspace.fs.stat(uri)
    // A link is one entry to git, whatever it leads to.
    if ((type & vscode.FileType.SymbolicLink) !== 0 || (type & vscode.FileType.Directory) === 0) return [uri]
    return await vscode.workspace.findFiles(new vscode.RelativePattern(uri, '**/*'), NOT_TOLD, MOST_FILES)
  }

  const inWords = (work: Promise<void>) => void work.catch((error: unknown) => log.warn(`files of a person: ${String(error)}`))

  async function tellCreated(uris: readonly vscode.Uri[]): Promise<void> {
    for (const uri of uris) tell(await filesAt(uri))
  }

  async function tellRenamed(files: vscode.FileRenameEvent['files']): Promise<void> {
    for (const { oldUri, newUri } of files) {
      const now = await filesAt(newUri)
      tell([...now, ...now.map(uri => oldUri.with({ path: oldUri.path + uri.path.slice(newUri.path.length) }))])
    }
  }

  async function look(uris: readonly vscode.Uri[]): Promise<void> {
    for (const uri of uris) leaving.set(uri.toString(), await filesAt(uri))
  }

  function tellDeleted(uris: readonly vscode.Uri[]): void {
    for (const uri of uris) {
      tell(leaving.get(uri.toString()) ?? [uri])
      leaving.delete(uri.toString())
    }
  }

  return vscode.Disposable.from(
    report,
    vscode.workspace.onDidSaveTextDocument(document => tell([document.uri])),
    vscode.workspace.onDidCreateFiles(({ files }) => inWords(tellCreated(files))),
    vscode.workspace.onDidRenameFiles(({ files }) => inWords(tellRenamed(files))),
    vscode.workspace.onWillDeleteFiles(event => event.waitUntil(look(event.files))),
    vscode.workspace.onDidDeleteFiles(({ files }) => tellDeleted(files))
  )
}
