import * as vscode from 'vscode'
import type { FollowedSession } from './followed-session.ts'
import { type FromPage, fromPageSchema, type ToPage } from './messages.ts'
import { type PageContent, pageHtml } from './page-html.ts'
import { pageWords } from './page-words.ts'
import type { SessionActions } from './session-actions.ts'

export interface SessionPageOptions {
  extensionUri: vscode.Uri
  actions: SessionActions
  /** What the page shows: the whole session, or one turn’s proof. */
  shows: PageContent
}

/** Puts the session into a webview and keeps it up to date, until the webview is closed. */
export function showSession(webview: vscode.Webview, session: FollowedSession | null, options: SessionPageOptions): vscode.Disposable {
  const { extensionUri, actions, shows } = options
  const root = vscode.Uri.joinPath(extensionUri)
  webview.options = { enableScripts: true, localResourceRoots: [root], enableForms: false, enableCommandUris: false }
  let sent = 0
  let isReady = false
  const post = (message: ToPage) => void webview.postMessage(message)

  function update(): void {
    if (!isReady || session === null) return
    post({
      kind: 'status',
      status: session.status,
      problem: session.problem?.message ?? null,
      canPrompt: !session.state.isClosed
    })
    const fresh = session.events.slice(sent)
    if (fresh.length === 0 && sent > 0) return
    post({ kind: 'events', sessionId: session.sessionId, events: fresh, isStart: sent === 0 })
    sent = session.events.length
  }

  async function answer(message: FromPage): Promise<void> {
    switch (message.kind) {
      case 'ready':
        isReady = true
        sent = 0
        update()
        return
      case 'artifact':
        post({ kind: 'artifact', artifactId: message.artifactId, bytes: await actions.artifact(message.artifactId) })
        return
      case 'prompt': {
        const problem = await actions.prompt(message.text)
        post(problem === null ? { kind: 'sent' } : { kind: 'refused', problem })
        return
      }
      case 'withdraw':
        return await actions.withdraw(message.promptId)
      case 'stop':
        return await actions.stop()
      case 'openProof':
        return await actions.openProof(message.turnId)
      case 'showTurnChanges':
        return await actions.showTurnChanges(message.turnId)
      case 'createPullRequest':
        return await actions.createPullRequest()
      case 'accept':
        return await actions.accept()
      case 'discard':
        return await actions.discard()
      case 'undo':
        return await actions.undo(message.turnIds, message.leaveChanged)
    }
  }

  const listening = webview.onDidReceiveMessage((data: unknown) => {
    const message = fromPageSchema.safeParse(data)
    if (message.success) void answer(message.data)
  })
  const changes = session?.onDidChange(update)
  const uriOf = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString()
  webview.html = pageHtml({
    shows,
    language: vscode.env.language,
    words: pageWords(vscode.l10n),
    translation: vscode.l10n.bundle ?? {},
    source: webview.cspSource,
    script: uriOf('webview.js'),
    style: uriOf('webview.css')
  })
  return new vscode.Disposable(() => {
    listening.dispose()
    changes?.dispose()
  })
}
