import * as vscode from 'vscode'
import { plainMessage } from './plain-label.ts'

/**
 * The only way to VS Code’s notifications and dialogs: whatever is said in them holds names and words of others, which must not become
 * links that run commands.
 * @returns the answer that was chosen, as it was given
 */
export async function warn(text: string, ...answers: string[]): Promise<string | undefined> {
  return await vscode.window.showWarningMessage(plainMessage(text), ...answers)
}

export async function sayError(text: string): Promise<void> {
  await vscode.window.showErrorMessage(plainMessage(text))
}

/** Asks in a dialog. @returns whether the person wants it */
export async function confirm(text: string, answer: string, detail = ''): Promise<boolean> {
  return (await vscode.window.showWarningMessage(plainMessage(text), { modal: true, detail: plainMessage(detail) }, answer)) === answer
}
