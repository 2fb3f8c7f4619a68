import { FixpointError, type SessionLink } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import { confirm } from '../notify.ts'
import { linkFromSettings, pairWith, type ServerLink } from '../server-link.ts'
import { sandboxFolder } from './sandbox-uri.ts'

/**
 * Opens a session by a link, when the person says so: whoever made the link may have put any server in it (threats.md I3).
 * @returns the server, or null where the person does not want it
 */
export async function openByLink(link: SessionLink, secrets: vscode.SecretStorage): Promise<ServerLink | null> {
  const known = await linkFromSettings(secrets)
  const isKnown = known?.serverUrl === link.serverUrl
  const open = vscode.l10n.t('Open')
  const detail = isKnown
    ? vscode.l10n.t('You are signed in to this server.')
    : known === null
      ? vscode.l10n.t('You are not signed in to this server. Go on only if you know it.')
      : vscode.l10n.t('You are signed in to {0}, and this is another server. Go on only if you know it.', known.serverUrl)
  if (!(await confirm(vscode.l10n.t('Open a session on {0}?', link.serverUrl), open, detail))) return null
  const server = isKnown ? known : await signIn(link.serverUrl, secrets)
  if (server !== null) await openFolder(server, link.sessionId)
  return server
}

/** Opens the files of a session as this window’s folder, or in another window where this one has a folder. */
export async function openFolder({ client }: ServerLink, sessionId: string): Promise<void> {
  const { projectId } = await client.call('getSession', { params: { sessionId } })
  const hasFolder = (vscode.workspace.workspaceFolders ?? []).length > 0
  await vscode.commands.executeCommand('vscode.openFolder', sandboxFolder(sessionId, projectId), { forceNewWindow: hasFolder })
}

async function signIn(serverUrl: string, secrets: vscode.SecretStorage): Promise<ServerLink | null> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Sign in to {0}', serverUrl),
    prompt: vscode.l10n.t('Type the pairing code that `npm run fixpoint -- pair` prints on the server.'),
    placeHolder: 'ABCD-EFGH',
    ignoreFocusOut: true
  })
  if (text === undefined) return null
  const pasted = URL.parse(text.trim())
  if (pasted !== null && pasted.origin !== serverUrl) {
    throw new FixpointError(
      'invalid_parameter',
      vscode.l10n.t('This is a pairing link of {0}, and the session is on {1}.', pasted.origin, serverUrl)
    )
  }
  const code = pasted === null ? text.trim() : pasted.hash.slice(1)
  return await pairWith(`${serverUrl}/pair#${code}`, secrets)
}
