import { isolatedWorld } from '../isolated-world.ts'
import { topBoxOf } from '../page-tree/page-tree.ts'
import { redactAddress } from '../privacy/addresses.ts'
import { typedValues } from '../privacy/typed-secrets.ts'
import { accessibleNameOf, roleOf } from './accessibility.ts'
import type { CollectedContext, CollectedPick } from './collected-context.ts'
import { shownColorScheme } from './color-scheme.ts'
import { describeTarget } from './describe-target.ts'
import { outlineAround, testIdOf } from './outline.ts'
import { PageText } from './page-text.ts'
import { selectorsOf } from './selectors.ts'
import { stylesOf } from './styles.ts'

/**
 * Collects what the page shows around the picks.
 * @param numbers of the picks whose details are wanted; the outline has all of them.
 * @param outlineLimit in characters.
 */
export function collectContext(numbers: readonly number[], outlineLimit: number): CollectedContext {
  const { picker } = isolatedWorld()
  const text = new PageText()
  const present = new Map([...(picker?.pickedElements ?? [])].filter(([, element]) => element.isConnected))
  const ignored = picker?.overlayHost ?? document.createElement('div')
  const outline = outlineAround(present, ignored, text, outlineLimit)
  const picks: CollectedPick[] = []
  for (const number of numbers) {
    const element = present.get(number)
    if (element) picks.push({ ...describePick(number, element, text), ...describeTarget(picker?.picks.get(number), text) })
  }
  return {
    url: redactAddress(location.href, text.counts, typedValues()).slice(0, 4_000),
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
    outline: outline.text,
    picks,
    redactions: text.counts,
    truncated: outline.truncated
  }
}

function describePick(number: number, element: Element, text: PageText): CollectedPick {
  const name = accessibleNameOf(element, text)
  const testId = testIdOf(element)
  const words = text.of(element, 500)
  return {
    number,
    selectors: selectorsOf(element, text.typedSecrets).map(selector => selector.slice(0, 2_000)),
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
