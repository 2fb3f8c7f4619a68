import { nextFrame } from '../page-tree/next-frame.ts'
import { Slices } from '../page-tree/slices.ts'

/** In ms, for each part of the page: pictures that load only when they are seen. */
const LONGEST_WAIT_FOR_IMAGES = 1_500
/** In ms of work: fixed elements of larger pages stay where they are. */
const BUDGET = 1_500

/** The page as it is to be put together from several windows. Sizes in CSS pixels. */
export interface WholePagePlan {
  height: number
  windowHeight: number
  windowWidth: number
}

export interface WholePage {
  begin(): Promise<WholePagePlan>
  /** Shows the part that begins at `top`; resolves with where the window really stands when pictures in it have come or took too long. */
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
      const elements = document.querySelectorAll<HTMLElement>('body *')
      for (let index = 0; index < elements.length && !slices.isOver; index++) {
        const element = elements[index]
        if (!element || !('style' in element) || element.hasAttribute('popover')) continue
        const { position } = getComputedStyle(element)
        if (position === 'sticky') {
          keep(element)
          setStyles(element, { position: 'relative', inset: 'auto' })
        } else if (position === 'fixed') {
          keep(element)
          fixed.push({ element, isAtBottom: element.getBoundingClientRect().top > window.innerHeight / 2 })
        }
        if (slices.isDue()) await slices.rest()
      }
      return { height: Math.max(root.scrollHeight, window.innerHeight), windowHeight: window.innerHeight, windowWidth: window.innerWidth }
    },
    async show(top, isLast) {
      window.scrollTo(0, top)
      const isFirst = top === 0
      for (const { element, isAtBottom } of fixed) {
        const isShown = isAtBottom ? isLast : isFirst
        if (isShown) element.style.removeProperty('visibility')
        else setStyles(element, { visibility: 'hidden' })
      }
      await nextFrame()
      await imagesInWindow()
      await nextFrame()
      return { top: Math.round(window.scrollY) }
    },
    end() {
      for (const { element, style } of kept.splice(0).reverse()) {
        // Set first: a style that was changed by its properties alone would come back as an empty attribute.
        element.setAttribute('style', style ?? '')
        if (style === null) element.removeAttribute('style')
      }
      fixed = []
      if (start) window.scrollTo({ left: start.x, top: start.y, behavior: 'instant' })
      start = null
    }
  }
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
