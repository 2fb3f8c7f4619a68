import { z } from 'zod'
import { boxSchema, colorSchemeSchema, viewportSchema } from '../geometry.ts'
import { PAGE_CONTEXT_LIMITS } from '../page-context-limits.ts'
import { storableText } from '../text.ts'

/** Attributes that people mark elements with for their tests; `testId` is the value of one of them. */
export const TEST_ID_ATTRIBUTES = ['data-testid', 'data-test-id', 'data-test', 'data-cy', 'data-qa'] as const

/**
 * How to find a picked element again. `selectors` leads from the document through shadow roots and same-origin frames: each
 * entry but the last names a host or frame whose content the next one is looked up in. The rest is evidence for when the
 * selectors no longer match exactly one element.
 */
export const pickTargetSchema = z.object({
  number: z.number().int().min(1).max(PAGE_CONTEXT_LIMITS.highestPickNumber),
  selectors: z.array(z.string().min(1).max(2_000)).min(1).max(10),
  tag: z.string().max(100),
  testId: z.string().max(200).optional(),
  role: z.string().max(100).optional(),
  accessibleName: z.string().max(500).optional(),
  text: z.string().max(500).optional(),
  box: boxSchema.optional()
})
export type PickTarget = z.infer<typeof pickTargetSchema>

/** One thing to do on the page before the picture is taken; at most 5 s each. */
export const pageActionSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('click'), selector: z.string().min(1).max(2_000) }),
  z.object({ action: z.literal('hover'), selector: z.string().min(1).max(2_000) }),
  z.object({ action: z.literal('fill'), selector: z.string().min(1).max(2_000), value: storableText(2_000) }),
  z.object({ action: z.literal('press'), key: z.string().min(1).max(50) }),
  z.object({ action: z.literal('wait'), milliseconds: z.number().int().min(1).max(5_000) })
])
export type PageAction = z.infer<typeof pageActionSchema>

export const pictureRefSchema = z.object({
  /** Fetched once by `GET /v1/pictures/<pictureId>`; the sandbox forgets the oldest beyond 64 pictures. */
  pictureId: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  bytes: z.number().int()
})
export type PictureRef = z.infer<typeof pictureRefSchema>

export const consoleEntrySchema = z.object({
  level: z.enum(['error', 'warning']),
  text: z.string().max(2_000),
  /** Where it was logged: URL, line and column as the browser gives them. */
  location: z.string().max(2_000).optional()
})
export type ConsoleEntry = z.infer<typeof consoleEntrySchema>

export const failedRequestSchema = z.object({
  url: z.string().max(2_000),
  method: z.string().max(20),
  status: z.number().int().nullable(),
  failure: z.string().max(500).optional()
})
export type FailedRequest = z.infer<typeof failedRequestSchema>

/** Computed style properties that are compared and shown, as CSS names. */
export const stylesSchema = z.record(z.string().max(100), z.string().max(1_000))

export const pickSightingSchema = z.object({
  number: z.number().int(),
  found: z.boolean(),
  /** What it was found by; absent when it was not found. */
  foundBy: z.enum(['selector', 'test_id', 'role_and_name', 'text']).optional(),
  box: boxSchema.optional(),
  text: z.string().max(500).optional(),
  styles: stylesSchema.optional(),
  /** With a margin of 16 CSS pixels; absent when the element takes no space. */
  crop: pictureRefSchema.optional()
})
export type PickSighting = z.infer<typeof pickSightingSchema>

/**
 * Opens a page of the running dev server in a fresh browser context and takes stable pictures of it: fonts loaded, animations
 * ended, caret hidden, clock and randomness fixed, network quiet, two equal frames in a row. Boxes and pictures show the page at
 * the viewport's scroll offset, where the page is long enough for it; the device scale factor is lowered where a picture would
 * pass 8,192 pixels a side.
 *
 * Fails with `verify_target_invalid` (the page leads elsewhere), `verify_unreachable` (nothing answers), `verify_timeout` (it hangs
 * or crashes) and `invalid_parameter` (an action's or the crop's selector is not valid, or an action finds nothing). A page that
 * answers with an error status is a page.
 */
export const look = {
  input: z.object({
    port: z.number().int().min(1_024).max(65_535),
    /** Path, query and fragment. */
    path: z.string().startsWith('/').max(4_000),
    viewport: viewportSchema,
    colorScheme: colorSchemeSchema.default('light'),
    picks: z.array(pickTargetSchema).max(20).default([]),
    actions: z.array(pageActionSchema).max(20).default([]),
    /** Crop this element besides the picks. */
    selector: z.string().max(2_000).optional(),
    fullPage: z.boolean().default(false),
    timeoutMs: z.number().int().min(1_000).max(120_000).default(30_000)
  }),
  output: z.object({
    url: z.string(),
    httpStatus: z.number().int().nullable(),
    title: z.string(),
    /** False when the frames kept changing; the picture is the last one then. */
    isStable: z.boolean(),
    unstableReason: z.string().optional(),
    page: pictureRefSchema,
    /** The crop of `selector`; absent when nothing matches it or what matches is not visible. */
    element: pictureRefSchema.optional(),
    picks: z.array(pickSightingSchema),
    console: z.array(consoleEntrySchema),
    failedRequests: z.array(failedRequestSchema),
    durationMs: z.number()
  })
}
export type LookInput = z.input<typeof look.input>
export type LookOutput = z.infer<typeof look.output>
