import { z } from 'zod'
import { boxSchema, colorSchemeSchema, viewportSchema } from './geometry.ts'
import { artifactIdSchema, timestampSchema } from './ids.ts'
import { PAGE_CONTEXT_LIMITS } from './page-context-limits.ts'
import { stylesSchema } from './sandbox/look.ts'
import { stepSchema } from './steps.ts'
import { storableText } from './text.ts'

/** In tokens, as `estimateTokens` counts them: what the text of a page context takes of the model's window. Pictures come on top. */
export const TOKEN_BUDGETS = [2_000, 4_000, 8_000, 16_000, 32_000] as const
export const DEFAULT_TOKEN_BUDGET = 8_000

/** Where a component is written. Lines and columns count from 1, as editors show them; without a line only the file is known. */
export const sourceLocationSchema = z
  .object({
    /** As found in the page: an absolute path, a path below the dev server's root, or relative to the repository. */
    file: storableText(1_000).min(1),
    line: z.number().int().min(1).max(10_000_000).optional(),
    column: z.number().int().min(1).max(10_000_000).optional(),
    /**
     * Path relative to the repository's root, set by the server alone when it is a tracked file of the mapped repository.
     * Without it the location is unverified and is shown as such.
     */
    repositoryPath: storableText(1_000).optional()
  })
  .meta({ id: 'SourceLocation' })
export type SourceLocation = z.infer<typeof sourceLocationSchema>

/** A component around the pick. */
export const componentSchema = z
  .object({ name: storableText(PAGE_CONTEXT_LIMITS.nameCharacters).min(1), source: sourceLocationSchema.optional() })
  .meta({ id: 'Component' })
export type Component = z.infer<typeof componentSchema>

/** The nearest place that is of the project: what packages draw has none. */
export function nearestSource(components: readonly Component[]): SourceLocation | undefined {
  return components.find(({ source }) => source !== undefined)?.source
}

/** What a component was given, from the nearest outwards: `price=19.9 product={id: 7, name: "Mug"} onAdd=[function]`. */
export const componentPropsSchema = z
  .object({
    component: storableText(PAGE_CONTEXT_LIMITS.nameCharacters).min(1),
    props: storableText(PAGE_CONTEXT_LIMITS.propsCharacters).min(1)
  })
  .meta({ id: 'ComponentProps' })
export type ComponentProps = z.infer<typeof componentPropsSchema>

/** What an element is called where it is written: names that can be looked for in the repository. */
export const sourceClueSchema = z
  .object({ kind: z.enum(['class', 'id', 'testId', 'attribute', 'tag']), text: storableText(PAGE_CONTEXT_LIMITS.nameCharacters).min(1) })
  .meta({ id: 'SourceClue' })
export type SourceClue = z.infer<typeof sourceClueSchema>

/** A place that may be the element's, with the reasons why. Nothing has shown that it is. */
export const sourceCandidateSchema = z
  .object({
    /** A tracked file, relative to the repository's root. */
    path: storableText(1_000).min(1),
    line: z.number().int().min(1).max(10_000_000).optional(),
    /** In words, the strongest first. */
    reasons: z.array(storableText(300).min(1)).min(1).max(8)
  })
  .meta({ id: 'SourceCandidate' })
export type SourceCandidate = z.infer<typeof sourceCandidateSchema>

/** A picture of one element. `method` says how it was made, `note` why not by the better way. */
export const cropSchema = z
  .object({
    artifactId: artifactIdSchema,
    width: z.number().int().min(1).max(8192),
    height: z.number().int().min(1).max(8192),
    method: z.enum(['html2canvas', 'html2canvas-pro', 'visible-tab']),
    note: storableText(500).optional()
  })
  .meta({ id: 'Crop' })
export type Crop = z.infer<typeof cropSchema>

/** From the document through shadow roots and frames; each entry but the last names a host or frame. */
const selectorsSchema = z.array(storableText(2_000).min(1)).min(1).max(10)
const tagSchema = z.string().regex(/^[a-zA-Z][a-zA-Z0-9._:-]{0,99}$/)

/** A place in CSS pixels. */
const pointSchema = z.object({ x: z.number(), y: z.number() })

