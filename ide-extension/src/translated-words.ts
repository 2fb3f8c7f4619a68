import * as vscode from 'vscode'
import type { PageWords } from './page-words.ts'

/** The pages’ words in the language of VS Code, which only the extension knows. */
export function translatedWords(): PageWords {
  return {
    loading: vscode.l10n.t('Reading the session…'),
    noSession: vscode.l10n.t('No session is open.'),
    offline: vscode.l10n.t('Not connected; what is shown may be old.'),
    again: vscode.l10n.t('Write it again'),
    openProof: vscode.l10n.t('Open proof'),
    showChanges: vscode.l10n.t('Show changes'),
    createPullRequest: vscode.l10n.t('Create pull request'),
    prompt: vscode.l10n.t('What is wrong?'),
    promptExample: vscode.l10n.t('What is wrong, or what should it be?'),
    send: vscode.l10n.t('Send'),
    queue: vscode.l10n.t('Queue'),
    stop: vscode.l10n.t('Stop'),
    stopping: vscode.l10n.t('Stopping…')
  }
}
