import type { LocatedSource } from './inspection.ts'
import { sourcePath } from './source-path.ts'

const FILE = 'data-astro-source-file'
const PLACE = 'data-astro-source-loc'

/**
 * The component of an element that Astro has drawn, in development. Astro's toolbar takes the marks off the elements as soon as the page is
 * there; the page as it came from the dev server still has them. So it is asked for once more, as a reload would.
 */
export async function astroSource(
  element: Element,
  served: () => Promise<Document | null>
): Promise<{ name: string; source: LocatedSource } | null> {
  const page = await served()
  if (!page) return null
  for (let current: Element | null = element; current; current = current.parentElement) {
    const twin = twinOf(current, page)
    const found = twin && placeOf(twin)
    if (found) return found
  }
  return null
}

/** Whether the page comes from Astro's dev server. */
export function isAstroInDevelopment(owner: Document): boolean {
  return owner.getElementsByTagName('astro-dev-toolbar').length > 0
}

export async function fetchServedPage(owner: Document): Promise<Document | null> {
  try {
    const response = await fetch(owner.URL, { signal: AbortSignal.timeout(3_000), credentials: 'same-origin' })
    return response.ok ? new DOMParser().parseFromString(await response.text(), 'text/html') : null
  } catch {
    // Without the page as it was served its places stay unknown.
    return null
  }
}

function placeOf(element: Element): { name: string; source: LocatedSource } | null {
  const file = sourcePath(element.getAttribute(FILE) ?? '', null, '/')
  // The column is that of the end of the opening tag, which is nobody's.
  const line = Number(/^(\d+):/.exec(element.getAttribute(PLACE) ?? '')?.[1])
  if (file === null || !Number.isInteger(line) || line < 1) return null
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '')
  return { name, source: { file, line } }
}

/** The same element in the page as it was served: alike, and as many times alike before it. */
function twinOf(element: Element, page: Document): Element | null {
  const looks = (other: Element) => `${other.getAttribute('class') ?? ''} ${other.id} ${(other.textContent ?? '').trim().slice(0, 300)}`
  const alike = (all: Iterable<Element>, like: string) => [...all].filter(other => looks(other) === like)
  const here = alike(element.ownerDocument.getElementsByTagName(element.localName), looks(element))
  const there = alike(page.getElementsByTagName(element.localName), looks(element))
  return here.length === there.length ? (there[here.indexOf(element)] ?? null) : null
}