/** A part of the window that the person drew a rectangle around. The pick itself is the smallest element that holds all of it. */
export const regionSchema = z
  .object({
    /** The rectangle. */
    box: boxSchema,
    /** The outermost elements that lie wholly inside, in the order of the document. */
    elements: z
      .array(
        z.object({
          selectors: selectorsSchema,
          tag: tagSchema,
          role: storableText(100).optional(),
          accessibleName: storableText(500).optional(),
          text: storableText(500).optional(),
          box: boxSchema
        })
      )
      .max(PAGE_CONTEXT_LIMITS.elementsInRegion),
    /** Elements inside that are not listed. */
    omitted: z.number().int().min(0).default(0)
  })
  .meta({ id: 'Region' })
export type Region = z.infer<typeof regionSchema>

/** A text that the person selected. The pick itself is the smallest element that holds all of it. */
export const selectionSchema = z
  .object({
    text: storableText(PAGE_CONTEXT_LIMITS.selectionCharacters).min(1),
    /** Where it begins and ends in the element's `textContent`, in UTF-16 units. Absent where it reaches over a frame or shadow root. */
    start: z.number().int().min(0).optional(),
    end: z.number().int().min(0).optional(),
    box: boxSchema
  })
  .meta({ id: 'TextSelection' })
export type TextSelection = z.infer<typeof selectionSchema>

export const pickSchema = z
  .object({
    number: z.number().int().min(1).max(PAGE_CONTEXT_LIMITS.highestPickNumber),
    selectors: selectorsSchema,
    tag: tagSchema,
    testId: storableText(200).optional(),
    role: storableText(100).optional(),
    accessibleName: storableText(500).optional(),
    text: storableText(500).optional(),
    box: boxSchema,
    /** Components from the nearest outwards, of whatever framework the page is made with. */
    components: z.array(componentSchema).max(PAGE_CONTEXT_LIMITS.components),
    /** Own data properties alone, with private values masked. */
    props: z.array(componentPropsSchema).max(PAGE_CONTEXT_LIMITS.componentsWithProps).default([]),
    /** What the element and those around it are called, the element's own names first. */
    clues: z.array(sourceClueSchema).max(PAGE_CONTEXT_LIMITS.clues).optional(),
    /**
     * Where the element may be written, most likely first: set by the server alone, for picks whose place in the source is not verified.
     */
    candidates: z.array(sourceCandidateSchema).max(5).optional(),
    styles: stylesSchema,
    /** For what is one element but shows many things (canvas, picture, frame): where the person clicked, from the box's top left corner. */
    point: pointSchema.optional(),
    /** There when a rectangle was drawn; `crop` is then its picture. */
    region: regionSchema.optional(),
    /** There when text was selected. */
    selection: selectionSchema.optional(),
    crop: cropSchema.optional()
  })
  .meta({ id: 'Pick' })
export type Pick = z.infer<typeof pickSchema>

/** What a pick is called where there is little room: the words that were selected, the region, the component or the tag. */
export function pickLabel(pick: {
  tag: string
  region?: unknown
  selection?: { text: string } | undefined
  components: readonly { name: string }[]
}): string {
  if (pick.selection)
    return `“${pick.selection.text.length > 40 ? `${pick.selection.text.slice(0, 40).toWellFormed()}…` : pick.selection.text}”`
  const name = pick.components[0]?.name ?? pick.tag
  return pick.region ? `Region in ${name}` : name
}

const colorSchema = z.string().regex(/^#[0-9a-f]{6}$/)

/** Something that the person drew on the screenshot. Places are in CSS pixels of the viewport, as boxes are. */
export const markSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('pen'), color: colorSchema, points: z.array(pointSchema).min(1).max(300) }),
    z.object({ kind: z.literal('arrow'), color: colorSchema, from: pointSchema, to: pointSchema }),
    z.object({ kind: z.literal('box'), color: colorSchema, box: boxSchema }),
    z.object({ kind: z.literal('text'), color: colorSchema, at: pointSchema, text: storableText(500).min(1) })
  ])
  .meta({ id: 'Mark' })
