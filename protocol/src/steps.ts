/** What a person did on the page while steps were recorded: never what they typed or chose. */
import { z } from 'zod'
import { timestampSchema } from './ids.ts'
import { PAGE_CONTEXT_LIMITS } from './page-context-limits.ts'
import { storableText } from './text.ts'

/** What a step was done to, as people and models name it and as it is found again. */
export const stepElementSchema = z
  .object({
    tag: z.string().regex(/^[a-zA-Z][a-zA-Z0-9._:-]{0,99}$/),
    role: storableText(100).optional(),
    /** The accessible name, without anything private. */
    name: storableText(200).optional(),
    /** From the document through shadow roots and frames; each entry but the last names a host or frame. */
    selectors: z.array(storableText(500).min(1)).min(1).max(10),
    /** The nearest component around it, where it is known. */
    component: storableText(PAGE_CONTEXT_LIMITS.nameCharacters).optional(),
    /** Origin of the frame of another site that it is in. */
    frame: storableText(300).optional()
  })
  .meta({ id: 'StepElement' })
export type StepElement = z.infer<typeof stepElementSchema>

/** How often in a row. */
const times = z.number().int().min(1).max(10_000).default(1)

/** A key by its name, with Control or Meta where they were held: `Enter`, `Control+K`. Letters by themselves are input and never here. */
export const stepKeySchema = z.string().regex(/^(?:(?:Control|Meta|Alt|Shift)\+)*(?:[A-Z][A-Za-z0-9]{1,20}|[!-~])$/)

/** One thing that a person did, or where it led. */
export const stepSchema = z
  .discriminatedUnion('kind', [
    /** The page was loaded, or its address changed: without values that were typed or look like secrets. */
    z.object({ kind: z.literal('navigation'), at: timestampSchema, url: storableText(1_000).min(1) }),
    z.object({
      kind: z.literal('click'),
      at: timestampSchema,
      element: stepElementSchema,
      button: z.enum(['main', 'middle', 'secondary']).default('main'),
      times
    }),
    /** Something was typed; what, is not known to anybody. */
    z.object({ kind: z.literal('input'), at: timestampSchema, element: stepElementSchema }),
    /** Something was chosen or switched. */
    z.object({ kind: z.literal('change'), at: timestampSchema, element: stepElementSchema, times }),
    z.object({ kind: z.literal('key'), at: timestampSchema, element: stepElementSchema, key: stepKeySchema, times })
  ])
  .meta({ id: 'Step' })
export type Step = z.infer<typeof stepSchema>

/** A step in words: `Clicked “Add to cart” (button)`. Names are the page's. */
export function describeStep(step: Step, isFirst = false): string {
  if (step.kind === 'navigation') return `${isFirst ? 'Began at' : 'Went to'} ${step.url}`
  const what = nameOf(step.element)
  switch (step.kind) {
    case 'click':
      return `${CLICKS[step.button]} ${what}${often(step.times)}`
    case 'input':
      return `Typed into ${what}`
    case 'change':
      return `Changed ${what}${often(step.times)}`
    case 'key':
      return `Pressed ${step.key} in ${what}${often(step.times)}`
  }
}

const CLICKS = { main: 'Clicked', middle: 'Clicked with the middle button on', secondary: 'Clicked with the right button on' } as const

function nameOf({ name, role, tag }: StepElement): string {
  return name === undefined || name === '' ? `<${tag}>${role === undefined ? '' : ` (${role})`}` : `“${name}” (${role ?? tag})`
}

function often(count: number): string {
  return count === 1 ? '' : count === 2 ? ' twice' : ` ${count} times`
}

/** A step with where it was done, for who wants to find the element: a line. */
export function describeStepPlace(step: Step): string {
  if (step.kind === 'navigation') return ''
  const { selectors, component, frame } = step.element
  const parts = [selectors.join(' >>> '), component && `in ${component}`, frame && `in a frame of ${frame}`]
  return parts.filter(Boolean).join(', ')
}
