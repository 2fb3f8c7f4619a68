/**
 * What Fixpoint draws over a page: outline and label of the element under the pointer, numbered markers of the picks, and opaque
 * covers while a picture is taken. One host element in the top layer with a closed shadow root; nothing in it takes events.
 */
import type { Box } from '@fixpoint/protocol'
import { parentOf, topBoxOf } from '../page-tree/page-tree.ts'
import { Outline } from './outline.ts'
import { addPart, placeBox } from './overlay-parts.ts'
import { OVERLAY_STYLES } from './overlay-styles.ts'

const TOP_LAYER = 'dialog:modal, [popover]:popover-open'

/** What is in the top layer, of this document. */
function topLayer(): Element[] {
  const { fullscreenElement } = document
  return [...document.querySelectorAll(TOP_LAYER), ...(fullscreenElement ? [fullscreenElement] : [])]
}

// What a page could turn on the host itself to lead the person astray; its style sheets cannot, see the constructor.
const GUARDED = [
  'position',
  'transform',
  'translate',
  'scale',
  'rotate',
  'opacity',
  'visibility',
  'display',
  'filter',
  'clip-path',
  'mask-image'
]
const GUARDED_AS_WRITTEN = ['inset', 'width', 'height', 'zoom']

// How far, in CSS pixels, a marker's number reaches over the corner; see its `translate` in the styles.
const NUMBER_OFFSET = 11

export class Overlay {
  readonly #host: HTMLElement
  readonly #root: ShadowRoot
  readonly #ring: HTMLElement
  /** What is drawn at the element under the pointer. */
  readonly outline: Outline
  readonly #mode: HTMLElement
  readonly #live: HTMLElement
  readonly #markers = new Map<number, HTMLElement>()
  readonly #covers: HTMLElement[] = []
  readonly #catchers: HTMLElement[] = []
  #inTopLayer: readonly Element[] = []
  #frame: HTMLIFrameElement | null = null
  #appearance = ''

