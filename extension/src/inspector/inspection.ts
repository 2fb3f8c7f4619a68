import { PAGE_CONTEXT_LIMITS } from '@fixpoint/protocol'
import { z } from 'zod'

/**
 * Where something is written, as a framework tells it: a position of the source, a file alone, or the stack of the call that made the
 * element, in positions of the code that runs.
 */
const rawSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('position'), file: z.string().max(2_000), line: z.number(), column: z.number().nullish() }),
  z.object({ kind: z.literal('file'), file: z.string().max(2_000) }),
  z.object({ kind: z.literal('stack'), stack: z.string().max(6_000) })
])
export type RawSource = z.infer<typeof rawSourceSchema>

/** The text of a component's function or class: where it stands in the loaded scripts says where it is written, without calling it. */
const rawCodeSchema = z.object({
  text: z.string().max(600),
  /** Of the whole; the text may be cut. */
  length: z.number(),
  /** `handler`: a function inside the component, where the framework keeps nothing of the component itself. */
  of: z.enum(['component', 'handler'])
})
export type RawCode = z.infer<typeof rawCodeSchema>

const rawComponentSchema = z.object({
  /** Empty where only the code can tell it. */
  name: z.string().max(1_000),
  source: rawSourceSchema.nullish(),
  code: rawCodeSchema.nullish()
})
export type RawComponent = z.infer<typeof rawComponentSchema>

/**
 * Something that React has drawn around an element: an element or a component, with what it was given. Whoever wrote it has a tag in the
 * source that says the same.
 */
const writtenNodeSchema = z.object({
  /** Of an element; components have none. */
  tag: z.string().max(100).nullish(),
  /** Which of the components it is. */
  component: z.number().int().min(0).nullish(),
  /** Which of the components has made it, where React says so. */
  owner: z.number().int().min(0).nullish(),
  /** What it was given, with the value where that is a text; it may be cut. */
  properties: z.array(z.object({ name: z.string().max(100), text: z.string().max(100).nullish() })).max(20)
})
export type WrittenNode = z.infer<typeof writtenNodeSchema>

/** What the page's own world says about some elements. Anything in it may be a lie; nothing in it can be more than text. */
export const pageInspectionSchema = z.object({
  elements: z
    .array(
      z.object({
        isFound: z.boolean(),
        /** From the nearest outwards. */
        components: z.array(rawComponentSchema).max(150),
        /** From the element outwards; only where the framework says no place of any of them. */
        nodes: z.array(writtenNodeSchema).max(300),
        /** The framework says which component wrote the element, so that the first one is that. */
        isOwnerKnown: z.boolean(),
        /** The walk ended at its limit of steps or time. */
        isCut: z.boolean()
      })
    )
    .max(PAGE_CONTEXT_LIMITS.picks),
  frameworks: z.array(z.string().max(200)).max(10)
})
export type PageInspection = z.infer<typeof pageInspectionSchema>

/** An element to find the sources of: its components, and what its markup would have in the source. */
export interface ElementToLocate {
  path: (number | 'shadow' | 'frame')[]
  tag: string
  components: RawComponent[]
  nodes: WrittenNode[]
  isOwnerKnown: boolean
}

const position = z.number().int().min(1).max(10_000_000)

/** A place found outside the page's world; lines and columns from 1. Without a line only the file is known. */
export const locatedSourceSchema = z.object({
  file: z.string().min(1).max(1_000),
  line: position.optional(),
  column: position.optional()
})
export type LocatedSource = z.infer<typeof locatedSourceSchema>

export const locatedElementSchema = z.object({
  components: z.array(z.object({ name: z.string().max(1_000), source: locatedSourceSchema.nullish() })).max(PAGE_CONTEXT_LIMITS.components),
  /** What the element and those around it are called in the markup. */
  clues: z.array(z.object({ kind: z.enum(['class', 'id', 'testId', 'attribute', 'tag']), text: z.string().max(300) })).max(40)
})
export type LocatedElement = z.infer<typeof locatedElementSchema>
