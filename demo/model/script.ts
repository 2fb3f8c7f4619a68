import type { FinishReason, FunctionDeclaration, GenerateRequest, JsonObject } from './gemini-wire.ts'

/** A picture in a person's message. */
export interface RequestPicture {
  mimeType: string
  bytes: Uint8Array
  /** The text part right before it, which usually says what it shows; empty where there is none. */
  label: string
}

/** A function call of an earlier answer and what it came to. */
export interface FunctionResult {
  name: string
  arguments: JsonObject
  response: JsonObject
}

/** A user message in words, with everything that has been called since. */
export interface UserMessage {
  text: string
  pictures: RequestPicture[]
  /** Results of the calls that were made after this message, oldest first. */
  results: FunctionResult[]
}

/** What a script gets to see of a request. */
export interface ModelRequest {
  modelId: string
  isStreaming: boolean
  body: GenerateRequest
  systemText: string
  /** The last user messages that no final answer has followed yet, newest first; there is at least one. */
  openMessages: [UserMessage, ...UserMessage[]]
  /** By name. */
  functions: Map<string, FunctionDeclaration>
  /** The JSON schema that the answer has to fit, where structured output is asked for. */
  responseSchema: JsonObject | undefined
}

export type AnswerPart =
  | { text: string }
  /** Only sent where the request asks for thoughts. */
  | { thought: string }
  | { call: string; arguments: JsonObject }

/** What every reply may say about its pace. */
interface Pace {
  /** Time before the first byte, in ms. */
  thinkMs?: number
  /** Time between the words of a streamed text, in ms. */
  msPerWord?: number
}

export interface Answer extends Pace {
  parts: AnswerPart[]
  /** STOP where it is left out. */
  finishReason?: FinishReason
}

/** Ways in which a model or its network goes wrong. `parts` are sent before it does. */
export type Fault = Pace &
  (
    | { fault: 'status'; status: 429 | 500 | 503; retryAfterSeconds?: number; message?: string }
    /** Headers and `parts`, then nothing, until the client or the server is gone. */
    | { fault: 'silent'; parts?: AnswerPart[] }
    /** The connection breaks after `parts`. */
    | { fault: 'reset'; parts?: AnswerPart[] }
    /** An event that is not JSON after `parts`; then the stream ends as if nothing had happened. */
    | { fault: 'malformed'; parts?: AnswerPart[] }
    /** The stream ends after `parts` without a finish reason. */
    | { fault: 'truncated'; parts?: AnswerPart[] }
    /** An answer without any content. */
    | { fault: 'empty' }
    /** The prompt itself is refused. */
    | { fault: 'blocked'; reason?: string }
  )

export type Reply = Answer | Fault

/** Decides what the model says. It has no memory: everything it may know is in the request. */
export type Script = (request: ModelRequest) => Reply | Promise<Reply>
