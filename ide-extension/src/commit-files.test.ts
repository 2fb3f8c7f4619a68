import { createApiClient, emptySession } from '@fixpoint/protocol'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ShownSession } from './followed-session.ts'

vi.mock('vscode', () => ({
  EventEmitter: class {
    readonly #listeners: ((event: unknown) => void)[] = []
    event = (listener: (event: unknown) => void) => this.#listeners.push(listener)
    fire = (event: unknown) => {
      for (const listener of this.#listeners) listener(event)
    }
  },
  Uri: { from: (parts: object) => ({ ...parts, toString: () => JSON.stringify(parts) }) },
  FileSystemError: { Unavailable: (words: string) => new Error(words), FileNotFound: () => new Error('not found') },
  FileChangeType: { Changed: 1 },
  FileType: { File: 1 },
  FilePermission: { Readonly: 1 },
  l10n: { t: (text: string) => text }
}))
// Test files share modules, and each has a VS Code of its own.
vi.resetModules()
const { CommitFiles, commitUri } = await import('./commit-files.ts')

const sessionId = 'ses_01k8r5t9m3c6v2x7b4na'
const commit = 'a'.repeat(40)
const asked: string[] = []

function shown(id: string): ShownSession {
  const answer: typeof fetch = async input => {
    asked.push(String(input))
    return new Response('a {}', { headers: { 'content-type': 'application/octet-stream' } })
  }
  const client = createApiClient({ serverUrl: 'http://fixpoint.test', fetch: answer })
  return { client, sessionId: id, state: emptySession(id), status: 'connected', problem: null }
}
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

beforeEach(() => {
  vi.useFakeTimers()
  asked.length = 0
})
afterEach(() => void vi.useRealTimers())

it('waits for the session, as after a reload', async () => {
  const files = new CommitFiles()
  const reading = files.readFile(commitUri(sessionId, commit, 'a.css'))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(asked).toEqual([])
  files.follow(shown(sessionId))
  expect(text(await reading)).toBe('a {}')
  expect(text(await files.readFile(commitUri(sessionId, commit, 'a.css')))).toBe('a {}')
  expect(asked).toHaveLength(1)
})

it('says so where the session does not come, and tells when it does', async () => {
  const files = new CommitFiles()
  const changes: unknown[] = []
  files.onDidChangeFile(change => changes.push(change))
  const uri = commitUri(sessionId, commit, 'a.css')
  const reading = expect(files.readFile(uri)).rejects.toThrow('not open in this window')
  files.follow(shown('ses_01k8r5t9m3c6v2x7b4nb'))
  await vi.advanceTimersByTimeAsync(60_000)
  await reading
  expect([asked, changes]).toEqual([[], []])
  files.follow(shown(sessionId))
  expect(changes).toEqual([[{ type: 1, uri }]])
  expect(text(await files.readFile(uri))).toBe('a {}')
})

it('has nothing where the file is not on this side', async () => {
  expect(text(await new CommitFiles().readFile(commitUri(sessionId, null, 'a.css')))).toBe('')
  expect(asked).toEqual([])
})
