import { z } from 'zod'
import { storableText } from '../text.ts'
import { workspacePathSchema } from './files.ts'

/** Environment for a process in the sandbox, on top of the sandbox's own. Values are configuration, never secrets. */
const environmentSchema = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(10_000))

/**
 * `POST /v1/exec`: one command by `bash -c`; answers with NDJSON frames. Standard input is empty. When the shell has ended, what
 * it left running is ended too and the output says so; resetting the stream does the same at once.
 */
export const execInputSchema = z.object({
  command: storableText(50_000).min(1),
  /** Folder below the workspace. */
  cwd: workspacePathSchema.default('.'),
  timeoutMs: z.number().int().min(100).max(3_600_000),
  environment: environmentSchema.default({}),
  /** Output kept: the first half, sent while it is made, and the last half; a line between them says how much is left out. */
  maxOutputBytes: z.number().int().min(1_000).max(4_000_000).default(200_000)
})
export type ExecInput = z.input<typeof execInputSchema>

export const execFrameSchema = z.discriminatedUnion('kind', [
  /** Output in UTF-8 without terminal escapes and other control characters; no character is split over frames. */
  z.object({ kind: z.literal('output'), stream: z.enum(['stdout', 'stderr']), text: z.string() }),
  z.object({
    kind: z.literal('exit'),
    /** Exit status, or null where a signal ended it. */
    exitCode: z.number().int().nullable(),
    signal: z.string().nullable(),
    timedOut: z.boolean(),
    /** True when the command failed and the kernel had ended a process for lack of memory meanwhile. */
    outOfMemory: z.boolean(),
    /** True when the command was ended because the sandbox's files had grown beyond their limit, or the machine's disk was nearly full. */
    outOfDisk: z.boolean(),
    /** Output that was left out between the kept head and tail. */
    omittedBytes: z.number().int(),
    durationMs: z.number()
  })
])
export type ExecFrame = z.infer<typeof execFrameSchema>

export const devServerStateSchema = z.object({
  /** `exited`: it ended by itself or did not get ready in time. */
  state: z.enum(['stopped', 'starting', 'ready', 'exited']),
  exitCode: z.number().int().nullable(),
  /** The last 8,000 characters of what it printed. */
  output: z.string()
})

export const devServerStart = {
  input: z.object({
    command: storableText(2_000).min(1),
    cwd: workspacePathSchema.default('.'),
    port: z.number().int().min(1_024).max(65_535),
    /** Path that answers with a status below 500 once the server is ready. */
    readyPath: z.string().startsWith('/').max(2_000).default('/'),
    timeoutMs: z.number().int().min(1_000).max(600_000),
    environment: environmentSchema.default({})
  }),
  /**
   * Answers when ready, at once if it is so already; fails with `dev_server_not_ready`, its output in the message. A server that
   * was started with other values, or has exited, is replaced.
   */
  output: z.object({ alreadyRunning: z.boolean(), readyMs: z.number() })
}

export const devServerStatus = { input: z.object({}), output: devServerStateSchema }

export const devServerStop = { input: z.object({}), output: z.object({ wasRunning: z.boolean() }) }
