import type { DescribedElement, ElementReference } from '../message-schemas.ts'
import type { Outcome } from '../outcome.ts'
import { elementReference } from '../page-tree/element-path.ts'
import { elementAtPoint, foreignFrames, isDocument, reachableRoots, topBoxOf, toTopBox } from '../page-tree/page-tree.ts'
import { shieldWindow } from './event-shield.ts'
import { followLayout } from './follow-layout.ts'
import { labelText } from './label-text.ts'
import type { Overlay } from './overlay.ts'
import { type Direction, TreeWalk } from './walk.ts'

/** What the picker asks the background; see `messages.ts`. */
interface PickerPort {
  picked(pick: {
    runId: string
    nonce: string
    number: number
    element: ElementReference
    isMoreToCome: boolean
  }): Promise<Outcome<{ nextNonce: string | null }>>
  describe(request: { runId: string; element: ElementReference }): Promise<Outcome<DescribedElement>>
  ended(message: { runId: string; reason: 'cancelled' | 'overlay_removed' }): Promise<unknown>
}

interface Run {
  runId: string
  /** For the next pick; null while the background has not answered to the last one. */
  nonce: string | null
  nextNumber: number
  life: AbortController
  shielded: WeakSet<Window>
  pointer: { x: number; y: number } | null
  current: Element | null
  /** Where the pointer was when an arrow key was used: until it really moves the keyboard's choice stays. */
  keyboardHold: { x: number; y: number } | null
  isGestureUsed: boolean
  /** The person is done; only the rest of the last click is still kept from the page. */
  isFinishing: boolean
  frameRequest: number | null
  /** The deepest hovered element at the last look; only kept until the first pointer event has come. */
  hovered: Element | null
  hasPointerEvents: boolean
  /** Picks that wait for the answer to the one before. */
  waiting: { element: Element; number: number; isMoreToCome: boolean }[]
}

const ARROWS: Record<string, Direction> = { ArrowUp: 'parent', ArrowDown: 'child', ArrowLeft: 'previous', ArrowRight: 'next' }
/** Time in ms that the pointer must rest on an element before its component is looked up. */
const REST_BEFORE_DESCRIBING = 60
/** Longest time in ms between the event that ended pointing and the last one that belongs to the same gesture. */
const REST_OF_GESTURE = 400

/** Pointing at elements with mouse and keyboard. The page neither sees the events nor can make them. */
export class Picker {
  readonly picks = new Map<number, Element>()
  readonly #overlay: Overlay
  readonly #walk: TreeWalk
  readonly #port: PickerPort
  readonly #described = new WeakMap<Element, DescribedElement>()
  #following: AbortController | null = null
  #run: Run | null = null

  constructor(overlay: Overlay, port: PickerPort) {
    this.#overlay = overlay
    this.#walk = new TreeWalk(overlay.host)
    this.#port = port
  }

  get isPointing(): boolean {
    return this.#run !== null && !this.#run.isFinishing
  }

