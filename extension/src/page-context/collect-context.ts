import type { NoticedRequest } from '../inspector/console-watch.ts'
import { isolatedWorld, watchedResources } from '../isolated-world.ts'
import { topBoxOf } from '../page-tree/page-tree.ts'
import { Slices } from '../page-tree/slices.ts'
import { redactAddress } from '../privacy/addresses.ts'
import { isPrivateField, privateFieldKind } from '../privacy/private-fields.ts'
import type { RedactionCounts } from '../privacy/secrets.ts'
import { accessibleNameOf, roleOf } from './accessibility.ts'
import { withoutPrivateParts } from './clean-requests.ts'
import type { CollectedContext, CollectedPick, CollectedRequest } from './collected-context.ts'
import { shownColorScheme } from './color-scheme.ts'
import { describeTarget } from './describe-target.ts'
import { documentFlags, routeOf, themeOf } from './environment.ts'
import { failedRequests } from './failed-requests.ts'
import { outlineAround, testIdOf } from './outline.ts'
import { PageText } from './page-text.ts'
import { selectorsOf } from './selectors.ts'
import { stylesOf } from './styles.ts'

/** In ms of work: larger pages are searched for private words only as far as this goes, and say so. */
const BUDGET = 300

/**
 * Collects what the page shows around the picks, in slices that leave the page its frames.
 * @param numbers of the picks whose details are wanted; the outline has all of them.
 */
export async function collectContext(numbers: readonly number[]): Promise<CollectedContext> {
  const { picker, privacy } = isolatedWorld()
  if (!picker || !privacy) throw new Error('The picker is not in this page.')
  const slices = new Slices(BUDGET)
  const elements = [...picker.picks].map(([number, { element }]) => [number, element] as const)
  const present = new Map(elements.filter(([, element]) => element.isConnected))
  const { words, isComplete } = await privacy.content(slices)
  const text = new PageText(words)
  const outline = await outlineAround(present, picker.overlay.host, text, slices)
  const picks: CollectedPick[] = []
  for (const number of numbers) {
    const element = present.get(number)
    if (element?.isConnected) {
      const target = await describeTarget(picker.picks.get(number), text, slices)
      picks.push({ ...(await describePick(number, element, text, slices)), ...target })
    }
    if (slices.isDueNow()) await slices.rest()
  }
  return {
    url: redactAddress(location.href, text.counts, words.values).slice(0, 4_000),
    title: text.clean(document.title, 500),
    viewport: {
      width: clamp(Math.round(window.innerWidth), 1, 8_192),
      height: clamp(Math.round(window.innerHeight), 1, 8_192),
      deviceScaleFactor: clamp(window.devicePixelRatio, 0.25, 8),
      scrollX: clamp(window.scrollX, 0, 1e7),
      scrollY: clamp(window.scrollY, 0, 1e7)
    },
    colorScheme: shownColorScheme(),
    locale: localeOf(),
    theme: themeOf(text),
    route: routeOf(text),
    flags: Object.entries(documentFlags()).map(([name, value]) => ({
      name: name.slice(0, 200),
      value: (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 400)
    })),
    outline: outline.lines,
    references: outline.references,
    picks,
    redactions: text.counts,
    truncated: [
      ...outline.truncated,
      ...(isComplete ? [] : ['Masking: the page is too large to be searched to its end for what fields repeat']),
      ...(text.isCut ? ['Texts: very long ones only from their beginning'] : []),
      ...missedRequests(watchedResources().missed)
    ]
  }
}

/** The requests of the page that failed until now, without what is private in their addresses. */
export async function collectRequests(
  noticed: readonly NoticedRequest[]
): Promise<{ requests: CollectedRequest[]; redactions: RedactionCounts }> {
  const failed = failedRequests(noticed, watchedResources())
  const { privacy } = isolatedWorld()
  if (failed.length === 0 || !privacy) return { requests: [], redactions: {} }
  return withoutPrivateParts(failed, await privacy.words())
}

function missedRequests(missed: number): string[] {
  return missed === 0 ? [] : [`Failed requests: of ${missed} before Fixpoint came the browser has kept nothing`]
}

async function describePick(number: number, element: Element, text: PageText, slices: Slices): Promise<CollectedPick> {
  const isHidden = isPrivateField(element) && privateFieldKind(element) === 'project rule'
  const name = isHidden ? undefined : accessibleNameOf(element, text)
  const testId = testIdOf(element)
  const words = text.of(element, 500)
  return {
    number,
    selectors: (await selectorsOf(element, text.words, slices)).map(selector => selector.slice(0, 2_000)),
    // Custom elements may have any letters in their names, the protocol has those of HTML.
    tag: element.localName.replace(/[^a-zA-Z0-9._:-]/g, '_').slice(0, 100),
    testId: testId ? text.clean(testId.value, 200) : undefined,
    role: roleOf(element),
    accessibleName: name || undefined,
    text: words || undefined,
    box: topBoxOf(element),
    styles: stylesOf(element, text.counts)
  }
}

function localeOf(): string | undefined {
  const locale = document.documentElement.lang || navigator.language
  return /^[a-zA-Z0-9_-]{1,35}$/.test(locale) ? locale : undefined
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
