import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { askBackground } from '../ask-background.ts'
import { completeReport } from './complete-page.ts'
import { type Problem, problemOf } from './problem.ts'
import { finishSending, type SendOptions, type SendRequest, type SendStage, type Sent, sendPrompt, storedOutboxOf } from './send-prompt.ts'
import type { Server } from './server.ts'

export interface Sending {
  /** A prompt on its way. */
  pending: { text: string; stage: SendStage } | null
  /** The last prompt that the server confirmed. It may not be in the log that is shown yet. */
  sent: { promptId: string; text: string } | null
  problem: Problem | null
  send: (request: SendRequest) => void
  /** Tells which prompts are in the log now: one whose confirmation was lost may be among them. */
  noteArrived: (texts: readonly string[]) => void
  dismissProblem: () => void
}

interface SendingOptions {
  server: Server
  place: string
  isConnected: boolean
  onSession: (sessionId: string) => void
  /** The prompt is in the log; what was in the composer may go. */
  onSent: (sent: Sent, text: string) => void
}

/** Sends prompts, and finishes what a panel that was closed had begun. */
export function useSending({ server, place, isConnected, onSession, onSent }: SendingOptions): Sending {
  const outbox = useMemo(() => storedOutboxOf(chrome.storage.session, place), [place])
  const [pending, setPending] = useState<Sending['pending']>(null)
  const [sent, setSent] = useState<Sending['sent']>(null)
  const [problem, setProblem] = useState<Problem | null>(null)

  const succeed = useCallback(
    (result: Sent, text: string) => {
      setSent(result.promptId === null ? null : { promptId: result.promptId, text })
      onSent(result, text)
    },
    [onSent]
  )

  const finish = useCallback(
    async (text: string) => {
      setProblem(null)
      setPending({ text, stage: 'prompt' })
      try {
        const result = await finishSending({ server, outbox, onStage: stage => setPending({ text, stage }), onDelivered: clearSent })
        if (result !== null) succeed(result, text)
      } catch (error) {
        setProblem(problemOf(error))
      }
      setPending(null)
    },
    [server, outbox, succeed]
  )

  /** Set once this panel has looked after what an earlier one left; what it leaves itself is the person's to send again. */
  const hasLooked = useRef(new Set<string>())

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each place, when the server is there
  useEffect(() => {
    if (!isConnected || hasLooked.current.has(outbox.key)) return
    hasLooked.current.add(outbox.key)
    let isCurrent = true
    void outbox.read().then(kept => {
      const text = kept?.body?.text
      if (isCurrent && text !== undefined) void finish(text)
    })
    return () => {
      isCurrent = false
    }
  }, [outbox, isConnected])

  // What has arrived is asked for once more, with the same key, to learn its id and to be done with it.
  const noteArrived = useCallback(
    (texts: readonly string[]) => {
      if (problem === null) return
      void outbox.read().then(kept => {
        const text = kept?.body?.text
        if (text !== undefined && texts.includes(text)) void finish(text)
      })
    },
    [problem, outbox, finish]
  )

  function send(request: SendRequest) {
    if (pending !== null) return
    hasLooked.current.add(outbox.key)
    setProblem(null)
    setPending({ text: request.text, stage: request.page === null && request.recording === null ? 'prompt' : 'pictures' })
    sendCompleted(request, place, {
      server,
      outbox,
      randomBytes: count => crypto.getRandomValues(new Uint8Array(count)),
      onStage: stage => setPending({ text: request.text, stage }),
      onDelivered: clearSent,
      onSession
    })
      .then(result => succeed(result, request.text))
      .catch((error: unknown) => setProblem(problemOf(error)))
      .finally(() => setPending(null))
  }

  return { pending, sent, problem, send, noteArrived, dismissProblem: useCallback(() => setProblem(null), []) }
}

/** The picks are sent; their markers leave the page. Where that fails they stay to be removed by hand. */
async function clearSent({ tabId }: Sent): Promise<void> {
  if (tabId === null) return
  try {
    const outcome = await askBackground('clearDraft', { tabId })
    if (!outcome.ok) console.warn(outcome.failure)
  } catch (error) {
    console.warn(error)
  }
}

async function sendCompleted(request: SendRequest, place: string, options: SendOptions): Promise<Sent> {
  const complete = await completeReport({ page: request.page, recording: request.recording }, request.masking, place)
  return sendPrompt({ ...request, ...complete }, options)
}
