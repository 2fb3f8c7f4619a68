import {
  type ConsoleMessage,
  consoleMessageSchema,
  type FailedPageRequest,
  failedPageRequestSchema,
  failureSchema,
  PAGE_CONTEXT_LIMITS,
  type Step,
  stepSchema
} from '@fixpoint/protocol'
import { z } from 'zod'
import type { RecordedStep } from './message-schemas.ts'

/** What a person did in a tab since they let it be recorded, and what the page said meanwhile. */
export const recordingSchema = z.object({
  tabId: z.number().int(),
  /** Counts the changes of this recording. */
  revision: z.number().int().min(1),
  /** `paused` while the tab shows a page that Fixpoint may not see; `failure` says why. */
  status: z.enum(['recording', 'paused', 'stopped']),
  failure: failureSchema.optional(),
  /** In ms since 1970. */
  startedAt: z.number(),
  steps: z.array(stepSchema).max(PAGE_CONTEXT_LIMITS.steps),
  /** Steps that there was no room for. */
  omitted: z.number().int().min(0),
  console: z.array(consoleMessageSchema).max(PAGE_CONTEXT_LIMITS.consoleEntries),
  requests: z.array(failedPageRequestSchema).max(PAGE_CONTEXT_LIMITS.failedRequests),
  redactions: z.record(z.string().max(60), z.number().int().min(0)),
  /** The masking that pages were recorded with, by their origins. */
  maskings: z.record(z.string().max(300), z.string().max(50_000))
})
export type Recording = z.infer<typeof recordingSchema>

type ToldStep = RecordedStep['step']

/** The step as it is kept. */
export function stepOf(told: ToldStep, at: string, frame: string | undefined): Step {
  if (told.kind === 'navigation') return { kind: 'navigation', at, url: told.url }
  const element = frame === undefined ? told.element : { ...told.element, frame }
  switch (told.kind) {
    case 'click':
      return { kind: 'click', at, element, button: told.button, times: 1 }
    case 'input':
      return { kind: 'input', at, element }
    case 'change':
      return { kind: 'change', at, element, times: 1 }
    case 'key':
      return { kind: 'key', at, element, key: told.key, times: 1 }
  }
}

/** The steps with one more: what is done again is counted, and a click into a field that is then typed into is the same step. */
export function withStep({ steps, omitted }: Pick<Recording, 'steps' | 'omitted'>, step: Step): Pick<Recording, 'steps' | 'omitted'> {
  const last = steps.at(-1)
  if (last && isRepetition(last, step)) {
    const merged = 'times' in last ? { ...last, times: Math.min(last.times + 1, 10_000) } : last
    return { steps: [...steps.slice(0, -1), merged], omitted }
  }
  const before = last?.kind === 'click' && step.kind === 'input' && isSamePlace(last, step) ? steps.slice(0, -1) : steps
  const all = [...before, step]
  if (all.length <= PAGE_CONTEXT_LIMITS.steps) return { steps: all, omitted }
  // Where it began is worth more than what was done first there.
  return { steps: [...all.slice(0, 1), ...all.slice(2)], omitted: omitted + 1 }
}

function isRepetition(last: Step, step: Step): boolean {
  if (last.kind !== step.kind) return false
  if (last.kind === 'navigation') return step.kind === 'navigation' && last.url === step.url
  if (last.kind === 'click' && (step.kind !== 'click' || last.button !== step.button)) return false
  if (last.kind === 'key' && (step.kind !== 'key' || last.key !== step.key)) return false
  return isSamePlace(last, step)
}

function isSamePlace(a: Step, b: Step): boolean {
  return (
    'element' in a &&
    'element' in b &&
    a.element.frame === b.element.frame &&
    a.element.selectors.join('\n') === b.element.selectors.join('\n')
  )
}

/**
 * What to say of the address that a page was loaded at, or null where it was said already. Right after something was typed only its
 * origin is said: the address may have it (`?q=…`), and the page that knew what was typed is gone.
 */
export function arrivalAt(steps: readonly Step[], address: string): string | null {
  const last = steps.at(-1)
  if (last === undefined) return address
  if (last.kind === 'navigation' && placeOf(last.url) === placeOf(address)) return null
  if (!hasTypedSinceArrival(steps)) return address
  const { origin } = new URL(address)
  return last.kind === 'navigation' && last.url === `${origin}/…` ? null : `${origin}/…`
}

function hasTypedSinceArrival(steps: readonly Step[]): boolean {
  // Navigations at the end are what the typing led to.
  let index = steps.length - 1
  while (steps[index]?.kind === 'navigation') index--
  for (; index >= 0; index--) {
    if (steps[index]?.kind === 'input') return true
    if (steps[index]?.kind === 'navigation') return false
  }
  return false
}

function placeOf(address: string): string {
  const url = URL.parse(address)
  return url ? url.origin + url.pathname : address
}

/** Console messages of a draft and of the recording around it, in order and each once; the newest where there are too many. */
export function allMessages(a: readonly ConsoleMessage[], b: readonly ConsoleMessage[]): ConsoleMessage[] {
  const messages = new Map([...a, ...b].map(message => [`${message.text} ${message.frame ?? ''} ${message.at.slice(0, 19)}`, message]))
  return [...messages.values()].sort((x, y) => x.at.localeCompare(y.at)).slice(-PAGE_CONTEXT_LIMITS.consoleEntries)
}

export function allRequests(a: readonly FailedPageRequest[], b: readonly FailedPageRequest[]): FailedPageRequest[] {
  const requests = new Map([...a, ...b].map(request => [`${request.initiator} ${request.url} ${request.status}`, request]))
  return [...requests.values()].sort((x, y) => x.at.localeCompare(y.at)).slice(-PAGE_CONTEXT_LIMITS.failedRequests)
}
