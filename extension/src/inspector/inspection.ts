import { PAGE_CONTEXT_LIMITS } from '@fixpoint/protocol'
import { z } from 'zod'

/** Where JSX is written, as React tells it: a position (16 to 18), or the stack of the call that made the element (19). */
const rawSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('position'), file: z.string().max(2_000), line: z.number(), column: z.number().nullish() }),
  z.object({ kind: z.literal('stack'), stack: z.string().max(6_000) })
])
export type RawSource = z.infer<typeof rawSourceSchema>

const rawComponentSchema = z.object({ name: z.string().max(1_000), source: rawSourceSchema.nullish() })
export type RawComponent = z.infer<typeof rawComponentSchema>

/** What the page's own world says about some elements. Anything in it may be a lie; nothing in it can be more than text. */
export const pageInspectionSchema = z.object({
  elements: z
    .array(
      z.object({
        isFound: z.boolean(),
        components: z.array(rawComponentSchema).max(PAGE_CONTEXT_LIMITS.components),
        /** The walk ended at its limit of steps or time. */
        isCut: z.boolean()
      })
    )
    .max(PAGE_CONTEXT_LIMITS.picks),
  frameworks: z.array(z.string().max(200)).max(10)
})
export type PageInspection = z.infer<typeof pageInspectionSchema>

/** A source position found outside the page's world; lines and columns from 1. */
export const locatedSourceSchema = z
  .object({
    file: z.string().min(1).max(1_000),
    line: z.number().int().min(1).max(10_000_000),
    column: z.number().int().min(1).max(10_000_000).optional()
  })
  .nullable()
export type LocatedSource = z.infer<typeof locatedSourceSchema>
