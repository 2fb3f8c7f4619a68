/** What VS Code’s extension and its pages say to each other. */
import type { SessionEvent } from '@fixpoint/protocol'
import { z } from 'zod'
import type { LinkStatus } from './followed-session.ts'

export type ToPage =
  /** Every event that the page does not have yet; `isStart` when it has none. */
  | { kind: 'events'; sessionId: string; events: readonly SessionEvent[]; isStart: boolean }
  | { kind: 'status'; status: LinkStatus; problem: string | null; canPrompt: boolean }
  | { kind: 'artifact'; artifactId: string; bytes: Uint8Array | null }
  | { kind: 'sent' }
  | { kind: 'refused'; problem: string }

export const fromPageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('artifact'), artifactId: z.string().max(100) }),
  z.strictObject({ kind: z.literal('prompt'), text: z.string().max(20_000) }),
  z.strictObject({ kind: z.literal('withdraw'), promptId: z.string().max(100) }),
  z.strictObject({ kind: z.literal('stop') }),
  z.strictObject({ kind: z.literal('openProof'), turnId: z.string().max(100) }),
  z.strictObject({ kind: z.literal('showTurnChanges'), turnId: z.string().max(100) }),
  z.strictObject({ kind: z.literal('createPullRequest') }),
  z.strictObject({ kind: z.literal('accept') }),
  z.strictObject({ kind: z.literal('discard') }),
  z.strictObject({ kind: z.literal('undo'), turnIds: z.array(z.string().max(100)).max(200), leaveChanged: z.boolean() })
])
export type FromPage = z.infer<typeof fromPageSchema>
