import { canBeUndone, FixpointError } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import { ChangedFiles } from './changed-files.ts'
import { showFile, showSpan, spanOfSession, spanOfTurn } from './changes.ts'
import { COMMIT_SCHEME, CommitFiles } from './commit-files.ts'
import { createDesktop } from './desktop/desktop.ts'
import { SANDBOX_SCHEME } from './desktop/sandbox-place.ts'
import { openedSession } from './desktop/sandbox-uri.ts'
import { FollowedSession } from './followed-session.ts'
import { createLineComments } from './line-comments.ts'
import { LineMarks } from './line-marks.ts'
import { sayError, warn } from './notify.ts'
import { plainLabel } from './plain-label.ts'
import { promptAboutCode } from './point-at-code.ts'
import { ProofTabs } from './proof-tabs.ts'
import { tellSaves } from './saved-files.ts'
import { linkAtDoor, linkFromSettings, nameOfPerson, pairWith, type ServerLink } from './server-link.ts'
import { createSessionActions } from './session-actions.ts'
import { showSession } from './session-page.ts'
import { SessionStatus } from './session-status.ts'
import { createSessionWorkspace } from './session-workspace.ts'
import { TouchedFiles } from './touched-files.ts'
import { type TurnNode, TurnTree } from './turn-tree.ts'
import { watchUnsavedConflicts } from './unsaved-conflicts.ts'

const CHOSEN_KEY = 'fixpoint.session'

