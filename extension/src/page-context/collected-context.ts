import { boxSchema, colorSchemeSchema, PAGE_CONTEXT_LIMITS, pickSchema, storableText, viewportSchema } from '@fixpoint/protocol'
import { z } from 'zod'

const countsSchema = z.record(z.string().max(60), z.number().int().min(0))

const collectedPickSchema = pickSchema.omit({ components: true, clues: true, candidates: true, crop: true })
export type CollectedPick = z.infer<typeof collectedPickSchema>

/** What `page-context.js` answers; parsed by the background. */
export const collectedContextSchema = z.object({
  url: z.url({ protocol: /^https?$/ }).max(4_000),
  title: storableText(500),
  viewport: viewportSchema,
  colorScheme: colorSchemeSchema,
  locale: z.string().max(35).optional(),
  outline: storableText(PAGE_CONTEXT_LIMITS.outlineCharacters),
  /** The picks that were asked for and are still in the document. */
  picks: z.array(collectedPickSchema).max(PAGE_CONTEXT_LIMITS.picks),
  redactions: countsSchema,
  truncated: z.array(storableText(300)).max(20)
})
export type CollectedContext = z.infer<typeof collectedContextSchema>

/** What the picker answers when the page is covered for a picture. */
export const coverReportSchema = z.object({
  covered: countsSchema,
  window: z.object({
    width: z.number().min(1).max(100_000),
    height: z.number().min(1).max(100_000),
    devicePixelRatio: z.number().min(0.1).max(20)
  }),
  boxes: z.array(z.object({ number: z.number().int(), box: boxSchema })).max(50)
})
