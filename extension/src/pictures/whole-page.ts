import type { Box } from '@fixpoint/protocol'
import { nextFrame } from '../page-tree/next-frame.ts'
import { Slices } from '../page-tree/slices.ts'

/** In ms, for each part of the page: pictures that load only when they are seen. */
const LONGEST_WAIT_FOR_IMAGES = 1_500
/** In ms of work: fixed elements of larger pages stay where they are. */
const BUDGET = 1_500

/** An area that scrolls is the page's content where it takes this part of the window, and is told of where it takes the other. */
const CONTENT_SHARE = 0.35
const LARGE_SHARE = 0.1

/** The page as it is to be put together from several windows. Sizes in CSS pixels. */
export interface WholePagePlan {
  windowHeight: number
  windowWidth: number
  /** The part of the window that is scrolled: all of it, or where an app has its content in an area that scrolls by itself, that. */
  area: Box
  /** Of what is seen in the area when it is scrolled from its beginning to its end. */
  contentHeight: number
  /** Large areas that scroll by themselves and stay as they are. */
  otherAreas: number
}

export interface WholePage {
  begin(): Promise<WholePagePlan>
  /** Shows the part that begins at `top`; resolves with where the area really stands when pictures in it have come or took too long. */
  show(top: number, isLast: boolean): Promise<{ top: number }>
  /** Gives the page back as it was. */
  end(): void
}

/**
 * Scrolls a page for a picture of all of it. What follows the window would be in each part: sticky elements get back to their places in the
 * page, fixed ones are shown in the first part, or in the last where they stand at the bottom.
 */
export function wholePage(): WholePage {
  const kept: { element: HTMLElement; style: string | null }[] = []
  let fixed: { element: HTMLElement; isAtBottom: boolean }[] = []
  let start: { x: number; y: number } | null = null
  /** The content, where it is not the window that scrolls. */
  let inner: { element: HTMLElement; x: number; y: number } | null = null

  const setStyles = (element: HTMLElement, styles: Readonly<Record<string, string>>) => {
    for (const [name, value] of Object.entries(styles)) element.style.setProperty(name, value, 'important')
  }
  const keep = (element: HTMLElement) => kept.push({ element, style: element.getAttribute('style') })

  return {
    async begin() {
      start = { x: window.scrollX, y: window.scrollY }
      const root = document.documentElement
      keep(root)
      setStyles(root, { 'scroll-behavior': 'auto', 'scroll-snap-type': 'none' })
      const slices = new Slices(BUDGET)
      // Where an area is to be scrolled that stands somewhere in the window.
      const isWindowScrolled = root.scrollHeight - window.innerHeight > 0.05 * window.innerHeight
      if (!isWindowScrolled) window.scrollTo(0, 0)
      const areas: { element: HTMLElement; box: Box }[] = []
      const elements = document.querySelectorAll<HTMLElement>('body, body *')
      for (let index = 0; index < elements.length && !slices.isOver; index++) {
        const element = elements[index]
        if (!element || !('style' in element) || element.hasAttribute('popover')) continue
        const { position, overflowY } = getComputedStyle(element)
        const isScrollable = (overflowY === 'auto' || overflowY === 'scroll') && element.scrollHeight > element.clientHeight + 1
        // What the body says of overflow the window does.
        if (isScrollable && !(element === document.body && isWindowScrolled)) areas.push({ element, box: visibleBox(element) })
        if (position === 'sticky') {
          keep(element)
          setStyles(element, { position: 'relative', inset: 'auto' })
        } else if (position === 'fixed') {
          keep(element)
          fixed.push({ element, isAtBottom: element.getBoundingClientRect().top > window.innerHeight / 2 })
        }
        if (slices.isDue()) await slices.rest()
      }
      const large = areas.filter(({ box }) => shareOf(box) >= LARGE_SHARE).sort((a, b) => shareOf(b.box) - shareOf(a.box))
      const [content] = large
      const size = { windowHeight: window.innerHeight, windowWidth: window.innerWidth }
      if (isWindowScrolled || !content || shareOf(content.box) < CONTENT_SHARE) {
        const area = { x: 0, y: 0, width: window.innerWidth, height: window.innerHeight }
        return { ...size, area, contentHeight: Math.max(root.scrollHeight, window.innerHeight), otherAreas: large.length }
      }
      const { element, box } = content
      inner = { element, x: element.scrollLeft, y: element.scrollTop }
      keep(element)
      setStyles(element, { 'scroll-behavior': 'auto', 'scroll-snap-type': 'none' })
      return { ...size, area: box, contentHeight: element.scrollHeight - element.clientHeight + box.height, otherAreas: large.length - 1 }
    },
    async show(top, isLast) {
      if (inner) inner.element.scrollTop = top
      else window.scrollTo(0, top)
      const isFirst = top === 0
      for (const { element, isAtBottom } of fixed) {
        const isShown = isAtBottom ? isLast : isFirst
        if (isShown) element.style.removeProperty('visibility')
        else setStyles(element, { visibility: 'hidden' })
      }
      await nextFrame()
      await imagesInWindow()
      await nextFrame()
      return { top: Math.round(inner ? inner.element.scrollTop : window.scrollY) }
    },
    end() {
      for (const { element, style } of kept.splice(0).reverse()) {
        // Set first: a style that was changed by its properties alone would come back as an empty attribute.
        element.setAttribute('style', style ?? '')
        if (style === null) element.removeAttribute('style')
      }
      fixed = []
      inner?.element.scrollTo({ left: inner.x, top: inner.y, behavior: 'instant' })
      inner = null
      if (start) window.scrollTo({ left: start.x, top: start.y, behavior: 'instant' })
      start = null
    }
  }
}

/** What of an element's inside is in the window. Nothing where it is scaled: its parts would not fit together. */
function visibleBox(element: HTMLElement): Box {
  const rect = element.getBoundingClientRect()
  if (Math.abs(rect.width - element.offsetWidth) > 1 || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    return { x: 0, y: 0, width: 0, height: 0 }
  const [left, top] = [rect.x + element.clientLeft, rect.y + element.clientTop]
  const [x, y] = [Math.max(0, Math.ceil(left)), Math.max(0, Math.ceil(top))]
  const width = Math.floor(Math.min(window.innerWidth, left + element.clientWidth)) - x
  const height = Math.floor(Math.min(window.innerHeight, top + element.clientHeight)) - y
  return { x, y, width: Math.max(0, width), height: Math.max(0, height) }
}

/** Of the window. */
function shareOf({ width, height }: Box): number {
  return (width * height) / (window.innerWidth * window.innerHeight)
}

/** Resolves when the pictures in the window have come, or took too long. */
async function imagesInWindow(): Promise<void> {
  const end = performance.now() + LONGEST_WAIT_FOR_IMAGES
  const isMissing = (image: HTMLImageElement) => {
    const { top, bottom, width } = image.getBoundingClientRect()
    return !image.complete && width > 0 && bottom > 0 && top < window.innerHeight
  }
  while (performance.now() < end && [...document.images].some(isMissing)) await new Promise(resolve => setTimeout(resolve, 60))
}
