import { PAGE_CONTEXT_LIMITS, storableText } from '@fixpoint/protocol'
import { z } from 'zod'
import { OUTLINE_LIMITS } from './outline-limits.ts'

/** One element of the outline, in document order. A line's parent is the nearest line before it that is one level up. */
export const outlineLineSchema = z.object({
  level: z.number().int().min(0).max(200),
  /** `tag#id.class (role) "name or text"`, then states, box and styles. */
  text: storableText(OUTLINE_LIMITS.lineCharacters),
  /** How near it is to what was pointed at: the least comes first. No line ranks before its parent. */
  rank: z.number().min(0).max(1_000),
  /** Which of its parent's children it is, and how many it has itself. */
  index: z.number().int().min(0),
  children: z.number().int().min(0),
  /** Components that it is the outermost element of. */
  component: storableText(300).optional(),
  /** Where the page says that the element is written; of the nearest lines. */
  place: storableText(200).optional(),
  /** Number of the pick. */
  pick: z.number().int().min(1).max(PAGE_CONTEXT_LIMITS.highestPickNumber).optional(),
  /** Belongs to the landmarks that are listed at the end. */
  isElsewhere: z.boolean().optional()
})
export type OutlineLine = z.infer<typeof outlineLineSchema>
