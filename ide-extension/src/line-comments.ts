import * as vscode from 'vscode'
import { warn } from './notify.ts'
import { promptAboutCode } from './point-at-code.ts'
import type { SessionActions } from './session-actions.ts'
import type { SessionWorkspace } from './session-workspace.ts'

export interface LineCommentsOptions {
  /** Name of the person who is signed in; null where it cannot be had. */
  nameOfPerson: () => Promise<string | null>
  workspace: SessionWorkspace
  actions: SessionActions
}

/** Comments on lines, which become prompts when they are sent. */
export function createLineComments({ nameOfPerson, workspace, actions }: LineCommentsOptions): vscode.Disposable {
  const controller = vscode.comments.createCommentController('fixpoint.lines', 'Fixpoint')
  controller.options = {
    prompt: vscode.l10n.t('Say what should change here'),
    placeHolder: vscode.l10n.t('What is wrong here, or what should it be?')
  }
  controller.commentingRangeProvider = {
    provideCommentingRanges: document =>
      workspace.pathOf(document.uri) !== null ? [new vscode.Range(0, 0, document.lineCount - 1, 0)] : []
  }
  const send = vscode.commands.registerCommand('fixpoint.sendComment', async (reply: vscode.CommentReply) => {
    const { thread, text } = reply
    const path = workspace.pathOf(thread.uri)
    if (path === null) return
    const range = thread.range ?? new vscode.Range(0, 0, 0, 0)
    const document = await vscode.workspace.openTextDocument(thread.uri)
    const refusal = await actions.prompt(
      promptAboutCode(text, {
        path,
        fromLine: range.start.line + 1,
        toLine: range.end.line + 1,
        code: document.getText(document.validateRange(new vscode.Range(range.start.line, 0, range.end.line, Number.MAX_SAFE_INTEGER)))
      })
    )
    if (refusal !== null) {
      void warn(refusal)
      return
    }
    thread.comments = [
      ...thread.comments,
      {
        body: text,
        mode: vscode.CommentMode.Preview,
        author: { name: (await nameOfPerson()) ?? vscode.l10n.t('You') },
        label: vscode.l10n.t('Sent to the session')
      }
    ]
    thread.label = vscode.l10n.t('Sent to the session')
    thread.canReply = true
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded
  })
  return vscode.Disposable.from(controller, send)
}
