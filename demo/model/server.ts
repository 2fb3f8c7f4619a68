import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import { brokenRule, type RuleOptions } from './conversation-rules.ts'
import {
  describeInvalidRequest,
  type ErrorBody,
  type ErrorStatus,
  errorBody,
  type GenerateRequest,
  generateRequestSchema,
  type JsonObject
} from './gemini-wire.ts'
import { readRequest } from './read-request.ts'
import type { ModelRequest, Script } from './script.ts'
import { sendReply } from './send-reply.ts'
import { estimateTokens } from './usage.ts'

export interface ScriptedModelOptions extends Partial<RuleOptions> {
  script: Script
  /** 0, the default, takes a free one. */
  port?: number
  /** The key that requests must carry. */
  apiKey?: string
  /** How many requests and rejections are remembered, the newest; 100 where it is left out. Requests can hold pictures of megabytes. */
  remembered?: number
  /** Makes response and call ids; random UUIDs where it is left out. */
  newId?: () => string
}

export interface Rejection {
  status: ErrorStatus
  message: string
}

export interface ScriptedModel {
  /** What goes into `createGoogle({ baseURL })`. */
  url: string
  apiKey: string
  /** Valid requests, oldest first. */
  requests: readonly ModelRequest[]
  /** What was refused, or went wrong in the script, oldest first. */
  rejections: readonly Rejection[]
  close(): Promise<void>
}

/** Gemini takes requests with inline data of up to 20 MB (https://ai.google.dev/gemini-api/docs/image-understanding). */
const MAXIMUM_BYTES = 20 * 1024 * 1024

const DEFAULT_KEY = 'scripted-demo-key'

/** A refusal to be sent to the client in Google's form. */
class Refusal extends Error {
  readonly status: ErrorStatus
  readonly details: JsonObject[] | undefined

  constructor(status: ErrorStatus, message: string, details?: JsonObject[]) {
    super(message)
    this.status = status
    this.details = details
  }
}

/**
 * Serves a script as a model, on loopback, in Gemini's wire format: `:generateContent` and `:streamGenerateContent?alt=sse`.
 * Whatever Gemini would refuse is refused, so that a client that works with this model has sent what Gemini wants.
 */
export async function startScriptedModel(options: ScriptedModelOptions): Promise<ScriptedModel> {
  const { script, port = 0, apiKey = DEFAULT_KEY, remembered = 100, newId = randomUUID } = options
  const rules: RuleOptions = { acceptsSkippedSignatures: options.acceptsSkippedSignatures ?? false }
  const requests: ModelRequest[] = []
  const rejections: Rejection[] = []

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const target = readTarget(request)
    checkKey(request, apiKey)
    const body = parseBody(await readBody(request))
    const broken = brokenRule(body, rules)
    if (broken !== undefined) throw new Refusal(400, broken)
    const modelRequest = readRequest(body, target)
    remember(requests, modelRequest, remembered)
    const reply = await script(modelRequest)
    const frame = {
      modelId: target.modelId,
      responseId: newId(),
      usage: { promptTokenCount: estimateTokens(body), candidatesTokenCount: 0, thoughtsTokenCount: 0 }
    }
    await sendReply(response, reply, {
      ...target,
      frame,
      sendsThoughts: body.generationConfig?.thinkingConfig?.includeThoughts === true,
      newId
    })
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const refusal =
        error instanceof Refusal ? error : new Refusal(500, `The script failed: ${error instanceof Error ? error.message : String(error)}`)
      remember(rejections, { status: refusal.status, message: refusal.message }, remembered)
      sendError(response, errorBody(refusal.status, refusal.message, refusal.details))
    })
  })

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The scripted model listens on no port.')

  return {
    url: `http://127.0.0.1:${address.port}/v1beta`,
    apiKey,
    requests,
    rejections,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

function remember<Entry>(list: Entry[], entry: Entry, limit: number): void {
  list.push(entry)
  list.splice(0, Math.max(0, list.length - limit))
}

function readTarget(request: IncomingMessage): { modelId: string; isStreaming: boolean } {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const [, modelId, method] = /^\/v1beta\/models\/([A-Za-z0-9._-]+):(generateContent|streamGenerateContent)$/.exec(url.pathname) ?? []
  if (request.method !== 'POST' || modelId === undefined) throw new Refusal(404, `There is nothing at ${request.method} ${url.pathname}.`)
  const isStreaming = method === 'streamGenerateContent'
  if (isStreaming && url.searchParams.get('alt') !== 'sse')
    throw new Refusal(400, 'Only streams of server-sent events (alt=sse) are served here.')
  return { modelId, isStreaming }
}

function checkKey(request: IncomingMessage, apiKey: string): void {
  const key = request.headers['x-goog-api-key']
  if (key === undefined) throw new Refusal(403, "Method doesn't allow unregistered callers (callers without established identity).")
  if (key !== apiKey) {
    throw new Refusal(400, 'API key not valid. Please pass a valid API key.', [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' }
    ])
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const announced = Number(request.headers['content-length'] ?? 0)
  const body = announced > MAXIMUM_BYTES ? undefined : await readText(request)
  if (body === undefined || Buffer.byteLength(body) > MAXIMUM_BYTES) {
    throw new Refusal(400, `Request payload size exceeds the limit: ${MAXIMUM_BYTES} bytes.`)
  }
  return body
}

function parseBody(text: string): GenerateRequest {
  const parsed = generateRequestSchema.safeParse(parseJson(text))
  if (!parsed.success) throw new Refusal(400, describeInvalidRequest(parsed.error))
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Refusal(400, `Invalid JSON payload received. ${error instanceof Error ? error.message : 'Parse error'}`)
  }
}

function sendError(response: ServerResponse, body: ErrorBody): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(body.error.code, { 'content-type': 'application/json; charset=UTF-8' })
  response.end(JSON.stringify(body, null, 2))
}
