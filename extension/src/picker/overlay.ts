/**
 * What Fixpoint draws over a page: outline and label of the element under the pointer, numbered markers of the picks, and opaque
 * covers while a picture is taken. One host element in the top layer with a closed shadow root; nothing in it takes events.
 */
import type { Box } from '@fixpoint/protocol'
import { OVERLAY_STYLES } from './overlay-styles.ts'

export interface LabelText {
  /** The component's name, or the tag where there is none. */
  title: string
  /** Tag with id or classes, and size. */
  detail: string
  /** Source file and line, once known. */
  source: string
}

// Room that the tallest label needs, in CSS pixels: known without asking the layout.
const LABEL_HEIGHT = 56

// How far, in CSS pixels, a marker's number reaches over the corner; see its `translate` in the styles.
const NUMBER_OFFSET = 11

export class Overlay {
  readonly #host: HTMLElement
  readonly #root: ShadowRoot
  readonly #ring: HTMLElement
  readonly #outline: HTMLElement
  readonly #label: HTMLElement
  readonly #labelParts: { title: HTMLElement; detail: HTMLElement; source: HTMLElement }
  readonly #live: HTMLElement
  readonly #markers = new Map<number, HTMLElement>()
  readonly #covers: HTMLElement[] = []
  readonly #catchers: HTMLElement[] = []
  #raisedAbove: Element | null = null
  #frame: HTMLIFrameElement | null = null

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
      contain: 'layout style'
    }
    for (const [name, value] of Object.entries(hostStyle)) this.#host.style.setProperty(name, value, 'important')
    this.#host.setAttribute('popover', 'manual')
    this.#root = this.#host.attachShadow({ mode: 'closed' })
    // A constructed sheet is not an inline style, so a strict content security policy of the page does not forbid it.
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(OVERLAY_STYLES)
    this.#root.adoptedStyleSheets = [sheet]
    this.#ring = this.#add('ring')
    this.#outline = this.#add('outline')
    this.#label = this.#add('label')
    const title = addPart(this.#label, 'title')
    const detail = addPart(this.#label, 'detail')
    this.#labelParts = { title, detail, source: addPart(this.#label, 'source') }
    this.#live = this.#add('announcement')
    this.#live.setAttribute('role', 'status')
    this.hideOutline()
    this.showRing(false)
  }

  get host(): HTMLElement {
    return this.#host
  }

  /** False when the page took the host out of the document or closed it. */
  get isInPlace(): boolean {
    return this.#host.isConnected && this.#host.matches(':popover-open')
  }

  attach(): void {
    document.documentElement.append(this.#host)
    this.#host.showPopover()
  }

  remove(): void {
    this.#host.remove()
  }

  /** Puts the overlay above a dialog or popover that was opened after it. */
  raiseAbove(element: Element): void {
    const inTopLayer = element.closest('dialog:modal, [popover]:popover-open')
    if (inTopLayer === this.#raisedAbove) return
    this.#raisedAbove = inTopLayer
    if (!inTopLayer || !this.#host.isConnected) return
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
      place(this.#catchers[index], frame.getBoundingClientRect())
    }
  }

  /**
   * For pages that stop the events at their window before Fixpoint sees them: an empty frame of our own over the whole window. What
   * happens in it is never told to the page's window.
   * @returns the window to listen on.
   */
  catchEverything(): Window | null {
    this.#frame ??= document.createElement('iframe')
    this.#frame.className = 'everything'
    this.#root.prepend(this.#frame)
    this.#frame.focus()
    return this.#frame.contentWindow
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

  showOutline(box: Box, text: LabelText): void {
    place(this.#outline, box)
    this.#labelParts.title.textContent = text.title
    this.#labelParts.detail.textContent = text.detail
    this.#labelParts.source.textContent = text.source
    this.#labelParts.source.hidden = text.source === ''
    const x = Math.max(4, box.x)
    const isRoomAbove = box.y >= LABEL_HEIGHT
    const isRoomBelow = box.y + box.height + LABEL_HEIGHT <= window.innerHeight
    const y = isRoomAbove ? `calc(${box.y}px - 100% - 6px)` : `${isRoomBelow ? box.y + box.height + 6 : Math.max(box.y, 0) + 6}px`
    // In `translate` a percentage is of the label's own size, so it stays inside the window without being measured.
    this.#label.style.translate = `min(${x}px, calc(100vw - 100% - 4px)) ${y}`
    this.#outline.hidden = false
    this.#label.hidden = false
  }

  hideOutline(): void {
    this.#outline.hidden = true
    this.#label.hidden = true
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
      place(marker, box)
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
      place(cover, box)
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
    for (const element of [this.#ring, this.#outline, this.#label, ...this.#markers.values()]) element.style.visibility = visibility
  }

  #add(className: string): HTMLElement {
    return addPart(this.#root, className)
  }
}

function addPart(parent: ParentNode, className: string): HTMLElement {
  const element = document.createElement('div')
  element.className = className
  parent.append(element)
  return element
}

function place(element: HTMLElement, box: Box): void {
  element.style.translate = `${box.x}px ${box.y}px`
  element.style.width = `${box.width}px`
  element.style.height = `${box.height}px`
}
