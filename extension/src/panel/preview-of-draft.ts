import { describeStep, nearestSource, type PageContext, pickLabel } from '@fixpoint/protocol'
import type { ContextPreview } from '@fixpoint/ui'
import { type ContextChoice, contextFromDraft, type PageDraft, redactionsOf } from '../draft.ts'
import type { Recording } from '../recording.ts'

const NO_PICTURES = { crops: new Map<number, string>() }

/** What the composer shows of a captured page: what of it would be sent with this choice. */
export function previewOfDraft(draft: PageDraft, choice: ContextChoice, recording: Recording | null): ContextPreview {
  // Parts that are switched off are shown as they would be; what they leave to the others shows in the tokens.
  const shown = contextFromDraft(
    draft,
    { ...choice, dom: true, components: true, console: true, steps: true },
    NO_PICTURES,
    recording
  ).context
  const sent = contextFromDraft(draft, choice, NO_PICTURES, recording)
  const outline = choice.dom ? sent.context.outline : shown.outline
  return {
    url: draft.url,
    title: draft.title,
    viewport: draft.viewport,
    colorScheme: draft.colorScheme,
    environment: environmentOf(draft),
    frameworks: draft.frameworks,
    screenshot: draft.screenshot && {
      ...draft.screenshot,
      url: draft.screenshot.dataUrl,
      isWholePage: draft.screenshot.extent === 'page'
    },
    annotated: draft.annotated && { ...draft.annotated, url: draft.annotated.dataUrl },
    outline,
    picks: draft.picks.map(pick => ({
      number: pick.number,
      label: pickLabel(pick),
      selector: pick.selectors.join(' › '),
      source: nearestSource(pick.components),
      cropUrl: pick.crop?.dataUrl,
      componentNames: pick.components.map(component => component.name),
      frameHost: pick.frameOrigin && new URL(pick.frameOrigin).host,
      props: propsOf(choice.components ? sent.context : shown, pick.number),
      isComplete: pick.isComplete
    })),
    console: choice.console ? sent.context.console : shown.console,
    requests: choice.console ? sent.context.requests : shown.requests,
    steps: (choice.steps ? sent.context : shown).steps.map((step, index) => describeStep(step, index === 0)),
    tokens: sent.tokens,
    redactions: redactionsOf(draft, recording),
    truncated: sent.context.truncated,
    problems: draft.problems
  }
}

function propsOf({ picks }: PageContext, number: number): string[] {
  return picks.find(pick => pick.number === number)?.props.map(({ component, props }) => `${component}: ${props}`) ?? []
}

function environmentOf({ theme, route, locale, featureFlags }: PageDraft): string[] {
  const flags = Object.entries(featureFlags).map(([name, value]) => `${name}=${value}`)
  return [
    ...(theme ? [`theme: ${theme}`] : []),
    ...(route ? [`route: ${route}`] : []),
    ...(locale ? [`language: ${locale}`] : []),
    ...(flags.length > 0 ? [`flags: ${flags.join(' ')}`] : [])
  ]
}
