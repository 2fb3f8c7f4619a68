import { createHash } from 'node:crypto'
import { createApiClient } from '@fixpoint/protocol'
import { expect, it, onTestFinished, vi } from 'vitest'

class Uri {
  readonly scheme: string
  readonly authority: string
  readonly path: string
  constructor({ scheme, authority, path }: { scheme: string; authority: string; path: string }) {
    this.scheme = scheme
    this.authority = authority
    this.path = path
  }
  static from = (parts: { scheme: string; authority: string; path: string }) => new Uri(parts)
  static joinPath = (uri: Uri, path: string) => new Uri({ ...uri, path: `${uri.path}/${path}` })
}
const folder = new Uri({ scheme: 'fixpoint', authority: 'ses_01k8r5t9m3c6v2x7b4na', path: '/tiny' })
vi.mock('vscode', () => ({
  EventEmitter: class {
    event = () => undefined
    fire = () => undefined
    dispose = () => undefined
  },
  Uri,
  FileChangeType: { Created: 1, Changed: 2, Deleted: 3 },
  FileType: { File: 1, Directory: 2, Unknown: 0, SymbolicLink: 64 },
  FileSystemError: { Unavailable: (words: string) => new Error(words) },
  workspace: { workspaceFolders: [{ uri: folder }] },
  l10n: { t: (text: string) => text }
}))
// Test files share modules, and each has a VS Code of its own.
vi.resetModules()
const vscode = await import('vscode')
const { SandboxFiles } = await import('./sandbox-files.ts')

const log = { warn: () => undefined, debug: () => undefined }
const uri = vscode.Uri.from({ ...folder, path: '/tiny/a.css' })
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
const bytesOf = (text: string) => new TextEncoder().encode(text)

/** A server with one file, and who follows its changes. */
function files() {
  const server = { text: 'first', expected: [] as (string | null)[], streams: [] as AbortSignal[] }
  const answer: typeof fetch = async (input, init) => {
    const url = new URL(String(input))
    if (url.pathname.endsWith('/changes')) {
      if (init?.signal) server.streams.push(init.signal)
      return new Response(new ReadableStream())
    }
    if (init?.method === 'GET') return new Response(server.text)
    server.expected.push(url.searchParams.get('expectedSha256'))
    return Response.json({ kind: 'file', isLink: false, bytes: 1, modifiedMs: 1, createdMs: 1 })
  }
  const serverUrl = 'http://fixpoint.test'
  const client = createApiClient({ serverUrl, fetch: answer })
  const provider = new SandboxFiles({ link: async () => ({ client, serverUrl, token: 'x', sessionId: null }), log })
  onTestFinished(() => provider.dispose())
  return { server, provider }
}

it('looks at a file beside an editor of it, whose save still says what it replaces', async () => {
  const { server, provider } = files()
  await provider.readFile(uri)
  server.text = 'by the agent'
  expect(new TextDecoder().decode(await provider.look(uri))).toBe('by the agent')
  await provider.writeFile(uri, bytesOf('mine'), { create: true, overwrite: true })
  // Reading it as an editor does would let the save go over what the agent wrote.
  await provider.readFile(uri)
  await provider.writeFile(uri, bytesOf('mine'), { create: true, overwrite: true })
  expect(server.expected).toEqual([hashOf('first'), hashOf('by the agent')])
})

it('hears of changes by one connection, also after signing in again', async () => {
  const { server, provider } = files()
  await provider.readFile(uri)
  await vi.waitFor(() => expect(server.streams).toHaveLength(1), { timeout: 15_000 })
  provider.lookAgain()
  await provider.readFile(uri)
  await vi.waitFor(() => expect(server.streams).toHaveLength(2), { timeout: 15_000 })
  expect(server.streams.map(signal => signal.aborted)).toEqual([true, false])
})
