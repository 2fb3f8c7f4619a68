/**
 * Who may send what. Panel requests come from Fixpoint's own pages; picker requests from its scripts in a tab. Anything
 * else is counted and dropped: a page cannot reach these listeners, but a page's process that was taken over can.
 */
import { ERRORS, FixpointError } from '@fixpoint/protocol'
import type { z } from 'zod'
import { failed, type Outcome } from '../outcome.ts'

type Sender = chrome.runtime.MessageSender

// All that a picker has to say is a path and some names; more is an attack or a mistake.
const LARGEST_MESSAGE = 200_000

/** Messages that were dropped, for diagnostics. */
export const refusals = { sender_not_allowed: 0, invalid_message: 0, capture_too_large: 0 }

/** One of the extension's own pages: the side panel, or one that is open as a tab. */
export function isExtensionPage(sender: Sender, extensionId: string): boolean {
  const origin = `chrome-extension://${extensionId}`
  return sender.id === extensionId && sender.origin === origin && sender.url?.startsWith(`${origin}/`) === true
}

/** The extension's own service worker; scripts in pages always come with their tab. */
export function isBackground(sender: Sender, extensionId: string): boolean {
  return sender.id === extensionId && sender.tab === undefined
}

/** A content script in a tab. Whether pointing goes on in its document is for the run to say. */
export function isContentScript(sender: Sender, extensionId: string): boolean {
  return (
    sender.id === extensionId &&
    sender.tab?.id !== undefined &&
    sender.frameId !== undefined &&
    sender.documentId !== undefined &&
    !sender.origin?.startsWith('chrome-extension:')
  )
}

/**
 * Wraps the answer to one kind of message: sender, size and shape are checked first, and whatever goes wrong becomes a failure.
 */
export function guarded<I, O>(
  isAllowed: (sender: Sender) => boolean,
  schema: z.ZodType<I>,
  answer: (data: I, sender: Sender) => Promise<Outcome<O>>,
  largest = LARGEST_MESSAGE
): (message: { data: unknown; sender: Sender }) => Promise<Outcome<O>> {
  return async ({ data, sender }) => {
    if (!isAllowed(sender)) return refuse('sender_not_allowed', ERRORS.sender_not_allowed.title)
    if ((JSON.stringify(data) ?? '').length > largest) return refuse('capture_too_large', 'The message is too large.')
    const parsed = schema.safeParse(data)
    if (!parsed.success) return refuse('invalid_message', `${parsed.error.issues[0]?.message ?? 'not readable'}`)
    try {
      return await answer(parsed.data, sender)
    } catch (error) {
      return failed(toError(error).toFailure())
    }
  }
}

function refuse<O>(code: keyof typeof refusals, message: string): Outcome<O> {
  refusals[code]++
  return failed(new FixpointError(code, message).toFailure())
}

/** Any error as one with a code; what has none is a mistake of ours and goes to the log too. */
export function toError(error: unknown): FixpointError {
  if (error instanceof FixpointError) return error
  console.error(error)
  return new FixpointError('internal', error instanceof Error ? error.message : String(error), {
    cause: error,
    hint: 'Try again; the extension’s service worker log has the details.'
  })
}
