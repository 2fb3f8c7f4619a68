/**
 * What of code-server's packages does not go into the image: chat and accounts, which have no place in a sandbox without a network,
 * modules that were not compiled, and what is for other systems. Paths are relative to code-server's folder, with slashes.
 */
export function isLeftOutOfVsCode(path: string, architecture: string): boolean {
  if (/\.(map|pdb)$/.test(path)) return true
  const inner = path.startsWith('lib/vscode/') ? path.slice('lib/vscode/'.length) : null
  if (inner === null) return false
  if (LEFT_OUT_OF_VSCODE.some(name => inner === name || inner.startsWith(`${name}/`))) return true
  const [, forSystem] = /^node_modules\/(?:node-pty\/prebuilds|@vscode\/ripgrep-universal\/bin)\/([^/]+)/.exec(inner) ?? []
  return forSystem !== undefined && forSystem !== `linux-${NODE_NAMES[architecture] ?? architecture}`
}

/** Node's names of what Docker calls otherwise. */
const NODE_NAMES: Readonly<Record<string, string>> = { amd64: 'x64' }

/** Folders below `lib/vscode`. */
export const LEFT_OUT_OF_VSCODE = [
  ...['@devcontainers', '@github', '@microsoft/mxc-sdk', '@vscode/copilot-api', '@vscode/sqlite3'].map(name => `node_modules/${name}`),
  ...['@vscode/windows-process-tree', '@vscode/windows-registry', 'cpu-features', 'kerberos', 'nan', 'ssh2'].map(
    name => `node_modules/${name}`
  ),
  'node_modules/node-pty/third_party',
  'node_modules/node-pty/deps',
  ...['copilot', 'github', 'mermaid-markdown-features', 'microsoft-authentication', 'tunnel-forwarding'].map(name => `extensions/${name}`)
]
