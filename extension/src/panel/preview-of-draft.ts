import { pickLabel } from '@fixpoint/protocol'
import type { ContextPreview } from '@fixpoint/ui'
import type { PageDraft } from '../draft.ts'

/** What the composer shows of a captured page. */
export function previewOfDraft(draft: PageDraft): ContextPreview {
  return {
    url: draft.url,
    title: draft.title,
    viewport: draft.viewport,
    colorScheme: draft.colorScheme,
    frameworks: draft.frameworks,
    screenshot: draft.screenshot && { ...draft.screenshot, url: draft.screenshot.dataUrl },
    annotated: draft.annotated && { ...draft.annotated, url: draft.annotated.dataUrl },
    outline: draft.outline,
    picks: draft.picks.map(pick => ({
      number: pick.number,
      label: pickLabel(pick),
      selector: pick.selectors.join(' › '),
      source: pick.components[0]?.source,
      cropUrl: pick.crop?.dataUrl,
      componentNames: pick.components.map(component => component.name),
      frameHost: pick.frameOrigin && new URL(pick.frameOrigin).host,
      isComplete: pick.isComplete
    })),
    console: draft.console,
    redactions: draft.redactions,
    truncated: draft.truncated,
    problems: draft.problems
  }
}
