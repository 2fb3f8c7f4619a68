/**
 * Following logs over Socket.IO. The client gives its token in the handshake's `auth`, then emits `follow` for each session that it
 * shows and acknowledges each `events` message when it has applied it. The server sends the next batch only after that, so a
 * client that does not read costs one batch of memory. Reconnecting is `follow` again, with `after` set to the last seq applied.
 */
import { z } from 'zod'
import { problemSchema } from './errors.ts'
import { sessionEventSchema, type textDeltaSchema } from './events.ts'
import { sessionIdSchema } from './ids.ts'

export const handshakeAuthSchema = z.strictObject({ token: z.string().max(500), protocolVersion: z.number().int() })

export const followRequestSchema = z.strictObject({
  sessionId: sessionIdSchema,
  after: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
})
export type FollowRequest = z.infer<typeof followRequestSchema>

export const followAnswerSchema = z.union([z.object({ head: z.number().int(), epoch: z.string() }), z.object({ problem: problemSchema })])
export type FollowAnswer = z.infer<typeof followAnswerSchema>

export const unfollowRequestSchema = z.strictObject({ sessionId: sessionIdSchema })

export const eventBatchSchema = z.object({ sessionId: sessionIdSchema, events: z.array(sessionEventSchema) })
export type EventBatch = z.infer<typeof eventBatchSchema>

/** Names and payloads of what a client emits, for Socket.IO's type parameters. */
export interface ClientToServerEvents {
  follow: (request: FollowRequest, acknowledge: (answer: FollowAnswer) => void) => void
  unfollow: (request: z.infer<typeof unfollowRequestSchema>) => void
}

/** What the server emits. `events` is acknowledged when applied; `deltas` may be dropped; `refused` precedes a disconnect. */
export interface ServerToClientEvents {
  events: (batch: EventBatch, acknowledge: () => void) => void
  delta: (delta: z.infer<typeof textDeltaSchema>) => void
  refused: (problem: z.infer<typeof problemSchema>) => void
}
