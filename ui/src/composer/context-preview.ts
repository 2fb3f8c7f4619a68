import type { ColorScheme, ConsoleMessage, FailedPageRequest, Failure, Mark, SourceLocation, Viewport } from '@fixpoint/protocol'

/** A pick that has not been sent yet. */
export interface PreviewPick {
  number: number
  /** The component's name, or the tag where there is none. */
  label: string
  selector: string
  source: SourceLocation | undefined
  /** Address of its picture, where there is one. */
  cropUrl: string | undefined
  componentNames: readonly string[]
  /** The host of a frame of another site that could be looked into, if the person allowed it. */
  frameHost?: string | undefined
  /** What its components were given, a line each. */
  props: readonly string[]
  /** False while its component and picture are still being looked up. */
  isComplete: boolean
}

/** Everything of a page that would go along with the next prompt, as a person can read it. */
export interface ContextPreview {
  url: string
  title: string
  viewport: Viewport
  colorScheme: ColorScheme
  frameworks: readonly string[]
  /** Theme, route, language and flags, a line each. */
  environment: readonly string[]
  screenshot: { url: string; width: number; height: number; bytes: number; isWholePage: boolean } | undefined
  /** The screenshot with what the person drew on it; `isCurrent` while the screenshot is still the one that was drawn on. */
  annotated?: { url: string; width: number; height: number; bytes: number; marks: readonly Mark[]; isCurrent: boolean } | undefined
  outline: string
  picks: readonly PreviewPick[]
  console: readonly ConsoleMessage[]
  requests: readonly FailedPageRequest[]
  /** What the person did while steps were recorded, in words. */
  steps: readonly string[]
  /** What the text of all that is sent takes of the model's window, about. */
  tokens: number
  /** Values that were left out or masked, counted by kind. */
  redactions: Readonly<Record<string, number>>
  /** What was cut to stay within the limits, in words. */
  truncated: readonly string[]
  /** What could not be captured, and why. */
  problems: readonly Failure[]
}

/** What the person lets go along. */
export interface ContextChoice {
  screenshot: boolean
  dom: boolean
  components: boolean
  console: boolean
  steps: boolean
  /** Tokens that the text may take. */
  budget: number
}

/** The parts that can be left out. */
export type ContextPart = Exclude<keyof ContextChoice, 'budget'>

export function countRedactions(preview: Pick<ContextPreview, 'redactions'>): number {
  return Object.values(preview.redactions).reduce((sum, count) => sum + count, 0)
}
