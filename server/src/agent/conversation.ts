import type { ModelMessage, ToolResultPart } from 'ai'
import type { ResultRecord, StepRecord } from './records.ts'

/** A request of a person, as the model reads it. */
export interface RequestEntry {
  kind: 'request'
  text: string
  /** Artifacts of the pictures that go with it. */
  pictures: string[]
}

/** An answer of the model and what its calls came to, by call id. */
export interface StepEntry {
  kind: 'step'
  stepId: string
  record: StepRecord
  results: Map<string, ResultRecord>
}

/** Something that the server has to say, such as that the sandbox was replaced. */
export interface RemarkEntry {
  kind: 'remark'
  text: string
}

export type ConversationEntry = RequestEntry | StepEntry | RemarkEntry

/** Pictures shown by tools that the model still sees; older ones are named only. */
const PICTURES_KEPT = 6
/** Characters of tool results after which old ones are shortened, and to what. */
const RESULTS_LIMIT = 400_000
const OLD_RESULT_CHARACTERS = 400
const RECENT_RESULTS = 20

const NOT_CARRIED_OUT: ResultRecord = { text: 'This call was not carried out.', isError: true, pictures: [] }

/**
 * The messages for the next request to the model.
 * @param model name of the model that is asked; what other models signed or thought to themselves is not repeated to it.
 * @param loadPicture bytes of a picture by its artifact id.
 */
export async function renderConversation(
  entries: readonly ConversationEntry[],
  model: string,
  loadPicture: (artifactId: string) => Promise<Uint8Array>
): Promise<ModelMessage[]> {
  const lastRequest = entries.findLastIndex(entry => entry.kind === 'request')
  const { shortened, withPictures } = chooseWhatToShorten(entries)
  const messages: ModelMessage[] = []
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === 'remark') messages.push({ role: 'user', content: entry.text })
    else if (entry.kind === 'request') {
      // Pictures of earlier requests show states that are long gone.
      const pictures = index === lastRequest ? await Promise.all(entry.pictures.map(loadPicture)) : []
      messages.push({
        role: 'user',
        content: [
          { type: 'text', text: entry.text },
          ...pictures.map(data => ({ type: 'file' as const, mediaType: mediaTypeOf(data), data }))
        ]
      })
    } else {
      const isOwn = entry.record.model === model
      messages.push(...(isOwn ? entry.record.messages : entry.record.messages.map(withoutSignatures)))
      const results = await Promise.all(
        entry.record.calls.map(async (call): Promise<ToolResultPart> => {
          const result = entry.results.get(call.callId) ?? NOT_CARRIED_OUT
          return await renderResult(call, shortened.has(call.callId) ? shorten(result) : result, withPictures.has(call.callId), loadPicture)
        })
      )
      if (results.length > 0) messages.push({ role: 'tool', content: results })
    }
  }
  return messages
}

/** Signatures and thoughts are worth something to the model that made them, and are refused by others. */
function withoutSignatures(message: ModelMessage): ModelMessage {
  if (message.role !== 'assistant' || typeof message.content === 'string') return message
  const content = message.content
    .filter(part => part.type !== 'reasoning')
    .map(part => ('providerOptions' in part ? { ...part, providerOptions: undefined } : part))
  return { role: 'assistant', content }
}

function chooseWhatToShorten(entries: readonly ConversationEntry[]): { shortened: Set<string>; withPictures: Set<string> } {
  const results = entries.flatMap(entry => (entry.kind === 'step' ? [...entry.results] : [])).toReversed()
  const shortened = new Set<string>()
  const withPictures = new Set<string>()
  let characters = 0
  let pictures = 0
  for (const [index, [callId, result]] of results.entries()) {
    characters += result.text.length
    if (index >= RECENT_RESULTS && characters > RESULTS_LIMIT) shortened.add(callId)
    if (result.pictures.length > 0 && pictures < PICTURES_KEPT) withPictures.add(callId)
    pictures += result.pictures.length
  }
  return { shortened, withPictures }
}

function shorten(result: ResultRecord): ResultRecord {
  if (result.text.length <= OLD_RESULT_CHARACTERS) return result
  return { ...result, text: `${result.text.slice(0, OLD_RESULT_CHARACTERS).toWellFormed()}… (the rest of this old output was left out)` }
}

async function renderResult(
  call: StepRecord['calls'][number],
  result: ResultRecord,
  showsPictures: boolean,
  loadPicture: (artifactId: string) => Promise<Uint8Array>
): Promise<ToolResultPart> {
  const part = { type: 'tool-result' as const, toolCallId: call.toolCallId, toolName: call.tool }
  if (result.pictures.length === 0) return { ...part, output: { type: result.isError ? 'error-text' : 'text', value: result.text } }
  if (!showsPictures) return { ...part, output: { type: 'text', value: `${result.text}\n(The pictures were shown before.)` } }
  const pictures = await Promise.all(result.pictures.map(loadPicture))
  return {
    ...part,
    output: {
      type: 'content',
      value: [
        { type: 'text', text: result.text },
        ...pictures.map(data => ({
          type: 'file' as const,
          mediaType: mediaTypeOf(data),
          data: { type: 'data' as const, data: Buffer.from(data).toString('base64') }
        }))
      ]
    }
  }
}

/** PNG, JPEG or WebP by the first byte; the store has looked at the rest. */
function mediaTypeOf(bytes: Uint8Array): string {
  return bytes[0] === 0x89 ? 'image/png' : bytes[0] === 0xff ? 'image/jpeg' : 'image/webp'
}
