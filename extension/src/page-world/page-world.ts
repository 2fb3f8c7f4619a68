import { PAGE_CONTEXT_LIMITS } from '@fixpoint/protocol'
import { z } from 'zod'

/** A value as `readPageWorld` tells it. What is no plain value is an object with the one key NUL. */
export type GivenValue = string | number | boolean | null | GivenValue[] | { [key: string]: GivenValue }

const givenValueSchema: z.ZodType<GivenValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(givenValueSchema).max(30), z.record(z.string(), givenValueSchema)])
)

/** Anything in it may be a lie; nothing in it can be more than text. */
export const pageWorldSchema = z.object({
  props: z
    .array(z.object({ component: z.string().max(300), props: z.record(z.string(), givenValueSchema) }))
    .max(PAGE_CONTEXT_LIMITS.componentsWithProps),
  names: z.array(z.string().max(300)).max(400),
  flags: z.record(z.string(), givenValueSchema).nullable(),
  route: z.string().max(300).nullable(),
  isCut: z.boolean()
})
export type PageWorld = z.infer<typeof pageWorldSchema>

/** The note of a placeholder, or null for a plain value. */
export function placeholderOf(given: GivenValue): string | null {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null
  const note = given['\u0000']
  return typeof note === 'string' ? note : null
}
