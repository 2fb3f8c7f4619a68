import type { Readable } from 'node:stream'
import { FixpointError } from '@fixpoint/protocol'
import {
  type ExecFrame,
  type ExecInput,
  execFrameSchema,
  execInputSchema,
  type FileChanges,
  fileChangesSchema,
  type SandboxHealth,
  type SandboxInput,
  type SandboxOperation,
  type SandboxOutput,
  sandboxHealthSchema,
  sandboxOperations,
  workspaceApplyQuerySchema,
  workspaceBundleInputSchema,
  workspaceCommitSchema,
  workspacePopulateQuerySchema,
  workspaceRestoreQuerySchema
} from '@fixpoint/protocol/sandbox'
import type { z } from 'zod'
import { keepOutput } from './kept-output.ts'
import type { Tunnel } from './tunnel.ts'

/** Time on top of what the sandbox itself allows a call, for the way there and back. */
const GRACE_MS = 15_000
const DEFAULT_TIMEOUT_MS = 120_000
/** Moving a repository in or out. */
const BUNDLE_TIMEOUT_MS = 600_000
/** Watching has no end of its own; whoever watches for so long begins again. */
const WATCH_TIMEOUT_MS = 24 * 3_600_000
/** A frame carries at most one read of a pipe; anything near this is no frame. */
const MAX_FRAME_CHARACTERS = 4 * 1024 * 1024

type ExitFrame = Extract<ExecFrame, { kind: 'exit' }>

/** How a command ended, with the head and the tail of what it printed. */
export interface ExecResult extends Omit<ExitFrame, 'kind'> {
  stdout: string
  stderr: string
}

export interface ExecOptions {
  signal?: AbortSignal | undefined
  onOutput?(stream: 'stdout' | 'stderr', text: string): void
}

/** What can be asked of a sandbox; errors as said at `Tunnel`. */
export interface SandboxCalls {
  request<K extends SandboxOperation>(
    operation: K,
    input: SandboxInput<K>,
    options?: { signal?: AbortSignal | undefined; timeoutMs?: number | undefined }
  ): Promise<SandboxOutput<K>>
  exec(input: ExecInput, options?: ExecOptions): Promise<ExecResult>
  picture(pictureId: string, signal?: AbortSignal): Promise<Uint8Array>
  /** Makes the empty workspace a repository from a git bundle. */
  populate(bundle: Readable, query: z.input<typeof workspacePopulateQuerySchema>, signal?: AbortSignal): Promise<void>
  /** Makes the working tree equal to a commit, from a git bundle (empty where the sandbox has the objects). */
  restore(bundle: Readable, query: z.input<typeof workspaceRestoreQuerySchema>, signal?: AbortSignal): Promise<void>
  /** Changes the files that differ between two commits and no other. @throws FixpointError `stale_file`, and then changes nothing. */
  apply(bundle: Readable, query: z.input<typeof workspaceApplyQuerySchema>, signal?: AbortSignal): Promise<void>
  /** A git bundle of a checkpoint, or nothing where it would hold nothing. The stream ends with an error where it is not whole. */
  bundle(input: z.input<typeof workspaceBundleInputSchema>, signal?: AbortSignal): Promise<Readable | undefined>
}

/** The protocol's operations with the connection between a name and its types spelt out for the compiler. */
const operations: { [K in SandboxOperation]: { input: z.ZodType<object>; output: z.ZodType<SandboxOutput<K>> } } = sandboxOperations

