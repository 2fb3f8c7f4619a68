import { z } from 'zod'
import { boxSchema, colorSchemeSchema, viewportSchema } from './geometry.ts'
import { artifactIdSchema, timestampSchema } from './ids.ts'
import { stylesSchema } from './sandbox/look.ts'
import { storableText } from './text.ts'

/** The limits hold for what the extension sends and are checked again by the server; the page is hostile data. */
export const PAGE_CONTEXT_LIMITS = {
  picks: 20,
  components: 50,
  clues: 40,
  outlineCharacters: 24_000,
  consoleEntries: 50,
  nameCharacters: 200
} as const

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

export const pickSchema = z
  .object({
    number: z.number().int().min(1).max(50),
    /** From the document through open shadow roots and same-origin frames; each entry but the last names a host or frame. */
    selectors: z.array(storableText(2_000).min(1)).min(1).max(10),
    tag: z.string().regex(/^[a-zA-Z][a-zA-Z0-9._:-]{0,99}$/),
    testId: storableText(200).optional(),
    role: storableText(100).optional(),
    accessibleName: storableText(500).optional(),
    text: storableText(500).optional(),
    box: boxSchema,
    /** Components from the nearest outwards, of whatever framework the page is made with. */
    components: z.array(componentSchema).max(PAGE_CONTEXT_LIMITS.components),
    /** What the element and those around it are called, the element's own names first. */
    clues: z.array(sourceClueSchema).max(PAGE_CONTEXT_LIMITS.clues).optional(),
    /**
     * Where the element may be written, most likely first: set by the server alone, for picks whose place in the source is not verified.
     */
    candidates: z.array(sourceCandidateSchema).max(5).optional(),
    styles: stylesSchema,
    crop: cropSchema.optional()
  })
  .meta({ id: 'Pick' })
export type Pick = z.infer<typeof pickSchema>

export const consoleMessageSchema = z
  .object({ level: z.enum(['error', 'warning']), text: storableText(2_000), at: timestampSchema })
  .meta({ id: 'ConsoleMessage' })
export type ConsoleMessage = z.infer<typeof consoleMessageSchema>

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
    /** For example “React 19.3.1”. */
    frameworks: z.array(storableText(100)).max(10).default([]),
    screenshot: z
      .object({ artifactId: artifactIdSchema, width: z.number().int().min(1).max(16_384), height: z.number().int().min(1).max(16_384) })
      .optional(),
    /** The elements around the picks as an indented outline, with the picks' numbers in it. */
    outline: storableText(PAGE_CONTEXT_LIMITS.outlineCharacters).default(''),
    picks: z.array(pickSchema).max(PAGE_CONTEXT_LIMITS.picks),
    console: z.array(consoleMessageSchema).max(PAGE_CONTEXT_LIMITS.consoleEntries).default([]),
    /** How many values were left out or masked, by kind (for example `form value`, `password`, `token`). */
    redactions: z.record(z.string().max(60), z.number().int().min(0)).default({}),
    /** What was cut to stay within the limits, in words. */
    truncated: z.array(storableText(300)).max(20).default([])
  })
  .meta({ id: 'PageContext' })
export type PageContext = z.infer<typeof pageContextSchema>
/** As a client sends it: what has a default may be left out. */
export type PageContextInput = z.input<typeof pageContextSchema>
