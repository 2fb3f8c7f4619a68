/** What crosses from a content script is parsed by these in the background: a compromised page process can send anything. */
import { boxSchema, PAGE_CONTEXT_LIMITS, type SourceLocation, stepElementSchema, stepKeySchema, storableText } from '@fixpoint/protocol'
import { z } from 'zod'

/** One-time value that ties a message to what the background handed out for it. */
const nonceSchema = z.string().regex(/^[0-9a-f]{32}$/)

/**
 * How the page's own world finds an element that the picker saw: from the document, the index of each child element on the way;
 * `shadow` steps into the open shadow root and `frame` into the same-origin document of the element reached so far.
 */
export const elementPathSchema = z.array(z.union([z.number().int().min(0).max(1_000_000), z.enum(['shadow', 'frame'])])).max(2_000)
export type ElementPath = z.infer<typeof elementPathSchema>

/** An element, with what is compared to make sure that the path still leads to it. */
export const elementReferenceSchema = z.object({ path: elementPathSchema, tag: z.string().min(1).max(100), box: boxSchema })
export type ElementReference = z.infer<typeof elementReferenceSchema>

export const pickedMessageSchema = z.object({
  runId: nonceSchema,
  nonce: nonceSchema,
  number: z.number().int().min(1).max(PAGE_CONTEXT_LIMITS.highestPickNumber),
  kind: z.enum(['element', 'region', 'text']),
  /** For a region or a text the smallest element that holds all of it. */
  element: elementReferenceSchema,
  /** True when the person goes on pointing (Shift-click). */
  isMoreToCome: z.boolean()
})
export type PickedMessage = z.infer<typeof pickedMessageSchema>

export const describeRequestSchema = z.object({ runId: nonceSchema, element: elementReferenceSchema })
export type DescribeRequest = z.infer<typeof describeRequestSchema>

export const componentChainsRequestSchema = z.object({ runId: nonceSchema, elements: z.array(elementReferenceSchema).min(1).max(20) })
export type ComponentChainsRequest = z.infer<typeof componentChainsRequestSchema>

export const holdTimersRequestSchema = z.object({ runId: nonceSchema, isHeld: z.boolean() })
export type HoldTimersRequest = z.infer<typeof holdTimersRequestSchema>

export const loadToolsRequestSchema = z.object({ runId: nonceSchema })
export type LoadToolsRequest = z.infer<typeof loadToolsRequestSchema>

/** `at`: when the pointer came, in ms since 1970: messages of several documents may overtake one another. */
export const pointerEnteredMessageSchema = z.object({ runId: nonceSchema, at: z.number() })
export type PointerEnteredMessage = z.infer<typeof pointerEnteredMessageSchema>

export const pointingEndedMessageSchema = z.object({ runId: nonceSchema, reason: z.enum(['cancelled', 'overlay_removed']) })
export type PointingEndedMessage = z.infer<typeof pointingEndedMessageSchema>

const actedOnSchema = { element: stepElementSchema.omit({ component: true, frame: true }), reference: elementReferenceSchema }

/** Something that the person did, as the recorder of the document saw it. */
export const recordedStepSchema = z.object({
  recordingId: nonceSchema,
  /** Counts the steps of one document; each is taken once. */
  number: z.number().int().min(1).max(1_000_000),
  step: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('navigation'), url: storableText(1_000).min(1) }),
    z.object({ kind: z.literal('click'), ...actedOnSchema, button: z.enum(['main', 'middle', 'secondary']) }),
    z.object({ kind: z.literal('input'), ...actedOnSchema }),
    z.object({ kind: z.literal('change'), ...actedOnSchema }),
    z.object({ kind: z.literal('key'), ...actedOnSchema, key: stepKeySchema })
  ]),
  /** What was masked in it, by kind. */
  redactions: z.record(z.string().max(60), z.number().int().min(0))
})
export type RecordedStep = z.infer<typeof recordedStepSchema>

/** The answer to `describeElement`; from the background, so that nobody has to parse it. */
export interface DescribedElement {
  component: string | null
  source: SourceLocation | null
}
