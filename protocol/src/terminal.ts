/**
 * A shell in a session's sandbox. What is typed and printed goes as bytes; everything else is one of these values as JSON.
 *
 * A client opens a WebSocket at `/api/terminal`, says `open` first and is answered with `opened` or `refused`; text messages are JSON
 * and binary ones bytes. It says `taken` for what it has shown: no more than `TERMINAL_LIMITS.untakenBytes` of output are on the way
 * at any time, and a program that prints faster waits. When the connection ends, so does the shell.
 */
import { z } from 'zod'
import { problemSchema } from './errors.ts'
import { sessionIdSchema } from './ids.ts'

export const TERMINAL_PATH = '/api/terminal'

export const TERMINAL_LIMITS = {
  /** Output that was sent and not yet said to be taken, in bytes. */
  untakenBytes: 256_000,
  /** One message of what is typed or pasted, in bytes. */
  inputBytes: 64_000,
  columns: 1_000,
  rows: 500,
  perSession: 8
} as const

const sizeShape = {
  columns: z.number().int().min(1).max(TERMINAL_LIMITS.columns),
  rows: z.number().int().min(1).max(TERMINAL_LIMITS.rows)
}

export const terminalOpenSchema = z.strictObject({
  kind: z.literal('open'),
  token: z.string().max(500),
  protocolVersion: z.number().int(),
  sessionId: sessionIdSchema,
  ...sizeShape
})

/** What is said to a shell. */
export const toTerminalSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('resize'), ...sizeShape }),
  z.strictObject({ kind: z.literal('taken'), bytes: z.number().int().min(1).max(10_000_000) })
])
export type ToTerminal = z.infer<typeof toTerminalSchema>

/** How a shell ended. */
export const terminalExitSchema = z.object({
  kind: z.literal('exited'),
  /** Null where a signal ended it. */
  exitCode: z.number().int().nullable(),
  signal: z.number().int().nullable()
})

/** What a client is told. */
export const fromTerminalSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('opened') }),
  z.object({ kind: z.literal('refused'), problem: problemSchema }),
  terminalExitSchema
])
export type FromTerminal = z.infer<typeof fromTerminalSchema>
