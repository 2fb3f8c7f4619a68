/** Scripts for the scripted model: what it says at each step of a request, and how it judges pictures. */
import type { Answer, AnswerPart, ModelRequest, Reply, Script } from '@fixpoint/demo/model'

/** The steps of one request, in order; after the last the model has nothing more to say. */
export type Steps = readonly (Reply | ((request: ModelRequest) => Reply))[]

export const say = (text: string): Answer => ({ parts: [{ text }] })

export const call = (name: string, args: Record<string, string | number | boolean | object>, text = ''): Answer => ({
  parts: [...(text === '' ? [] : [{ text } satisfies AnswerPart]), { call: name, arguments: JSON.parse(JSON.stringify(args)) }]
})

export const editStyle = (oldText: string, newText: string): Answer =>
  call('edit', { path: 'style.css', edits: [{ oldText, newText }] }, 'I change the style.')

export interface ScriptOptions {
  /** What the vision model answers; `fixed` where it is not given. */
  opinion?: 'fixed' | 'not_fixed' | 'unsure'
  /** Hears of each step before it is sent. */
  onStep?: (index: number) => void
}

/** A model that goes through the same steps for every request. How far it is shows from the results since the request. */
export function scriptOf(steps: Steps, { opinion = 'fixed', onStep }: ScriptOptions = {}): Script {
  return request => {
    if (request.responseSchema) return { parts: [{ text: JSON.stringify({ answer: opinion, reasons: ['Looked at both pictures.'] }) }] }
    const done = request.openMessages.reduce((count, message) => count + message.results.length, 0)
    const step = steps[Math.min(done, steps.length - 1)] ?? say('Done.')
    onStep?.(done)
    return typeof step === 'function' ? step(request) : step
  }
}