export type Mark = z.infer<typeof markSchema>

export const consoleMessageSchema = z
  .object({
    level: z.enum(['error', 'warning']),
    text: storableText(2_000),
    at: timestampSchema,
    /** Address of the frame that said it; absent for the page itself. */
    frame: storableText(500).optional()
  })
  .meta({ id: 'ConsoleMessage' })
export type ConsoleMessage = z.infer<typeof consoleMessageSchema>

/** A request of the page that came to nothing, or was answered with 400 and above. */
export const failedPageRequestSchema = z
  .object({
    /** Absent where the browser does not tell it. */
    method: z
      .string()
      .regex(/^[A-Z]{1,20}$/)
      .optional(),
    /** Without user name, password and secret parameters. */
    url: storableText(1_000).min(1),
    /** What asked: `fetch`, `xmlhttprequest`, `img`, `script`, `link`, `css` … */
    initiator: z.string().regex(/^[a-z-]{1,30}$/),
    /** Null where there was no answer: refused, blocked or broken off. */
    status: z.number().int().min(400).max(999).nullable(),
    at: timestampSchema
  })
  .meta({ id: 'FailedPageRequest' })
export type FailedPageRequest = z.infer<typeof failedPageRequestSchema>

/** What the extension saw when the person pointed. */
export const pageContextSchema = z
  .object({
    url: z.url({ protocol: /^https?$/ }).max(4_000),
    title: storableText(500),
    capturedAt: timestampSchema,
    viewport: viewportSchema,
    /** The scheme that the page really shows, which may differ from the browser's preference. */
    colorScheme: colorSchemeSchema,
    locale: z.string().max(35).optional(),
    /** What the page says of its theme: `class="dark" data-theme="night" color-scheme: dark`. */
    theme: storableText(300).optional(),
    /** The framework's pattern for the address, such as `/products/[id]`, where the page exposes it. */
    route: storableText(300).optional(),
    /** Flags that the page exposes by one of the ways that docs/guide/using.md lists. */
    featureFlags: z
      .record(storableText(100), storableText(200))
      .refine(flags => Object.keys(flags).length <= PAGE_CONTEXT_LIMITS.featureFlags, 'has too many flags')
      .default({}),
    /** For example “React 19.3.1”. */
    frameworks: z.array(storableText(100)).max(10).default([]),
    screenshot: z
      .object({
        artifactId: artifactIdSchema,
        width: z.number().int().min(1).max(16_384),
        height: z.number().int().min(1).max(16_384),
        /** The window as it was, or the whole page put together from several windows. */
        extent: z.enum(['window', 'page']).default('window')
      })
      .optional(),
    /** The screenshot with what the person drew on it. */
    annotated: z
      .object({
        artifactId: artifactIdSchema,
        width: z.number().int().min(1).max(16_384),
        height: z.number().int().min(1).max(16_384),
        marks: z.array(markSchema).max(PAGE_CONTEXT_LIMITS.marks)
      })
      .optional(),
    /** The elements around the picks as an indented outline, with the picks' numbers in it. */
    outline: storableText(PAGE_CONTEXT_LIMITS.outlineCharacters).default(''),
    picks: z.array(pickSchema).max(PAGE_CONTEXT_LIMITS.picks),
    console: z.array(consoleMessageSchema).max(PAGE_CONTEXT_LIMITS.consoleEntries).default([]),
    requests: z.array(failedPageRequestSchema).max(PAGE_CONTEXT_LIMITS.failedRequests).default([]),
    /** What the person did before and around it, where they let it be recorded. */
    steps: z.array(stepSchema).max(PAGE_CONTEXT_LIMITS.steps).default([]),
    /** How many values were left out or masked, by kind (for example `form value`, `password`, `token`). */
    redactions: z.record(z.string().max(60), z.number().int().min(0)).default({}),
    /** What was cut to stay within the limits, in words. */
    truncated: z.array(storableText(300)).max(20).default([])
  })
  .meta({ id: 'PageContext' })
export type PageContext = z.infer<typeof pageContextSchema>
/** As a client sends it: what has a default may be left out. */
export type PageContextInput = z.input<typeof pageContextSchema>
