import {
  colorSchemeSchema,
  consoleMessageSchema,
  type Failure,
  failedPageRequestSchema,
  failureSchema,
  markSchema,
  PAGE_CONTEXT_LIMITS,
  type PageContextInput,
  pageContextSchema,
  pickSchema,
  type Step,
  storableText,
  timestampSchema,
  viewportSchema
} from '@fixpoint/protocol'
import { z } from 'zod'
import { type FittedContext, fitContext } from './fit-context.ts'
import { OUTLINE_LIMITS } from './page-context/outline-limits.ts'
import { outlineLineSchema } from './page-context/outline-schema.ts'
import { allMessages, allRequests, type Recording } from './recording.ts'

/** A picture that has not been uploaded yet. Sizes in pixels of the picture itself, `bytes` of the encoded file. */
const draftPictureSchema = z.object({
  dataUrl: z.string().regex(/^data:image\/(?:png|jpeg|webp);base64,/),
  mediaType: z.enum(['image/png', 'image/jpeg', 'image/webp']),
  width: z.number().int().min(1).max(16_384),
  height: z.number().int().min(1).max(16_384),
  bytes: z.number().int().min(1).max(10_000_000)
})
export type DraftPicture = z.infer<typeof draftPictureSchema>

const draftScreenshotSchema = draftPictureSchema.extend({ extent: z.enum(['window', 'page']).optional() })
export type DraftScreenshot = z.infer<typeof draftScreenshotSchema>

const draftCropSchema = draftPictureSchema.extend({
  method: z.enum(['html2canvas', 'html2canvas-pro', 'visible-tab']),
  /** Why it was not made by the better way. */
  note: storableText(500).optional()
})
export type DraftCrop = z.infer<typeof draftCropSchema>

const draftAnnotationSchema = draftPictureSchema.extend({
  marks: z.array(markSchema).min(1).max(PAGE_CONTEXT_LIMITS.marks),
  /** The screenshot is still the one that was drawn on. */
  isCurrent: z.boolean()
})

/**
 * A pick as the panel shows it. While `isComplete` is false its components and crop are still being looked up, and the draft
 * changes again when they are there.
 */
const draftPickSchema = pickSchema.omit({ crop: true }).extend({
  crop: draftCropSchema.optional(),
  /** Of a frame of another site: which one it is, so that access to it can be asked for. */
  frameOrigin: z.string().max(300).optional(),
  isComplete: z.boolean()
})
export type DraftPick = z.infer<typeof draftPickSchema>

/** Everything that was captured for one tab and not sent yet: a page context whose pictures are still here. */
export const pageDraftSchema = z.object({
  tabId: z.number().int(),
  /** Counts the changes of this draft. */
  revision: z.number().int().min(1),
  url: z.string().max(4_000),
  title: storableText(500),
  capturedAt: timestampSchema,
  viewport: viewportSchema,
  colorScheme: colorSchemeSchema,
  locale: z.string().max(35).optional(),
  theme: storableText(300).optional(),
  route: storableText(300).optional(),
  featureFlags: z.record(z.string().max(100), storableText(200)),
  frameworks: z.array(storableText(100)).max(10),
  /** Everything that was looked at; the budget decides how much of it is sent. */
  outline: z.array(outlineLineSchema).max(OUTLINE_LIMITS.lines),
  picks: z.array(draftPickSchema).max(PAGE_CONTEXT_LIMITS.picks),
  console: z.array(consoleMessageSchema).max(PAGE_CONTEXT_LIMITS.consoleEntries),
  requests: z.array(failedPageRequestSchema).max(PAGE_CONTEXT_LIMITS.failedRequests),
  screenshot: draftScreenshotSchema.optional(),
  annotated: draftAnnotationSchema.optional(),
  /** The project's masking that it was captured with, as `fingerprintOf` writes it. */
  masking: z.string().max(50_000),
  /** What was left out or masked, counted by kind, such as `form value` or `jwt`. */
  redactions: z.record(z.string().max(60), z.number().int().min(0)),
  /** What was cut to stay within the limits, in words. */
  truncated: z.array(storableText(300)).max(20),
  /** What could not be captured, and why. The draft can be sent all the same. */
  problems: z.array(failureSchema).max(20)
})
export type PageDraft = z.infer<typeof pageDraftSchema>

export const annotateMessageSchema = z.object({
  tabId: z.number().int(),
  annotated: draftAnnotationSchema.omit({ isCurrent: true }).nullable()
})
export type AnnotateMessage = z.infer<typeof annotateMessageSchema>