  begin({ runId, nonce, nextNumber }: { runId: string; nonce: string; nextNumber: number }): void {
    this.#endRun()
    const life = new AbortController()
    const run: Run = {
      runId,
      nonce,
      nextNumber,
      life,
      shielded: new WeakSet(),
      pointer: null,
      current: null,
      keyboardHold: null,
      isGestureUsed: false,
      isFinishing: false,
      frameRequest: null,
      hovered: null,
      hasPointerEvents: false,
      waiting: []
    }
    this.#run = run
    if (!this.#overlay.isInPlace) this.#overlay.attach()
    for (const root of reachableRoots()) if (isDocument(root)) this.#shield(run, root.defaultView)
    this.#overlay.catchPointerOver(foreignFrames())
    this.#overlay.showRing(true)
    this.#followLayout()
    window.focus()
    this.#overlay.announce('Pointing. Click an element, or use the arrow keys and Enter. Escape ends.')
  }

  /** Ends pointing without telling anyone; picks and their markers stay. */
  end(): void {
    // One that finishes ends by itself, when the click or key that finished it is over.
    if (this.isPointing) this.#endRun()
  }

  removeMarker(number: number): void {
    this.picks.delete(number)
    this.#overlay.removeMarker(number)
    this.#tidy()
  }

  /** Ends pointing and leaves the page as it was before Fixpoint came. */
  discard(): void {
    this.end()
    for (const number of [...this.picks.keys()]) this.removeMarker(number)
  }

  /** Draws markers and outline where their elements are now. */
  redraw(): void {
    for (const [number, element] of this.picks) {
      const box = element.isConnected ? topBoxOf(element) : null
      this.#overlay.showMarker(number, box && box.width > 0 && box.height > 0 ? box : null)
    }
    this.#drawOutline()
    if (this.#run) this.#overlay.catchPointerOver(foreignFrames())
  }

  #shield(run: Run, target: Window | null): void {
    if (!target || run.shielded.has(target)) return
    run.shielded.add(target)
    const handlers = {
      onPointer: (event: MouseEvent) => this.#onPointer(run, event),
      onKey: (event: KeyboardEvent) => this.#onKey(run, event)
    }
    shieldWindow(target, handlers, run.life.signal)
    target.addEventListener('scroll', () => this.#requestFrame(run), { capture: true, passive: true, signal: run.life.signal })
  }

  #onPointer(run: Run, event: MouseEvent): void {
    if (run.isFinishing) {
      if (event.type === 'click') this.#endRun()
      return
    }
    run.hasPointerEvents = true
    const owner = event.view?.document ?? document
    const point = toTopBox({ x: event.clientX, y: event.clientY, width: 0, height: 0 }, owner)
    const { keyboardHold } = run
    const isHeld = keyboardHold !== null && Math.hypot(point.x - keyboardHold.x, point.y - keyboardHold.y) < 4
    run.pointer = { x: point.x, y: point.y }
    if (!isHeld) {
      run.keyboardHold = null
      this.#requestFrame(run)
    }
    if (event.type === 'pointerdown') run.isGestureUsed = false
    // One of them is enough: a page that stops the one early does not stop the other.
    const isRelease = event.button === 0 && (event.type === 'pointerup' || event.type === 'click')
    if (!isRelease || run.isGestureUsed) {
      if (event.type === 'click') run.isGestureUsed = false
      return
    }
    run.isGestureUsed = event.type === 'pointerup'
    if (!isHeld) this.#updateCurrent(run)
    if (run.current) this.#pick(run, run.current, event.shiftKey)
  }

  #onKey(run: Run, event: KeyboardEvent): boolean {
    if (event.type === 'keyup') {
      if (run.isFinishing) this.#endRun()
      return false
    }
    if (run.isFinishing) return true
    if (event.key === 'Escape') {
      this.#finish(run)
      void this.#port.ended({ runId: run.runId, reason: 'cancelled' })
      return true
    }
    if (event.key === 'Enter') {
      if (run.current) this.#pick(run, run.current, event.shiftKey)
      return true
    }
    const direction = ARROWS[event.key]
    if (!direction || event.ctrlKey || event.metaKey || event.altKey) return false
    const from = run.current?.isConnected ? run.current : document.body
    run.keyboardHold = run.pointer ?? { x: 0, y: 0 }
    const next = run.current ? this.#walk.step(from, direction) : from
    this.#select(run, next)
    next.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' })
    this.#requestFrame(run)
    return true
  }

  #requestFrame(run: Run): void {
    run.frameRequest ??= requestAnimationFrame(() => {
      run.frameRequest = null
      if (this.#run !== run || run.isFinishing) return
      if (!run.keyboardHold) this.#updateCurrent(run)
      this.redraw()
    })
  }

  #updateCurrent(run: Run): void {
    if (!run.pointer) return
    const element = elementAtPoint(run.pointer.x, run.pointer.y, this.#overlay.host)
    if (!element) return
    this.#shield(run, element.ownerDocument.defaultView)
    this.#select(run, element)
  }

  #select(run: Run, element: Element): void {
    if (run.current === element) return
    run.current = element
    this.#overlay.raiseAbove(element)
    if (!this.#described.has(element)) setTimeout(() => this.#describe(run, element), REST_BEFORE_DESCRIBING)
  }