  constructor() {
    this.#host = document.createElement('div')
    // The page's own rules must not reach the host: inline and important wins over every author style.
    const hostStyle: Record<string, string> = {
      all: 'initial',
      position: 'fixed',
      inset: '0',
      width: '100vw',
      height: '100vh',
      margin: '0',
      padding: '0',
      border: '0',
      background: 'transparent',
      overflow: 'visible',
      'pointer-events': 'none',
      'z-index': '2147483647',
      'color-scheme': 'normal',
      // What changes in here is laid out and painted without the page around it.
      contain: 'strict'
    }
    for (const [name, value] of Object.entries(hostStyle)) this.#host.style.setProperty(name, value, 'important')
    this.#host.setAttribute('popover', 'manual')
    this.#root = this.#host.attachShadow({ mode: 'closed' })
    // A constructed sheet is not an inline style, so a strict content security policy of the page does not forbid it.
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(OVERLAY_STYLES)
    this.#root.adoptedStyleSheets = [sheet]
    this.#ring = this.#add('ring')
    this.outline = new Outline(this.#root)
    this.#mode = this.#add('mode')
    this.#live = this.#add('announcement')
    this.#live.setAttribute('role', 'status')
    this.showMode('')
    this.showRing(false)
  }

  get host(): HTMLElement {
    return this.#host
  }

  /** False when the page took the host out of the document, closed it, or turned its looks. */
  get isInPlace(): boolean {
    return this.#host.isConnected && this.#host.matches(':popover-open') && this.#readAppearance() === this.#appearance
  }

  attach(): void {
    // A zoom of the whole page must not move what is drawn.
    const root = document.documentElement
    const zoom = 'currentCSSZoom' in root && typeof root.currentCSSZoom === 'number' ? root.currentCSSZoom : 1
    this.#host.style.setProperty('zoom', String(1 / zoom), 'important')
    root.append(this.#host)
    this.#inTopLayer = topLayer()
    this.#host.showPopover()
    this.#appearance = this.#readAppearance()
  }

  remove(): void {
    this.#host.remove()
  }

  #readAppearance(): string {
    const { style } = this.#host
    const computed = getComputedStyle(this.#host)
    const written = GUARDED_AS_WRITTEN.map(property => style.getPropertyValue(property))
    return [...GUARDED.map(property => computed.getPropertyValue(property)), ...written].join(';')
  }

  /** Puts the overlay above a dialog or popover that has just been opened. */
  raiseAboveOpened(event: Event): void {
    const isOpened = !('newState' in event) || event.newState === 'open'
    if (event.isTrusted && isOpened && event.target !== this.#host) this.#reenterTopLayer()
  }

  /** The same when the pointer comes to something that is in one: what happens in shadow roots is not told outside. */
  raiseAbove(element: Element): void {
    for (let current: Element | null = element; current; current = parentOf(current)) {
      if (!current.matches(`${TOP_LAYER}, :fullscreen`) || current.ownerDocument !== document || this.#inTopLayer.includes(current))
        continue
      this.#inTopLayer = [...this.#inTopLayer, current]
      this.#reenterTopLayer()
      return
    }
  }

  #reenterTopLayer(): void {
    if (!this.#host.isConnected) return
    this.#host.hidePopover()
    this.#host.showPopover()
  }

  /**
   * Frames of other origins keep the pointer's events to themselves. Over such frames, and only there, the overlay takes them, so
   * that a click picks the frame instead of doing something in it.
   */
  catchPointerOver(frames: readonly Element[]): void {
    while (this.#catchers.length > frames.length) this.#catchers.pop()?.remove()
    for (const [index, frame] of frames.entries()) {
      this.#catchers[index] ??= this.#add('catcher')
      placeBox(this.#catchers[index], topBoxOf(frame))
    }
  }

  /**
   * For pages that stop the events at their window before Fixpoint sees them: an empty frame of our own over the whole window. What
   * happens in it is never told to the page's window.
   * @param takesKeys moves the focus into it.
   * @returns the window to listen on.
   */
  catchEverything(takesKeys: boolean): Window | null {
    if (!this.#frame) {
      this.#frame = document.createElement('iframe')
      this.#frame.className = 'everything'
      this.#root.prepend(this.#frame)
    }
    if (takesKeys) this.#frame.focus()
    return this.#frame.contentWindow
  }

  /** Looks at the page as if nothing lay above it. */
  seeThrough<T>(look: () => T): T {
    if (!this.#frame) return look()
    this.#frame.style.pointerEvents = 'none'
    try {
      return look()
    } finally {
      this.#frame.style.pointerEvents = ''
    }
  }

  releaseEverything(): void {
    this.#frame?.remove()
    this.#frame = null
  }

  /**
   * The line around the window that says that clicks are picks now. It is also what makes the compositor draw a frame, without which
   * the places of frames that `catchPointerOver` takes would not be known yet when the first click comes.
   */
  showRing(isShown: boolean): void {
    this.#ring.hidden = !isShown
  }

  /** Says which mode the keys have switched on; empty for none. */
  showMode(text: string): void {
    this.#mode.textContent = text
    this.#mode.hidden = text === ''
  }

  showMarker(number: number, box: Box | null): void {
    let marker = this.#markers.get(number)
    if (!marker) {
      marker = this.#add('marker')
      addPart(marker, 'number').textContent = String(number)
      this.#markers.set(number, marker)
    }
    marker.hidden = box === null
    if (box) {
      placeBox(marker, box)
      // Where the corner of the element is at the window's edge or beyond, the number stays inside.
      marker.style.setProperty('--number-x', `${Math.max(0, NUMBER_OFFSET - box.x)}px`)
      marker.style.setProperty('--number-y', `${Math.max(0, NUMBER_OFFSET - box.y)}px`)
    }
  }

  removeMarker(number: number): void {
    this.#markers.get(number)?.remove()
    this.#markers.delete(number)
  }

  /** Hides everything else and covers these boxes of the window. */
  cover(boxes: readonly Box[]): void {
    this.#setDrawingHidden(true)
    for (const box of boxes) {
      const cover = this.#add('cover')
      placeBox(cover, box)
      this.#covers.push(cover)
    }
  }

  uncover(): void {
    for (const cover of this.#covers.splice(0)) cover.remove()
    this.#setDrawingHidden(false)
  }

  announce(text: string): void {
    this.#live.textContent = text
  }

  #setDrawingHidden(isHidden: boolean): void {
    const visibility = isHidden ? 'hidden' : ''
    for (const element of [this.#ring, this.#mode, ...this.#markers.values()]) element.style.visibility = visibility
    this.outline.setVisible(!isHidden)
  }

  #add(className: string): HTMLElement {
    return addPart(this.#root, className)
  }
}