export function sandboxCalls(tunnel: Tunnel): SandboxCalls {
  return {
    async request(operation, input, options = {}) {
      const { input: inputSchema, output: outputSchema } = operations[operation]
      const body = inputSchema.parse(input)
      const ownLimit = 'timeoutMs' in body && typeof body.timeoutMs === 'number' ? body.timeoutMs + GRACE_MS : DEFAULT_TIMEOUT_MS
      const answer = await tunnel.fetch('POST', `/v1/${operation}`, body, {
        signal: options.signal,
        timeoutMs: options.timeoutMs ?? ownLimit
      })
      return understand(outputSchema, answer, operation)
    },

    async exec(input, { signal, onOutput } = {}) {
      const body = execInputSchema.parse(input)
      const frames = await tunnel.open('POST', '/v1/exec', body, { signal, timeoutMs: body.timeoutMs + GRACE_MS })
      if (frames === undefined) throw new FixpointError('outcome_unknown', 'The sandbox did not run the command.')
      const kept = { stdout: keepOutput(body.maxOutputBytes), stderr: keepOutput(body.maxOutputBytes) }
      for await (const frame of readLines(execFrameSchema, frames)) {
        if (frame.kind === 'exit') {
          const { kind: _, ...exit } = frame
          return { ...exit, stdout: kept.stdout.text(), stderr: kept.stderr.text() }
        }
        kept[frame.stream].add(frame.text)
        onOutput?.(frame.stream, frame.text)
      }
      throw new FixpointError('outcome_unknown', 'The sandbox did not say how the command ended.')
    },

    picture: (pictureId, signal) =>
      tunnel.fetch('GET', `/v1/pictures/${encodeURIComponent(pictureId)}`, undefined, { signal, timeoutMs: DEFAULT_TIMEOUT_MS }),

    async populate(bundle, query, signal) {
      const address = `/v1/workspace/populate?${new URLSearchParams(workspacePopulateQuerySchema.parse(query))}`
      understand(workspaceCommitSchema, await tunnel.fetch('POST', address, bundle, { signal, timeoutMs: BUNDLE_TIMEOUT_MS }), 'populate')
    },

    async restore(bundle, query, signal) {
      const address = `/v1/workspace/restore?${new URLSearchParams(workspaceRestoreQuerySchema.parse(query))}`
      understand(workspaceCommitSchema, await tunnel.fetch('POST', address, bundle, { signal, timeoutMs: BUNDLE_TIMEOUT_MS }), 'restore')
    },

    async apply(bundle, query, signal) {
      const address = `/v1/workspace/apply?${new URLSearchParams(workspaceApplyQuerySchema.parse(query))}`
      understand(workspaceCommitSchema, await tunnel.fetch('POST', address, bundle, { signal, timeoutMs: BUNDLE_TIMEOUT_MS }), 'apply')
    },

    bundle: (input, signal) =>
      tunnel.open('POST', '/v1/workspace/bundle', workspaceBundleInputSchema.parse(input), { signal, timeoutMs: BUNDLE_TIMEOUT_MS })
  }
}

/** Hears of changes to the files until the signal ends it, or the sandbox. */
export async function watchFiles(tunnel: Tunnel, signal: AbortSignal): Promise<AsyncIterable<FileChanges>> {
  const lines = await tunnel.open('POST', '/v1/files/watch', undefined, { signal, timeoutMs: WATCH_TIMEOUT_MS })
  if (lines === undefined) throw new FixpointError('outcome_unknown', 'The sandbox does not watch its files.')
  return readLines(fileChangesSchema, lines)
}

/** The first call on a new connection. */
export async function awaitHealth(tunnel: Tunnel, timeoutMs: number, signal?: AbortSignal): Promise<SandboxHealth> {
  const answer = await tunnel.fetch('GET', '/v1/health', undefined, { signal, timeoutMs })
  return understand(sandboxHealthSchema, answer, 'health')
}

/** @throws FixpointError `outcome_unknown` when the answer has another form than the protocol says: whoever sent it is not ours. */
function understand<T>(schema: z.ZodType<T>, answer: Buffer, operation: string): T {
  const value = parseLine(answer.toString('utf8'))
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new FixpointError('outcome_unknown', `The sandbox’s answer to ${operation} cannot be understood.`, { cause: parsed.error })
}

async function* readLines<T>(schema: z.ZodType<T>, stream: Readable): AsyncGenerator<T> {
  let rest = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const frame = schema.safeParse(parseLine(line))
      if (!frame.success)
        throw new FixpointError('outcome_unknown', 'The sandbox sent output that cannot be understood.', { cause: frame.error })
      yield frame.data
    }
    if (rest.length > MAX_FRAME_CHARACTERS) throw new FixpointError('outcome_unknown', 'The sandbox sent a line of output without an end.')
  }
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
