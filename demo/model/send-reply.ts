import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { blockedResponse, chunkOf, errorBody, type FinishReason, type Part, type ResponseFrame, sseEvent } from './gemini-wire.ts'
import type { Answer, AnswerPart, Fault, Reply } from './script.ts'
import { signatureOf } from './thought-signature.ts'
import { textTokens } from './usage.ts'

export interface ReplyOptions {
  isStreaming: boolean
  frame: ResponseFrame
  sendsThoughts: boolean
  newId: () => string
}

const THINK_MS = 200
const MS_PER_WORD = 15
/** Lets what was written reach the client before the connection breaks, in ms. */
const BREAK_MS = 20

/** Sends what the script has decided, at the pace it wants; ends early when the client goes away. */
export async function sendReply(response: ServerResponse, reply: Reply, options: ReplyOptions): Promise<void> {
  const isGone = new AbortController()
  response.once('close', () => isGone.abort())
  try {
    await wait(reply.thinkMs ?? THINK_MS, isGone.signal)
    if ('fault' in reply) await sendFault(response, reply, options, isGone.signal)
    else await sendAnswer(response, reply, options, isGone.signal)
  } catch (error) {
    // Waiting ends with an error when the client goes away; then there is nobody to tell.
    if (!isGone.signal.aborted) throw error
  }
}

async function sendAnswer(response: ServerResponse, answer: Answer, options: ReplyOptions, signal: AbortSignal): Promise<void> {
  const parts = wireParts(answer.parts, options)
  const finishReason = answer.finishReason ?? 'STOP'
  if (!options.isStreaming) return sendWhole(response, parts, finishReason, options)
  startStream(response)
  const frame = await streamParts(response, parts, answer.msPerWord ?? MS_PER_WORD, options, signal)
  // As Gemini 3 does: the signature of an answer without calls comes last, in a part without text.
  const isTextOnly = parts.length > 0 && !parts.some(part => part.functionCall)
  const last = isTextOnly && finishReason === 'STOP' ? [{ text: '', thoughtSignature: signatureOf('', options.newId()) }] : []
  response.end(sseEvent(JSON.stringify(chunkOf(frame, last, finishReason))))
}

async function sendFault(response: ServerResponse, fault: Fault, options: ReplyOptions, signal: AbortSignal): Promise<void> {
  if (fault.fault === 'status') {
    const retryAfter = fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) }
    response.writeHead(fault.status, { 'content-type': 'application/json; charset=UTF-8', ...retryAfter })
    response.end(JSON.stringify(errorBody(fault.status, fault.message ?? `Scripted failure ${fault.status}.`)))
    return
  }
  if (!options.isStreaming) return sendFaultWhole(response, fault, options)

  startStream(response)
  const parts = 'parts' in fault ? wireParts(fault.parts ?? [], options) : []
  const frame = await streamParts(response, parts, fault.msPerWord ?? MS_PER_WORD, options, signal)
  switch (fault.fault) {
    case 'silent':
      await once(response, 'close')
      return
    case 'reset':
      await sleep(BREAK_MS)
      response.socket?.resetAndDestroy()
      return
    case 'malformed':
      response.end(sseEvent('{"candidates": [{"content": {"parts": [{"text": "brok'))
      return
    case 'truncated':
      response.end()
      return
    case 'empty':
      response.end(sseEvent(JSON.stringify(chunkOf(frame, [], 'STOP'))))
      return
    case 'blocked':
      response.end(sseEvent(JSON.stringify(blockedResponse(frame, fault.reason ?? 'PROHIBITED_CONTENT'))))
  }
}

/** The same faults where the answer is one body. */
async function sendFaultWhole(response: ServerResponse, fault: Exclude<Fault, { fault: 'status' }>, options: ReplyOptions): Promise<void> {
  const { frame } = options
  response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' })
  const half = JSON.stringify(chunkOf(frame, [{ text: 'An answer that is cut off' }])).slice(0, 60)
  switch (fault.fault) {
    case 'silent':
      response.flushHeaders()
      await once(response, 'close')
      return
    case 'reset':
      response.write(half)
      await sleep(BREAK_MS)
      response.socket?.resetAndDestroy()
      return
    case 'malformed':
    case 'truncated':
      response.end(half)
      return
    case 'empty':
      response.end(JSON.stringify(chunkOf(frame, [], 'STOP')))
      return
    case 'blocked':
      response.end(JSON.stringify(blockedResponse(frame, fault.reason ?? 'PROHIBITED_CONTENT')))
  }
}

/** Signs the first call of an answer, as Gemini does. */
function wireParts(parts: readonly AnswerPart[], { sendsThoughts, newId }: ReplyOptions): Part[] {
  const firstCall = parts.find(part => 'call' in part)
  return parts.flatMap((part): Part[] => {
    if ('text' in part) return [{ text: part.text }]
    if ('thought' in part) return sendsThoughts ? [{ text: part.thought, thought: true }] : []
    const functionCall = { id: newId(), name: part.call, args: part.arguments }
    return [{ functionCall, ...(part === firstCall && { thoughtSignature: signatureOf(part.call, newId()) }) }]
  })
}

function startStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.flushHeaders()
}

/** Streams texts word by word and calls whole. Returns the frame with what has been used. */
async function streamParts(
  response: ServerResponse,
  parts: readonly Part[],
  msPerWord: number,
  { frame }: ReplyOptions,
  signal: AbortSignal
): Promise<ResponseFrame> {
  let used = frame
  for (const part of parts) {
    const pieces = part.text === undefined ? [part] : wordsOf(part.text).map(text => ({ ...part, text }))
    for (const piece of pieces) {
      used = withUsed(used, piece)
      response.write(sseEvent(JSON.stringify(chunkOf(used, [piece]))))
      await wait(msPerWord, signal)
    }
  }
  return used
}

function sendWhole(response: ServerResponse, parts: Part[], finishReason: FinishReason, { frame }: ReplyOptions): void {
  const used = parts.reduce(withUsed, frame)
  response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' })
  response.end(JSON.stringify(chunkOf(used, parts, finishReason)))
}

function withUsed(frame: ResponseFrame, part: Part): ResponseFrame {
  const tokens = textTokens(part.text ?? JSON.stringify(part.functionCall ?? {}))
  const { usage } = frame
  return part.thought
    ? { ...frame, usage: { ...usage, thoughtsTokenCount: usage.thoughtsTokenCount + tokens } }
    : { ...frame, usage: { ...usage, candidatesTokenCount: usage.candidatesTokenCount + tokens } }
}

/** Words with the white space that follows them. */
function wordsOf(text: string): string[] {
  return text.match(/\s*\S+\s*/g) ?? [text]
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal })
}
