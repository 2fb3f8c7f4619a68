import { z } from 'zod'
import { boxSchema, colorSchemeSchema, viewportSchema } from './geometry.ts'
import { artifactIdSchema, commitIdSchema, proofIdSchema, timestampSchema } from './ids.ts'
import { consoleEntrySchema, failedRequestSchema } from './sandbox/look.ts'
import { fileChangeSchema } from './sandbox/workspace.ts'

/** A picture kept as an artifact; sizes in device pixels. */
export const pictureSchema = z
  .object({ artifactId: artifactIdSchema, width: z.number().int(), height: z.number().int() })
  .meta({ id: 'Picture' })
export type Picture = z.infer<typeof pictureSchema>

/** One state of the page: before or after. */
export const captureSchema = z
  .object({
    takenAt: timestampSchema,
    /** The commit or checkpoint whose files were served. */
    commit: commitIdSchema,
    page: pictureSchema,
    httpStatus: z.number().int().nullable(),
    isStable: z.boolean(),
    console: z.array(consoleEntrySchema),
    failedRequests: z.array(failedRequestSchema)
  })
  .meta({ id: 'Capture' })
export type Capture = z.infer<typeof captureSchema>

/** Where two pictures differ. Regions in device pixels of the after picture, largest first. */
export const pictureDifferenceSchema = z
  .object({
    changedPixels: z.number().int(),
    comparedPixels: z.number().int(),
    regions: z.array(boxSchema.extend({ changedPixels: z.number().int() })).max(50),
    /** The after picture dimmed, with the changed pixels marked; absent where nothing changed. */
    picture: pictureSchema.optional()
  })
  .meta({ id: 'PictureDifference' })
export type PictureDifference = z.infer<typeof pictureDifferenceSchema>

export const styleChangeSchema = z
  .object({ property: z.string(), before: z.string().nullable(), after: z.string().nullable() })
  .meta({ id: 'StyleChange', description: 'A computed style property of the pick; null where the pick was not found' })
export type StyleChange = z.infer<typeof styleChangeSchema>

export const pickProofSchema = z
  .object({
    number: z.number().int(),
    label: z.string(),
    foundBefore: z.boolean(),
    foundAfter: z.boolean(),
    boxBefore: boxSchema.optional(),
    boxAfter: boxSchema.optional(),
    textBefore: z.string().optional(),
    textAfter: z.string().optional(),
    cropBefore: pictureSchema.optional(),
    cropAfter: pictureSchema.optional(),
    /** Share of the pixels that differ between the crops, 0 to 1; absent where one is missing. */
    cropDifference: z.number().min(0).max(1).optional(),
    styleChanges: z.array(styleChangeSchema)
  })
  .meta({ id: 'PickProof' })
export type PickProof = z.infer<typeof pickProofSchema>

export const checkOutcomeSchema = z.enum(['passed', 'failed', 'timed_out', 'not_run'])

export const checkResultSchema = z
  .object({
    name: z.string(),
    command: z.string(),
    outcome: checkOutcomeSchema,
    /** The outcome on the commit that the session started from; absent where it was not run. */
    outcomeBefore: checkOutcomeSchema.optional(),
    /** The last lines of the output. */
    summary: z.string(),
    output: artifactIdSchema.optional(),
    durationMs: z.number()
  })
  .meta({ id: 'CheckResult' })
export type CheckResult = z.infer<typeof checkResultSchema>

/** What the vision model answered about the pictures and the request. It can only lower the verdict. */
export const visionOpinionSchema = z
  .object({ model: z.string(), answer: z.enum(['fixed', 'not_fixed', 'unsure']), reasons: z.array(z.string().max(500)).max(6) })
  .meta({ id: 'VisionOpinion' })
export type VisionOpinion = z.infer<typeof visionOpinionSchema>

export const verdictValueSchema = z.enum(['verified', 'looks_wrong', 'unverified'])
export type VerdictValue = z.infer<typeof verdictValueSchema>

/** One line of the checklist. `holds` is null where it could not be found out. */
export const verdictReasonSchema = z
  .object({
    about: z.enum(['asked', 'seen', 'side_effects', 'checks', 'vision']),
    holds: z.boolean().nullable(),
    text: z.string().max(500)
  })
  .meta({ id: 'VerdictReason' })
export type VerdictReason = z.infer<typeof verdictReasonSchema>

export const verdictSchema = z.object({ value: verdictValueSchema, reasons: z.array(verdictReasonSchema) }).meta({ id: 'Verdict' })
export type Verdict = z.infer<typeof verdictSchema>

export const proofSchema = z
  .object({
    proofId: proofIdSchema,
    /** Path, query and fragment that were looked at. */
    path: z.string(),
    viewport: viewportSchema,
    colorScheme: colorSchemeSchema,
    before: captureSchema.optional(),
    after: captureSchema.optional(),
    difference: pictureDifferenceSchema.optional(),
    picks: z.array(pickProofSchema),
    console: z.object({ added: z.array(consoleEntrySchema), gone: z.array(consoleEntrySchema) }),
    checks: z.array(checkResultSchema),
    vision: visionOpinionSchema.optional(),
    /** Why the vision model gave no opinion, where it gave none. */
    visionMissing: z.string().optional(),
    files: z.array(fileChangeSchema),
    /** The change of this turn as a unified diff. */
    diff: artifactIdSchema.optional(),
    verdict: verdictSchema
  })
  .meta({ id: 'Proof' })
export type Proof = z.infer<typeof proofSchema>