/** Where pointing is in one tab. */
export const pointingStateSchema = z.object({
  tabId: z.number().int(),
  status: z.enum(['off', 'starting', 'pointing', 'capturing']),
  /** Why pointing did not start or ended otherwise than by the person's wish. */
  failure: failureSchema.optional()
})
export type PointingState = z.infer<typeof pointingStateSchema>

/** The tab that the panel stands beside. Address and title are known only where the extension has access to the page. */
export interface ActiveTab {
  tabId: number
  windowId: number
  url?: string
  title?: string
  /** Absent when the page can be inspected; otherwise `page_not_inspectable` or `page_access_needed` with the reason. */
  problem?: Failure
}

/** The person's choice of what goes along with a prompt. */
export interface ContextChoice {
  screenshot: boolean
  /** Outline, texts and styles of the surroundings; picks keep their selectors. */
  dom: boolean
  /** Names, sources and props. */
  components: boolean
  /** Console and failed requests. */
  console: boolean
  /** What the person did while steps were recorded. */
  steps: boolean
  /** Tokens that all of it may take, without the pictures. */
  budget: number
}

/** Artifact ids of the pictures after they were uploaded; crops by number of the pick. */
export interface UploadedPictures {
  screenshot?: string
  annotated?: string
  crops: ReadonlyMap<number, string>
}

/** The page context to send for a draft: uploaded pictures by their ids, only what the person chose, and as much as the budget allows. */
export function contextFromDraft(
  draft: PageDraft,
  choice: ContextChoice,
  uploaded: UploadedPictures,
  recording: Recording | null
): FittedContext {
  const { screenshot, annotated } = draft
  const context = pageContextSchema.parse({
    url: draft.url,
    title: draft.title,
    capturedAt: draft.capturedAt,
    viewport: draft.viewport,
    colorScheme: draft.colorScheme,
    locale: draft.locale,
    theme: draft.theme,
    route: draft.route,
    featureFlags: choice.dom ? draft.featureFlags : {},
    frameworks: choice.components ? draft.frameworks : [],
    screenshot:
      choice.screenshot && screenshot && uploaded.screenshot
        ? { artifactId: uploaded.screenshot, width: screenshot.width, height: screenshot.height, extent: screenshot.extent }
        : undefined,
    annotated:
      choice.screenshot && annotated && uploaded.annotated
        ? { artifactId: uploaded.annotated, width: annotated.width, height: annotated.height, marks: annotated.marks }
        : undefined,
    picks: draft.picks.map(({ crop, isComplete: _, frameOrigin: _origin, ...pick }) => {
      const artifactId = uploaded.crops.get(pick.number)
      return {
        ...pick,
        components: choice.components ? pick.components : [],
        props: choice.components ? pick.props : [],
        styles: choice.dom ? pick.styles : {},
        text: choice.dom ? pick.text : undefined,
        region: pick.region && {
          ...pick.region,
          elements: pick.region.elements.map(({ text, ...element }) => (choice.dom ? { ...element, text } : element))
        },
        crop:
          choice.screenshot && crop && artifactId
            ? { artifactId, width: crop.width, height: crop.height, method: crop.method, note: crop.note }
            : undefined
      }
    }),
    console: choice.console ? allMessages(draft.console, recording?.console ?? []) : [],
    requests: choice.console ? allRequests(draft.requests, recording?.requests ?? []) : [],
    steps: choice.steps ? stepsToSend(recording, choice) : [],
    redactions: redactionsOf(draft, recording),
    truncated: [...draft.truncated, ...omittedSteps(recording)].slice(-20)
  } satisfies PageContextInput)
  const outline = choice.components ? draft.outline : draft.outline.map(({ component: _component, place: _place, ...line }) => line)
  return fitContext(context, choice.dom ? outline : [], choice.budget)
}

function stepsToSend(recording: Recording | null, { components }: ContextChoice): Step[] {
  const steps = recording?.steps ?? []
  if (components) return steps
  return steps.map(step => {
    if (!('element' in step)) return step
    const { component: _, ...element } = step.element
    return { ...step, element }
  })
}

function omittedSteps(recording: Recording | null): string[] {
  return recording === null || recording.omitted === 0
    ? []
    : [`Steps: ${recording.omitted} after the first were left out, to keep the newest ${PAGE_CONTEXT_LIMITS.steps - 1}`]
}

/** What was masked in the page and in its recording; the same fields are counted in both, so that the larger number is the right one. */
export function redactionsOf(draft: PageDraft, recording: Recording | null): Record<string, number> {
  const most = { ...draft.redactions }
  for (const [kind, times] of Object.entries(recording?.redactions ?? {})) most[kind] = Math.max(most[kind] ?? 0, times)
  return most
}
