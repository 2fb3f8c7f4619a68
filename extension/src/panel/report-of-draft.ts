import { bugReportMarkdown, type PageContext } from '@fixpoint/protocol'
import { type ContextChoice, contextFromDraft, type PageDraft } from '../draft.ts'
import type { Recording } from '../recording.ts'

export interface ReportInput {
  title: string
  text: string
  draft: PageDraft
  choice: ContextChoice
  recording: Recording | null
  /** With the pictures themselves, for a file; otherwise it says that there are some. */
  withPictures: boolean
}

const NO_UPLOADS = { crops: new Map<number, string>() }

/** The draft as a bug report in Markdown, with what the person lets go along. */
export function reportOfDraft({ title, text, draft, choice, recording, withPictures }: ReportInput): string {
  const { context } = contextFromDraft(draft, choice, NO_UPLOADS, recording)
  const count = picturesOf(draft, choice)
  const crops = draft.picks.flatMap(({ number, crop }): [number, string][] => (crop ? [[number, crop.dataUrl]] : []))
  return bugReportMarkdown({
    title: title.trim() || titleFor(text, context),
    text,
    context,
    pictures:
      withPictures && choice.screenshot
        ? { annotated: draft.annotated?.dataUrl, screenshot: draft.screenshot?.dataUrl, crops: new Map(crops) }
        : { crops: new Map() },
    footer: withPictures || count === 0 ? 'Made with Fixpoint.' : `Made with Fixpoint. Pictures that are not in this text: ${count}.`
  })
}

/** Pictures that go along with a report. */
export function picturesOf({ screenshot, annotated, picks }: PageDraft, { screenshot: isSent }: ContextChoice): number {
  return isSent ? [screenshot, annotated, ...picks.map(({ crop }) => crop)].filter(picture => picture !== undefined).length : 0
}

/** What a report is called where the person has not said it: the first line of what they wrote, or the page. */
export function titleFor(text: string, { title, url }: Pick<PageContext, 'title' | 'url'>): string {
  const [first = ''] = text.trim().split('\n')
  const name = first || `Bug on ${title || url}`
  return name.length > 120 ? `${name.slice(0, 119).toWellFormed()}…` : name
}

/** `bug-report-2026-03-01-1204.md` */
export function reportFileName(now: Date): string {
  const [day = '', time = ''] = now.toISOString().split('T')
  return `bug-report-${day}-${time.slice(0, 5).replace(':', '')}.md`
}
