import { readSessionLink } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import type { FollowedSession } from '../followed-session.ts'
import type { ServerLink } from '../server-link.ts'
import type { SessionWorkspace } from '../session-workspace.ts'
import { findInFiles, goToFile } from './find-in-sandbox.ts'
import { openByLink, openFolder } from './open-session.ts'
import { SandboxFiles } from './sandbox-files.ts'
import { SANDBOX_SCHEME } from './sandbox-place.ts'
import { SandboxTerminal, type TerminalConnection } from './sandbox-terminal.ts'
import { openedSession } from './sandbox-uri.ts'

export interface DesktopOptions {
  secrets: vscode.SecretStorage
  log: vscode.LogOutputChannel
  /** Registers a command whose failures are said in words. */
  command: (name: string, run: (given?: string) => Promise<void>) => vscode.Disposable
  server: () => ServerLink | null
  session: () => FollowedSession | null
  workspace: SessionWorkspace
  /** Works with another server from now on. */
  use: (server: ServerLink) => void
}

/** What a session has in VS Code on a person's own machine: its files, terminals in its sandbox, and links that lead to it. */
export interface Desktop extends vscode.Disposable {
  /** It is known whether there is a server. */
  ready(): void
  signedIn(): void
  /** What is in a file of a sandbox, without its being taken for what an editor shows. */
  look(uri: vscode.Uri): Promise<Uint8Array>
}

export function createDesktop({ secrets, log, command, server, session, workspace, use }: DesktopOptions): Desktop {
  const known = Promise.withResolvers<void>()
  const link = async () => {
    await known.promise
    return server()
  }
  const files = new SandboxFiles({ link, log })

  function connection(): TerminalConnection | null {
    const current = server()
    const sessionId = session()?.sessionId
    return current?.token && sessionId !== undefined ? { serverUrl: current.serverUrl, token: current.token, sessionId } : null
  }
  const terminalOptions = () => ({
    name: vscode.l10n.t('Sandbox'),
    pty: new SandboxTerminal(connection),
    iconPath: new vscode.ThemeIcon('terminal')
  })

  async function openLink(text: string): Promise<void> {
    const uri = vscode.Uri.parse(text)
    const opened = await openByLink(readSessionLink(uri.path, uri.query), secrets)
    if (opened !== null && opened.serverUrl !== server()?.serverUrl) use(opened)
  }

  async function inFolder(run: (options: { session: FollowedSession; folder: vscode.Uri }) => Promise<void> | void): Promise<void> {
    const followed = session()
    const folder = workspace.root()
    if (followed !== null && folder !== null) await run({ session: followed, folder })
  }

  void vscode.commands.executeCommand('setContext', 'fixpoint.isInSandboxFolder', openedSession() !== null)
  const registered = vscode.Disposable.from(
    files,
    vscode.workspace.registerFileSystemProvider(SANDBOX_SCHEME, files, { isCaseSensitive: true }),
    vscode.window.registerTerminalProfileProvider('fixpoint.sandbox', {
      provideTerminalProfile: () => new vscode.TerminalProfile(terminalOptions())
    }),
    vscode.window.registerUriHandler({
      handleUri: uri => void vscode.commands.executeCommand('fixpoint.openLink', uri.toString())
    }),
    command('fixpoint.openTerminal', async () => vscode.window.createTerminal(terminalOptions()).show()),
    command('fixpoint.openFiles', async () => {
      const current = server()
      const followed = session()
      if (current !== null && followed !== null) await openFolder(current, followed.sessionId)
    }),
    command('fixpoint.goToFile', () => inFolder(goToFile)),
    command('fixpoint.findInFiles', () => inFolder(findInFiles)),
    command('fixpoint.openLink', async (given?: string) => {
      const text = given ?? (await askForLink())
      if (text !== undefined) await openLink(text)
    })
  )
  return {
    ready: () => known.resolve(),
    signedIn: () => files.lookAgain(),
    look: uri => files.look(uri),
    dispose: () => registered.dispose()
  }
}

function askForLink(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Open a session by its link'),
    prompt: vscode.l10n.t('Paste the link that “Open in VS Code on this computer” gives.'),
    placeHolder: 'vscode://fixpoint.fixpoint/open?server=…&session=…',
    ignoreFocusOut: true
  })
}