/** Puts the session into VS Code: each surface is a file of its own, and all of them fold the same log. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const { extensionUri, secrets, subscriptions, workspaceState } = context
  const log = vscode.window.createOutputChannel('Fixpoint', { log: true })
  let link: ServerLink | null = null
  let session: FollowedSession | null = null
  const current = () => session

  const workspace = createSessionWorkspace(
    () => ({ isAtDoor: link !== null && link.sessionId !== null, sessionId: session?.sessionId ?? null }),
    () => vscode.workspace.workspaceFolders ?? []
  )

  const desktop = createDesktop({ secrets, log, command, server: () => link, session: current, workspace, use })
  const commits = new CommitFiles()
  const status = new SessionStatus()
  const changedFiles = new ChangedFiles(current, workspace)
  const tree = new TurnTree(current)
  const touched = new TouchedFiles(current, workspace)
  const marks = new LineMarks({ session: current, workspace, extensionUri, log })
  const actions = createSessionActions({
    session: current,
    log,
    openProof: (followed, turnId) => proofTabs.open(followed, turnId),
    showTurnChanges: async (followed, turnId) => {
      const span = spanOfTurn(followed.state, turnId)
      const turn = followed.state.turns.find(candidate => candidate.turnId === turnId)
      const prompt = followed.state.prompts.find(candidate => candidate.promptId === turn?.promptId)
      if (span) await showSpan(followed, span, prompt?.text.split('\n')[0] ?? 'Fixpoint')
    }
  })
  const proofTabs = new ProofTabs({ extensionUri, actions })

  let view: { webview: vscode.WebviewView; shown: vscode.Disposable } | null = null
  const showView = (webview: vscode.WebviewView) => {
    view?.shown.dispose()
    view = { webview, shown: showSession(webview.webview, session, { extensionUri, actions, shows: { view: 'timeline' } }) }
  }

  function update(): void {
    status.update(session)
    changedFiles.refresh()
    tree.refresh()
    touched.update()
    marks.update()
    const turn = session?.state.turns.at(-1)
    if (view) view.webview.badge = turn?.status === 'running' ? { value: 1, tooltip: turn.activity } : undefined
  }

  function follow(next: FollowedSession | null): void {
    session?.dispose()
    session = next
    next?.onDidChange(update)
    commits.follow(next)
    proofTabs.follow(next)
    if (view) showView(view.webview)
    update()
  }

  function open(sessionId: string): void {
    if (link !== null) follow(new FollowedSession(link.client, sessionId, log))
  }

  async function chooseSession(): Promise<void> {
    if (link === null) return
    const { sessions } = await link.client.call('listSessions', { query: {} })
    const items = sessions.map(({ sessionId, title, projectId, updatedAt, status: state }) => ({
      sessionId,
      label: plainLabel(title || vscode.l10n.t('Untitled')),
      description: plainLabel(`${projectId}, ${state}`),
      detail: new Date(updatedAt).toLocaleString(vscode.env.language)
    }))
    const chosen = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Sessions on {0}', link.serverUrl),
      matchOnDescription: true
    })
    if (chosen === undefined) return
    await workspaceState.update(CHOSEN_KEY, chosen.sessionId)
    open(chosen.sessionId)
  }

  async function connect(): Promise<void> {
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Connect to a Fixpoint server'),
      prompt: vscode.l10n.t('Paste the pairing link that `npm run fixpoint -- pair` prints.'),
      placeHolder: 'http://127.0.0.1:4700/pair#ABCD-EFGH',
      ignoreFocusOut: true
    })
    if (text === undefined) return
    use(await pairWith(text, secrets))
    if (openedSession() === null) await chooseSession()
  }

  /** Works with this server from now on. */
  function use(server: ServerLink): void {
    link = server
    log.info(`connected to ${server.serverUrl}`)
    const opened = openedSession()
    if (opened !== null) open(opened)
    desktop.signedIn()
  }

  async function prompt(): Promise<void> {
    const text = await ask(vscode.l10n.t('Say what is wrong'))
    if (text !== undefined) await sendPrompt(text)
  }

  async function sendSelection(): Promise<void> {
    const editor = vscode.window.activeTextEditor
    if (!editor) return
    const path = workspace.pathOf(editor.document.uri)
    if (path === null) {
      void warn(vscode.l10n.t('This file is not in the session’s workspace.'))
      return
    }
    const text = await ask(vscode.l10n.t('What should change here?'))
    if (text === undefined) return
    const { start, end } = editor.selection
    const whole = new vscode.Range(start.line, 0, end.line, Number.MAX_SAFE_INTEGER)
    const code = editor.document.getText(editor.document.validateRange(whole))
    await sendPrompt(promptAboutCode(text, { path, fromLine: start.line + 1, toLine: end.line + 1, code }))
  }

  const ask = (title: string) => vscode.window.showInputBox({ title, ignoreFocusOut: true })

  async function sendPrompt(text: string): Promise<void> {
    const refusal = await actions.prompt(text)
    if (refusal !== null) void warn(refusal)
  }

  /** The turn that a command is about: the one of the tree’s line, or the last one with a proof. */
  const turnOf = (node: TurnNode | undefined) =>
    node?.kind === 'prompt' ? node.turn?.turnId : session?.state.turns.findLast(turn => turn.proof !== undefined)?.turnId

  /** Whatever a command throws is said in words. */
  function command<T extends unknown[]>(name: string, run: (...input: T) => Promise<void>): vscode.Disposable {
    return vscode.commands.registerCommand(name, async (...input: T) => {
      try {
        await run(...input)
      } catch (error) {
        log.error(error instanceof Error ? error : String(error))
        const message = error instanceof FixpointError ? `${error.message} ${error.hint ?? ''}`.trim() : String(error)
        void sayError(message)
      }
    })
  }

  subscriptions.push(
    log,
    desktop,
    status,
    marks,
    proofTabs,
    new vscode.Disposable(() => session?.dispose()),
    commits,
    vscode.workspace.registerFileSystemProvider(COMMIT_SCHEME, commits, { isCaseSensitive: true, isReadonly: true }),
    vscode.window.registerTreeDataProvider('fixpoint.turns', tree),
    vscode.window.registerTreeDataProvider('fixpoint.changes', changedFiles),
    vscode.window.registerWebviewViewProvider(
      'fixpoint.timeline',
      {
        resolveWebviewView(webview) {
          showView(webview)
          webview.onDidDispose(() => {
            view?.shown.dispose()
            view = null
          })
        }
      },
      { webviewOptions: { retainContextWhenHidden: true } }
    ),
    createLineComments({ nameOfPerson: () => nameOfPerson(link), workspace, actions }),
    touched,
    vscode.window.registerFileDecorationProvider(touched),
    watchUnsavedConflicts({
      session: current,
      workspace,
      look: uri => (uri.scheme === SANDBOX_SCHEME ? desktop.look(uri) : vscode.workspace.fs.readFile(uri)),
      log
    }),
    tellSaves({ session: current, workspace, log }),
    command('fixpoint.connect', connect),
    command('fixpoint.chooseSession', chooseSession),
    command('fixpoint.prompt', prompt),
    command('fixpoint.sendSelection', sendSelection),
    command('fixpoint.stop', () => actions.stop()),
    command('fixpoint.createPullRequest', () => actions.createPullRequest()),
    command('fixpoint.accept', () => actions.accept()),
    command('fixpoint.discard', () => actions.discard()),
    command('fixpoint.undoTurn', async (node: TurnNode | undefined) => {
      const turnId = node?.kind === 'prompt' ? node.turn?.turnId : session?.state.turns.findLast(canBeUndone)?.turnId
      if (turnId !== undefined) await actions.undo([turnId])
    }),
    command('fixpoint.showLog', async () => log.show()),
    command('fixpoint.showChanges', async () => {
      const span = session && spanOfSession(session.state)
      if (session && span) await showSpan(session, span, vscode.l10n.t('Changes of the session'))
    }),
    command('fixpoint.showTurnChanges', async (node: TurnNode | undefined) => {
      const turnId = turnOf(node)
      if (turnId !== undefined) await actions.showTurnChanges(turnId)
    }),
    command('fixpoint.showFileChange', async (node: TurnNode | undefined) => {
      if (session && node?.kind === 'file') await showFile(session, node.span, node.file, `${node.file.path} (Fixpoint)`)
    }),
    command('fixpoint.openProof', async (node: TurnNode | undefined) => {
      const turnId = turnOf(node)
      if (turnId !== undefined) await actions.openProof(turnId)
    })
  )

  const atDoor = await linkAtDoor()
  await vscode.commands.executeCommand('setContext', 'fixpoint.isAtDoor', atDoor !== null)
  link = atDoor ?? (await linkFromSettings(secrets))
  const sessionId = link?.sessionId ?? openedSession() ?? workspaceState.get<string>(CHOSEN_KEY)
  desktop.ready()
  log.info(link === null ? 'no server is set' : `the server is ${link.serverUrl}`)
  if (sessionId !== undefined && sessionId !== null) open(sessionId)
  else update()
}
