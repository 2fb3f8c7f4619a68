import { FixpointError, type TokenUsage } from '@fixpoint/protocol'
import { type LanguageModel, type ModelMessage, streamText, type ToolSet } from 'ai'
import { z } from 'zod'
import { abortable } from '../abortable.ts'

export interface StepRequest {
  model: LanguageModel
  instructions: string
  messages: ModelMessage[]
  tools: ToolSet
  /** Silence after which the request is given up, in milliseconds. */
  silenceMs: number
  signal: AbortSignal
  onText: (text: string) => void
}

/** A call that the model asked for. `problem` says what is wrong with it where it cannot be carried out. */
export interface RequestedCall {
  /** The provider's name of the call; its result goes back under it. */
  toolCallId: string
  tool: string
  input: unknown
  problem: string | null
}

export interface StepAnswer {
  text: string
  calls: RequestedCall[]
  /** The assistant's messages as the next request has to repeat them. */
  messages: ModelMessage[]
  finishReason: string
  usage: TokenUsage
}

/**
 * One request to the model. The tools have no code of their own here, so that each call can be recorded before it runs.
 * The watchdog does not trust the stream to end when it is aborted: a provider that ignores that would hang for ever.
 * @throws FixpointError `model_silent`, `model_refused`, `model_output_invalid`, whatever the SDK throws, or the signal's reason.
 */
export async function requestStep({ model, instructions, messages, tools, silenceMs, signal, onText }: StepRequest): Promise<StepAnswer> {
  const giveUp = new AbortController()
  const abortSignal = AbortSignal.any([signal, giveUp.signal])
  const result = streamText({
    model,
    instructions,
    messages,
    tools,
    abortSignal,
    maxRetries: 0, // the loop retries, and shows it
    onError: () => undefined // errors arrive as parts of the stream
  })
  // What is not awaited below must not end the process when the request fails.
  for (const promise of [result.responseMessages, result.usage, result.finishReason]) Promise.resolve(promise).catch(() => undefined)

  let text = ''
  let finishReason = ''
  const calls: RequestedCall[] = []
  const parts = result.stream[Symbol.asyncIterator]()
  try {
    for (;;) {
      const silence = silenceTimer(silenceMs)
      const next = await abortable(Promise.race([parts.next(), silence.expired]), signal).finally(silence.cancel)
      if (next.done) break
      const part = next.value
      if (part.type === 'text-delta') {
        text += part.text
        onText(part.text)
      } else if (part.type === 'tool-call') {
        calls.push({
          toolCallId: part.toolCallId,
          tool: part.toolName,
          input: part.input,
          problem: part.invalid ? describeInvalid(part.error) : null
        })
      } else if (part.type === 'error') {
        throw part.error
      } else if (part.type === 'abort') {
        throw signal.aborted ? signal.reason : new FixpointError('model_unavailable', 'The request to the model was cut off.')
      } else if (part.type === 'finish-step') {
        finishReason = part.finishReason
      }
    }
  } catch (error) {
    giveUp.abort()
    throw error
  }
  checkAnswer(text, calls, finishReason)
  const [responseMessages, usage] = await Promise.all([result.responseMessages, result.usage])
  return {
    text,
    calls,
    // Results of invalid calls that the SDK adds are left out: the loop gives every call its result.
    messages: responseMessages.filter(message => message.role === 'assistant'),
    finishReason,
    usage: { inputTokens: usage.inputTokens ?? 0, outputTokens: usage.outputTokens ?? 0 }
  }
}

function silenceTimer(silenceMs: number): { expired: Promise<never>; cancel: () => void } {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => undefined)
  const timer = setTimeout(() => {
    reject(new FixpointError('model_silent', `The model sent nothing for ${silenceMs / 1_000} seconds.`))
  }, silenceMs)
  return { expired: promise, cancel: () => clearTimeout(timer) }
}

/** A stream that ends without an answer is a failure, also where the SDK reports none (a malformed body ends silently). */
function checkAnswer(text: string, calls: readonly RequestedCall[], finishReason: string): void {
  if (finishReason === 'content-filter') throw new FixpointError('model_refused', 'The model’s provider blocked the answer.')
  if (text.trim() !== '' || calls.length > 0) return
  throw new FixpointError('model_output_invalid', `The model’s answer was empty${finishReason === '' ? '' : ` (${finishReason})`}.`)
}

const invalidCallSchema = z.object({ name: z.string(), message: z.string(), cause: z.unknown().optional() })

/** What the model is told of a call that does not fit; names the field where the schema knows it. */
function describeInvalid(error: unknown): string {
  const parsed = invalidCallSchema.safeParse(error)
  if (!parsed.success) return 'The call is not valid.'
  const issues = z
    .object({ cause: z.object({ issues: z.array(z.object({ path: z.array(z.unknown()), message: z.string() })) }) })
    .safeParse(parsed.data.cause)
  if (issues.success) return issues.data.cause.issues.map(issue => `${issue.path.join('.') || 'input'}: ${issue.message}`).join('; ')
  return parsed.data.message.slice(0, 500)
}
