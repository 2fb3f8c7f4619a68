import { z } from 'zod'

/**
 * Gemini's wire format, as far as an agent uses it: https://ai.google.dev/api/generate-content.
 * Strict where Gemini is: a field that is not named here is refused, as protobuf's JSON parser refuses it.
 */

/** A JSON object; what is in it is the caller's business. */
const jsonObjectSchema = z.record(z.string(), z.unknown())
export type JsonObject = z.infer<typeof jsonObjectSchema>

const inlineDataSchema = z.strictObject({ mimeType: z.string().min(1), data: z.base64().min(1) })
export type InlineData = z.infer<typeof inlineDataSchema>

const functionCallSchema = z.strictObject({ id: z.string().min(1).optional(), name: z.string().min(1), args: jsonObjectSchema })
export type FunctionCall = z.infer<typeof functionCallSchema>

const functionResponseSchema = z.strictObject({
  id: z.string().min(1).optional(),
  name: z.string().min(1),
  response: jsonObjectSchema,
  parts: z
    .array(z.strictObject({ inlineData: inlineDataSchema }))
    .min(1)
    .optional()
})
export type FunctionResponse = z.infer<typeof functionResponseSchema>

const dataFields = ['text', 'inlineData', 'functionCall', 'functionResponse'] as const

const partSchema = z
  .strictObject({
    text: z.string().optional(),
    inlineData: inlineDataSchema.optional(),
    functionCall: functionCallSchema.optional(),
    functionResponse: functionResponseSchema.optional(),
    thought: z.boolean().optional(),
    thoughtSignature: z.string().min(1).optional()
  })
  .superRefine((part, context) => {
    const present = dataFields.filter(field => part[field] !== undefined)
    if (present.length !== 1) {
      context.addIssue({ code: 'custom', message: `required oneof field 'data' must have one initialized field, it has ${present.length}` })
    }
    // A signature may come in a part without text; anything else without text is refused.
    if (part.text === '' && part.thoughtSignature === undefined) context.addIssue({ code: 'custom', message: 'the text must not be empty' })
  })
export type Part = z.infer<typeof partSchema>

const contentSchema = z.strictObject({ role: z.enum(['user', 'model']), parts: z.array(partSchema).min(1) })
export type Content = z.infer<typeof contentSchema>

const functionDeclarationSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/),
  description: z.string().min(1),
  parametersJsonSchema: jsonObjectSchema.optional(),
  parameters: jsonObjectSchema.optional()
})
export type FunctionDeclaration = z.infer<typeof functionDeclarationSchema>

const generationConfigSchema = z.strictObject({
  maxOutputTokens: z.number().int().positive().optional(),
  temperature: z.number().min(0).max(2).optional(),
  topK: z.number().int().positive().optional(),
  topP: z.number().min(0).max(1).optional(),
  frequencyPenalty: z.number().optional(),
  presencePenalty: z.number().optional(),
  stopSequences: z.array(z.string()).max(5).optional(),
  seed: z.number().int().optional(),
  responseMimeType: z.enum(['text/plain', 'application/json']).optional(),
  responseJsonSchema: jsonObjectSchema.optional(),
  responseSchema: jsonObjectSchema.optional(),
  responseModalities: z.array(z.enum(['TEXT', 'IMAGE', 'AUDIO'])).optional(),
  mediaResolution: z.string().optional(),
  thinkingConfig: z
    .strictObject({
      thinkingBudget: z.number().int().optional(),
      thinkingLevel: z.string().optional(),
      includeThoughts: z.boolean().optional()
    })
    .optional()
})

export const generateRequestSchema = z.strictObject({
  contents: z.array(contentSchema).min(1),
  systemInstruction: z
    .strictObject({ role: z.string().optional(), parts: z.array(z.strictObject({ text: z.string().min(1) })).min(1) })
    .optional(),
  tools: z
    .array(z.strictObject({ functionDeclarations: z.array(functionDeclarationSchema).min(1) }))
    .min(1)
    .optional(),
  toolConfig: z
    .strictObject({
      functionCallingConfig: z.strictObject({
        mode: z.enum(['AUTO', 'ANY', 'NONE', 'VALIDATED']),
        allowedFunctionNames: z.array(z.string()).min(1).optional()
      })
    })
    .optional(),
  safetySettings: z.array(z.strictObject({ category: z.string(), threshold: z.string() })).optional(),
  generationConfig: generationConfigSchema.optional()
})
export type GenerateRequest = z.infer<typeof generateRequestSchema>

/** What is wrong with a request, in the words that Google's JSON parser uses. */
export function describeInvalidRequest(error: z.ZodError): string {
  const lines = error.issues.flatMap(issue => {
    const place = placeOf(issue.path)
    if (issue.code === 'unrecognized_keys') return issue.keys.map(key => `Unknown name "${key}" at '${place}': Cannot find field.`)
    return [`* GenerateContentRequest.${place}: ${issue.message}`]
  })
  return `Invalid JSON payload received. ${lines.join('\n')}`
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    ''
  )
}

export type FinishReason = 'STOP' | 'MAX_TOKENS' | 'SAFETY' | 'MALFORMED_FUNCTION_CALL'

export interface Usage {
  promptTokenCount: number
  candidatesTokenCount: number
  thoughtsTokenCount: number
}

/** One chunk of a stream, or the whole answer where none is streamed. */
export interface GenerateResponse {
  candidates?: Array<{ content?: { role: 'model'; parts: Part[] }; finishReason?: FinishReason; finishMessage?: string; index: number }>
  promptFeedback?: { blockReason: string }
  usageMetadata: Usage & { totalTokenCount: number }
  modelVersion: string
  responseId: string
}

export interface ResponseFrame {
  modelId: string
  responseId: string
  usage: Usage
}

/** A chunk with these parts; the last chunk of an answer has the finish reason. */
export function chunkOf({ modelId, responseId, usage }: ResponseFrame, parts: Part[], finishReason?: FinishReason): GenerateResponse {
  return {
    candidates: [{ ...(parts.length > 0 && { content: { role: 'model', parts } }), ...(finishReason && { finishReason }), index: 0 }],
    usageMetadata: { ...usage, totalTokenCount: usage.promptTokenCount + usage.candidatesTokenCount + usage.thoughtsTokenCount },
    modelVersion: modelId,
    responseId
  }
}

/** The answer to a prompt that was blocked: there are no candidates. */
export function blockedResponse({ modelId, responseId, usage }: ResponseFrame, blockReason: string): GenerateResponse {
  return {
    promptFeedback: { blockReason },
    usageMetadata: { ...usage, totalTokenCount: usage.promptTokenCount },
    modelVersion: modelId,
    responseId
  }
}

/** google.rpc.Status names of the HTTP statuses that Gemini answers with. */
const statusNames = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE'
} as const
export type ErrorStatus = keyof typeof statusNames

export interface ErrorBody {
  error: { code: ErrorStatus; message: string; status: (typeof statusNames)[ErrorStatus]; details?: JsonObject[] }
}

export function errorBody(code: ErrorStatus, message: string, details?: JsonObject[]): ErrorBody {
  return { error: { code, message, status: statusNames[code], ...(details && { details }) } }
}

/** One server-sent event as Gemini frames it. */
export function sseEvent(data: string): string {
  return `data: ${data}\r\n\r\n`
}
