import { posix } from 'node:path'
import type { FileStat, Person } from '@fixpoint/protocol'
import type { FileChanges, SandboxInput, SandboxOperation, SandboxOutput } from '@fixpoint/protocol/sandbox'
import type { Visits } from '../doors/visits.ts'
import type { SessionCommands } from '../sessions/session-commands.ts'

export interface Visitor {
  sessionId: string
  person: Person
  /** Aborted when they have gone. */
  signal: AbortSignal
}

/**
 * A session's files for somebody who works on them from another machine. What they change is in the log as theirs, as what is saved
 * in the sandbox's own VS Code is. Errors are those of the sandbox's operations, and of opening it.
 */
export interface WorkspaceFiles {
  /** An operation that changes nothing. */
  look<K extends 'files/tree' | 'files/stat' | 'files/list' | 'files/search'>(
    visitor: Visitor,
    operation: K,
    input: SandboxInput<K>
  ): Promise<SandboxOutput<K>>
  read(visitor: Visitor, path: string): Promise<Buffer>
  write(visitor: Visitor, file: WrittenFile): Promise<FileStat>
  makeFolder(visitor: Visitor, path: string): Promise<FileStat>
  rename(visitor: Visitor, input: { from: string; to: string; mayReplace: boolean }): Promise<FileStat>
  /** @returns the seq of the event that says so */
  remove(visitor: Visitor, input: { path: string; isRecursive: boolean }): Promise<number>
  /** What changes, whoever changes it; the sandbox stays awake meanwhile. Ends with the sandbox. */
  watch(visitor: Visitor): AsyncIterable<FileChanges>
}

export interface WrittenFile {
  path: string
  bytes: Uint8Array
  mayCreate: boolean
  mayReplace: boolean
  expectedSha256?: string | undefined
}

export interface WorkspaceFilesOptions {
  visits: Visits
  commands: SessionCommands
}

export function createWorkspaceFiles({ visits, commands }: WorkspaceFilesOptions): WorkspaceFiles {
  async function ask<K extends SandboxOperation>(
    { sessionId, person, signal }: Visitor,
    operation: K,
    input: SandboxInput<K>
  ): Promise<SandboxOutput<K>> {
    const sandbox = await visits.sandbox(sessionId, person, signal)
    return await sandbox.request(operation, input, { signal })
  }

  const tell = ({ person, sessionId }: Visitor, ...paths: string[]) => commands.reportSaves(person, sessionId, paths.map(posix.normalize))

  return {
    look: ask,

    async read(visitor, path) {
      return Buffer.from((await ask(visitor, 'files/fetch', { path })).content, 'base64')
    },

    async write(visitor, { bytes, ...rest }) {
      const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
      const stat = await ask(visitor, 'files/store', { ...rest, content })
      await tell(visitor, rest.path)
      return stat
    },

    makeFolder: (visitor, path) => ask(visitor, 'files/make-folder', { path }),

    async rename(visitor, input) {
      const stat = await ask(visitor, 'files/rename', input)
      await tell(visitor, input.from, input.to)
      return stat
    },

    async remove(visitor, input) {
      await ask(visitor, 'files/remove', input)
      return await tell(visitor, input.path)
    },

    async *watch({ sessionId, person, signal }) {
      const leave = visits.stay(sessionId)
      try {
        const sandbox = await visits.sandbox(sessionId, person, signal)
        yield* await sandbox.watchFiles(signal)
      } finally {
        leave()
      }
    }
  }
}