  async #describe(run: Run, element: Element): Promise<void> {
    if (this.#run !== run || run.current !== element) return
    const answer = await this.#port.describe({ runId: run.runId, element: elementReference(element) })
    if (!answer.ok) return
    this.#described.set(element, answer.value)
    if (run.current === element) this.#drawOutline()
  }

  #drawOutline(): void {
    const run = this.#run
    if (!run?.current?.isConnected || run.isFinishing) {
      this.#overlay.hideOutline()
      return
    }
    const box = topBoxOf(run.current)
    this.#overlay.showOutline(box, labelText(run.current, box, this.#described.get(run.current)))
  }

  #pick(run: Run, element: Element, isMoreToCome: boolean): void {
    const isKnown = [...this.picks.values()].includes(element)
    if (isKnown) {
      this.#overlay.announce('This element is picked already.')
      if (isMoreToCome) return
      this.#finish(run)
      void this.#port.ended({ runId: run.runId, reason: 'cancelled' })
      return
    }
    const number = run.nextNumber++
    this.picks.set(number, element)
    this.redraw()
    this.#overlay.announce(`Pick ${number}.`)
    run.waiting.push({ element, number, isMoreToCome })
    if (!isMoreToCome) this.#finish(run)
    void this.#sendWaiting(run)
  }

  async #sendWaiting(run: Run): Promise<void> {
    const { nonce } = run
    const next = run.waiting[0]
    if (nonce === null || !next) return
    run.waiting.shift()
    run.nonce = null
    const { element, number, isMoreToCome } = next
    const answer = await this.#port.picked({ runId: run.runId, nonce, number, element: elementReference(element), isMoreToCome })
    if (!answer.ok) {
      this.removeMarker(number)
      this.#endRun()
      return
    }
    run.nonce = answer.value.nextNonce
    if (run.nonce === null) {
      for (const { number } of run.waiting.splice(0)) this.removeMarker(number)
      if (this.#run === run && !run.isFinishing) this.#endRun()
    }
    await this.#sendWaiting(run)
  }

  /**
   * The person is done: the drawing goes, and the shield stays until the rest of the gesture is over: the click that belongs to a
   * release, the release of a key.
   */
  #finish(run: Run): void {
    run.isFinishing = true
    this.#overlay.showRing(false)
    this.#overlay.hideOutline()
    setTimeout(() => {
      if (this.#run === run) this.#endRun()
    }, REST_OF_GESTURE)
  }

  #endRun(): void {
    const run = this.#run
    if (!run) return
    this.#run = null
    run.life.abort()
    if (run.frameRequest !== null) cancelAnimationFrame(run.frameRequest)
    this.#overlay.catchPointerOver([])
    this.#overlay.releaseEverything()
    this.#overlay.showRing(false)
    this.#overlay.hideOutline()
    this.#tidy()
  }

  #followLayout(): void {
    if (this.#following) return
    this.#following = new AbortController()
    followLayout({ draw: () => this.redraw(), look: draw => this.#look(draw) }, this.#following.signal)
  }

  /** Every now and then: is everything still as it should be? */
  #look(draw: () => void): void {
    // After the extension was updated or removed nobody would ever tell this script to go.
    if (chrome.runtime?.id === undefined) {
      this.discard()
      return
    }
    const run = this.#run
    if (this.#overlay.isInPlace) {
      if (run) this.#lookForSwallowedEvents(run)
      draw()
      return
    }
    this.discard()
    if (run && !run.isFinishing) void this.#port.ended({ runId: run.runId, reason: 'overlay_removed' })
  }

  /** The pointer moves over the page, but no event of it arrives: a listener that the page added first stops them all. */
  #lookForSwallowedEvents(run: Run): void {
    if (run.hasPointerEvents || run.isFinishing) return
    const hovered = [...document.querySelectorAll(':hover')].at(-1) ?? null
    const hasMoved = run.hovered !== null && hovered !== null && hovered !== run.hovered
    run.hovered = hovered
    if (hasMoved) this.#shield(run, this.#overlay.catchEverything())
  }

  #tidy(): void {
    if (this.#run || this.picks.size > 0) return
    this.#following?.abort()
    this.#following = null
    this.#overlay.remove()
  }
}
