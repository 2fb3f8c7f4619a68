import * as vscode from 'vscode'

/** Path of a file relative to the repository’s root, with slashes; null for what is not in the workspace. */
export function workspacePath(uri: vscode.Uri): string | null {
  const folder = vscode.workspace.getWorkspaceFolder(uri)
  if (folder === undefined) return null
  const path = uri.path.slice(folder.uri.path.length).replace(/^\//, '')
  return path === '' ? null : path
}
