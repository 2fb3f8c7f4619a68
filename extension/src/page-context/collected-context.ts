import { boxSchema, colorSchemeSchema, PAGE_CONTEXT_LIMITS, pickSchema, storableText, viewportSchema } from '@fixpoint/protocol'
import { z } from 'zod'
import { elementReferenceSchema } from '../message-schemas.ts'
import { OUTLINE_LIMITS } from './outline-limits.ts'
import { outlineLineSchema } from './outline-schema.ts'

const countsSchema = z.record(z.string().max(60), z.number().int().min(0))

/** A request that failed, with its address as it may be sent. */
const collectedRequestSchema = z.object({
  method: z.string().max(30).optional(),
  url: z.string().min(1).max(4_000),
  initiator: z.string().max(40),
  status: z.number().int().min(400).max(999).nullable(),
  /** Milliseconds since 1970. */
  at: z.number()
})
export type CollectedRequest = z.infer<typeof collectedRequestSchema>

const collectedPickSchema = pickSchema
  .omit({ components: true, clues: true, candidates: true, props: true, crop: true })
  .extend({ frameOrigin: z.string().max(300).optional() })
export type CollectedPick = z.infer<typeof collectedPickSchema>

/** What `page-context.js` answers; parsed by the background. */
export const collectedContextSchema = z.object({
  url: z.url({ protocol: /^https?$/ }).max(4_000),
  title: storableText(500),
  viewport: viewportSchema,
  colorScheme: colorSchemeSchema,
  locale: z.string().max(35).optional(),
  theme: storableText(300).optional(),
  route: storableText(300).optional(),
  /** As the page has them; cleaned by the background together with those of the page's own world. */
  flags: z.array(z.object({ name: z.string().max(200), value: z.string().max(400) })).max(PAGE_CONTEXT_LIMITS.featureFlags),
  outline: z.array(outlineLineSchema).max(OUTLINE_LIMITS.lines),
  references: z.array(z.object({ line: z.number().int().min(0), element: elementReferenceSchema })).max(200),
  /** The picks that were asked for and are still in the document. */
  picks: z.array(collectedPickSchema).max(PAGE_CONTEXT_LIMITS.picks),
  redactions: countsSchema,
  truncated: z.array(storableText(300)).max(20)
})
export type CollectedContext = z.infer<typeof collectedContextSchema>

/** What `page-context.js` answers about requests. */
export const collectedRequestsSchema = z.object({
  requests: z.array(collectedRequestSchema).max(PAGE_CONTEXT_LIMITS.failedRequests),
  redactions: countsSchema
})

/** What the picker answers about texts that the page has said elsewhere. */
export const cleanedTextsSchema = z.object({ texts: z.array(z.string()), counts: countsSchema })

/** What the picker answers when the page is covered for a picture. */
export const coverReportSchema = z.object({
  /** False where the page is too large to be searched for what is private. */
  isComplete: z.boolean(),
  covered: countsSchema,
  window: z.object({
    width: z.number().min(1).max(100_000),
    height: z.number().min(1).max(100_000),
    devicePixelRatio: z.number().min(0.1).max(20)
  }),
  boxes: z.array(z.object({ number: z.number().int(), box: boxSchema })).max(50),
  covers: z.array(boxSchema).max(500)
})
export type CoverReport = z.infer<typeof coverReportSchema>
