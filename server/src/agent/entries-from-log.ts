import { cutText, type PageContext, pageContextSchema, type SessionEvent } from '@fixpoint/protocol'
import type { ArtifactStore } from '../store/artifact-store.ts'
import type { ConversationEntry, StepEntry } from './conversation.ts'
import { resultRecordSchema, stepRecordSchema } from './records.ts'

export interface TurnHistory {
  entries: ConversationEntry[]
  /** Calls that began and of which nobody knows how they ended. */
  startedCalls: Set<string>
}

type PromptEvent = Extract<SessionEvent, { type: 'prompt.queued' }>['data']

export interface HistoryOptions {
  artifacts: ArtifactStore
  sessionId: string
  /** The turn whose request is written out in full; those before are cut down to their words. */
  turnId: string
  renderRequest: (prompt: PromptEvent, context: PageContext | null, remark: string | null) => string
}

/** The conversation with the model, built again from the log. Text of steps that came to nothing is not in it. */
export async function entriesFromLog(events: readonly SessionEvent[], options: HistoryOptions): Promise<TurnHistory> {
  const { artifacts, sessionId, turnId, renderRequest } = options
  const prompts = new Map<string, PromptEvent>()
  const turnPrompts = new Map<string, PromptEvent>()
  const steps = new Map<string, StepEntry>()
  const startedCalls = new Set<string>()
  const entries: ConversationEntry[] = []
  /** What the next request begins with, besides the person's words. */
  let remarks: string[] = []

  const load = async (artifactId: string): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode((await artifacts.get(sessionId, artifactId)).bytes))

  for (const event of events) {
    switch (event.type) {
      case 'prompt.queued':
        prompts.set(event.data.promptId, event.data)
        break
      case 'turn.started': {
        const prompt = prompts.get(event.data.promptId)
        if (!prompt) throw new Error(`the log has no prompt ${event.data.promptId}`)
        const isCurrent = event.data.turnId === turnId
        const context = isCurrent && prompt.context ? pageContextSchema.parse(await load(prompt.context.artifactId)) : null
        const remark = remarks.length === 0 ? null : remarks.join(' ')
        const text = isCurrent ? renderRequest(prompt, context, remark) : briefRequest(prompt, remark)
        entries.push({ kind: 'request', text, pictures: context ? picturesOf(context) : [] })
        turnPrompts.set(event.data.turnId, prompt)
        remarks = []
        break
      }
      case 'step.answered': {
        const record = stepRecordSchema.parse(await load(event.data.messages))
        const entry: StepEntry = { kind: 'step', stepId: event.data.stepId, record, results: new Map() }
        for (const call of record.calls) steps.set(call.callId, entry)
        entries.push(entry)
        break
      }
      case 'tool.started':
        startedCalls.add(event.data.callId)
        break
      case 'tool.finished':
        startedCalls.delete(event.data.callId)
        steps.get(event.data.callId)?.results.set(event.data.callId, resultRecordSchema.parse(await load(event.data.result)))
        break
      case 'turn.finished':
        if (event.data.outcome === 'stopped')
          remarks.push('The person stopped your work on the request before; what you had changed until then is still there.')
        if (event.data.outcome === 'failed')
          remarks.push(`Your work on the request before ended with an error: ${event.data.failure?.message ?? 'unknown'}`)
        break
      case 'undo.finished':
        remarks.push(remarkOnUndo(event.data, turnPrompts))
        break
      default:
        break
    }
  }
  return { entries, startedCalls }
}

const NAMES_SHOWN = 20

/** Names of people and files, and words of requests, are theirs: they are quoted. */
function remarkOnUndo(
  { by, turnIds, restored, left }: Extract<SessionEvent, { type: 'undo.finished' }>['data'],
  turnPrompts: ReadonlyMap<string, PromptEvent>
): string {
  const quote = (text: string) => JSON.stringify(cutText(text.trim(), 200))
  const list = (texts: readonly string[]) =>
    `${texts.slice(0, NAMES_SHOWN).map(quote).join(', ')}${texts.length > NAMES_SHOWN ? ` and ${texts.length - NAMES_SHOWN} more` : ''}`
  const requests = turnIds.flatMap(turnId => turnPrompts.get(turnId)?.text ?? [])
  const files = restored.length === 0 ? 'No file had to be changed for it.' : `Put back as they were before it: ${list(restored)}.`
  const others = left.length === 0 ? '' : ` Left as they are, because they were changed since: ${list(left)}.`
  return `${quote(by.name)} has undone your work on ${list(requests)}. ${files}${others} Do not do it again unless you are asked to, and read these files before you edit them.`
}

function briefRequest(prompt: PromptEvent, remark: string | null): string {
  const picks = prompt.context?.picks.map(pick => `[${pick.number}] ${pick.label}`).join(', ')
  return [prompt.text.trim(), ...(remark === null ? [] : [`(${remark})`]), ...(picks ? [`(They pointed at: ${picks})`] : [])].join('\n\n')
}

function picturesOf(context: PageContext): string[] {
  const crops = context.picks.flatMap(pick => (pick.crop ? [pick.crop.artifactId] : []))
  return [...crops, ...[context.screenshot, context.annotated].flatMap(picture => (picture ? [picture.artifactId] : []))]
}
