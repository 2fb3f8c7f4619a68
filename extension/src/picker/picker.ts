import { elementAtPoint, layersAtPoint } from '../page-tree/at-point.ts'
import { elementReference } from '../page-tree/element-path.ts'
import { isDocument, isShadowRoot, likelyRoots } from '../page-tree/page-tree.ts'
import { boxModelOf, describeBoxModel } from './box-model.ts'
import { componentStep } from './component-walk.ts'
import { shapeOf } from './element-shape.ts'
import { shieldWindow } from './event-shield.ts'
import { followLayout } from './follow-layout.ts'
import { Freeze } from './freeze.ts'
import { actionOfKey, type KeyAction } from './keys.ts'
import { type KnownOfElement, labelOfText, labelText, sizeText } from './label-text.ts'
import type { LabelText } from './outline.ts'
import type { Overlay } from './overlay.ts'
import { boxOfTarget, isSameTarget, type PickTarget, type Point } from './pick-target.ts'
import type { PickerPort } from './picker-port.ts'
import { canScroll, closedFrames, isIn, middleOf, pointOf, withPoint } from './places.ts'
import { boxBetween, regionTarget } from './region.ts'
import { newRun, type Run } from './run.ts'
import { textContrast } from './text-contrast.ts'
import { rectsOfText, textBetween } from './text-selection.ts'
import { type Direction, TreeWalk } from './walk.ts'

/** Time in ms that the pointer must rest on an element before its component and contrast are looked up. */
const REST_BEFORE_DESCRIBING = 60
/** Longest time in ms between the event that ended pointing and the last one that belongs to the same gesture. */
const REST_OF_GESTURE = 400
/** Distance in CSS pixels that makes a drag of a click. */
const DRAG_DISTANCE = 6
/** Frames are looked for at every so many looks. */
const LOOKS_BETWEEN_SEARCHES = 4

/** Pointing at elements with mouse and keyboard. The page neither sees the events nor can make them. */
export class Picker {
  readonly picks = new Map<number, PickTarget>()
  readonly #overlay: Overlay
  readonly #walk: TreeWalk
  readonly #port: PickerPort
  readonly #known = new WeakMap<Element, KnownOfElement>()
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

  /** @param start `openFrames` of other sites have pickers of their own; their places are as `frameAt` reads them. */
  begin(start: { runId: string; nonce: string; nextNumber: number; isFrozen: boolean; openFrames: readonly number[][] }): void {
    const { runId, nonce, nextNumber, isFrozen, openFrames } = start
    this.#endRun()
    const run = newRun({ runId, nonce, nextNumber, openFrames })
    this.#run = run
    run.roots = [...likelyRoots()]
    for (const root of run.roots) if (isDocument(root)) this.#shield(run, root.defaultView)
    run.closedFrames = closedFrames(run.roots, openFrames)
    if (isFrozen) this.#toggleFreeze(run)
    if (!this.#overlay.isInPlace) this.#overlay.attach()
    if (isFrozen) this.#shield(run, this.#overlay.catchEverything(false))
    this.#overlay.catchPointerOver(run.closedFrames)
    this.#overlay.showRing(window === window.top)
    this.#followLayout()
    this.#overlay.announce('Pointing. Click an element, or walk with the arrow keys and Tab; Enter picks, Escape ends.')
    if (run.offered) this.#select(run, run.offered)
    this.#requestFrame(run)
  }

  /** The freeze key, when it was pressed somewhere else. */
  toggleFreeze(): void {
    if (this.#run && !this.#run.isFinishing) this.#toggleFreeze(this.#run)
  }

  /** The pointer is in another document of the tab now. */
  leavePointer(): void {
    const run = this.#run
    if (!run || run.isFinishing) return
    run.isPointerHere = false
    run.pointer = null
    run.current = null
    run.layers = null
    this.#endDrag(run)
    this.#drawOutline()
  }

  /** A number was given in another document of the tab. */
  takeNumber(number: number): void {
    if (this.#run) this.#run.nextNumber = Math.max(this.#run.nextNumber, number + 1)
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
    for (const [number, target] of this.picks) this.#overlay.showMarker(number, boxOfTarget(target))
    this.#drawOutline()
    if (this.#run) this.#overlay.catchPointerOver(this.#run.closedFrames)
  }

  #shield(run: Run, target: Window | null): void {
    if (!target || run.shielded.has(target)) return
    run.shielded.add(target)
    const handlers = {
      onPointer: (event: MouseEvent) => this.#onPointer(run, event),
      onWheel: (event: WheelEvent) => this.#onWheel(run, event),
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
    if (!run.isPointerHere) this.#enter(run)
    const point = pointOf(event)
    const isHeld = run.keyboardHold !== null && Math.hypot(point.x - run.keyboardHold.x, point.y - run.keyboardHold.y) < 4
    run.pointer = point
    run.isAltHeld = event.altKey
    if (!isHeld) {
      run.keyboardHold = null
      run.layers = null
      this.#requestFrame(run)
    }
    // A page that stops the one kind of events early does not stop the other.
    if (event.type === 'pointerdown' || (event.type === 'mousedown' && run.pressedAt === null)) {
      run.isGestureUsed = false
      run.pressedAt = event.button === 0 ? point : null
      return
    }
    if (run.pressedAt && !run.isDragging && (event.buttons & 1) === 1) {
      run.isDragging = Math.hypot(point.x - run.pressedAt.x, point.y - run.pressedAt.y) >= DRAG_DISTANCE
    }
    if (event.type === 'pointercancel') this.#endDrag(run)
    const isRelease = event.button === 0 && ['pointerup', 'mouseup', 'click'].includes(event.type)
    if (!isRelease) return
    if (run.isGestureUsed) {
      if (event.type === 'click') run.isGestureUsed = false
      return
    }
    // A `mouseup` alone is the end of a drag; for a click the `click` follows.
    if (event.type === 'mouseup' && !run.isDragging) return
    run.isGestureUsed = event.type !== 'click'
    const dragged = run.isDragging ? this.#draggedTarget(run, point) : null
    const wasDragged = run.isDragging
    this.#endDrag(run)
    if (wasDragged) {
      if (dragged) this.#pick(run, dragged, event.shiftKey)
      return
    }
    if (!isHeld) this.#updateCurrent(run)
    if (run.current) this.#pick(run, withPoint(run.current, isHeld ? null : point), event.shiftKey)
  }

  /** Keys go where the pointer is. */
  #enter(run: Run): void {
    run.isPointerHere = true
    void this.#port.pointerEntered({ runId: run.runId })
    if (!document.hasFocus()) window.focus()
  }

  #draggedTarget(run: Run, point: Point): PickTarget | null {
    if (!run.pressedAt) return null
    if (run.isTextMode) return this.#textBetween(run.pressedAt, point)
    return regionTarget(boxBetween(run.pressedAt, point), this.#overlay.host)
  }

  #textBetween(from: Point, to: Point): PickTarget | null {
    return this.#overlay.seeThrough(() => textBetween(from, to, this.#overlay.host))
  }

  #endDrag(run: Run): void {
    run.pressedAt = null
    run.isDragging = false
    this.#overlay.outline.showRectangle(null)
  }

  /** With Alt, and where nothing could scroll, the wheel goes through what lies under the pointer. */
  #onWheel(run: Run, event: WheelEvent): boolean {
    if (run.isFinishing || event.ctrlKey || event.metaKey || event.deltaY === 0) return false
    if (!event.altKey && canScroll(run.current?.element ?? null)) return false
    run.pointer = pointOf(event)
    this.#goThroughLayers(run, event.deltaY > 0 ? 1 : -1)
    return true
  }

  #onKey(run: Run, event: KeyboardEvent): boolean {
    if (event.key === 'Alt' || event.altKey !== run.isAltHeld) {
      run.isAltHeld = event.altKey
      this.#requestFrame(run)
      // Else the browser's menu would open when it is released.
      if (event.key === 'Alt') return true
    }
    if (event.type === 'keyup') {
      if (run.isFinishing) this.#endRun()
      return false
    }
    if (run.isFinishing) return true
    const action = actionOfKey(event)
    if (!action) return false
    this.#act(run, action)
    return true
  }

  #act(run: Run, action: KeyAction): void {
    switch (action.kind) {
      case 'leave':
        if (run.isDragging) {
          run.isGestureUsed = true
          this.#endDrag(run)
          break
        }
        this.#finish(run)
        run.scrolls.takeBack()
        void this.#port.ended({ runId: run.runId, reason: 'cancelled' })
        break
      case 'pick':
        if (run.current) this.#pick(run, run.current, action.isMoreToCome)
        break
      case 'step':
        if (action.isByComponent) void this.#stepByComponent(run, action.direction)
        else this.#goTo(run, run.current ? this.#walk.step(this.#standsOn(run), action.direction) : document.body)
        break
      case 'stop': {
        const stop = this.#walk.stop(run.current?.element ?? null, action.by)
        if (stop) this.#goTo(run, stop)
        break
      }
      case 'layer':
        this.#goThroughLayers(run, action.by)
        break
      case 'freeze':
        this.#toggleFreeze(run)
        break
      case 'text':
        run.isTextMode = !run.isTextMode
        this.#showMode(run)
        break
    }
  }

  #standsOn(run: Run): Element {
    return run.current?.element.isConnected ? run.current.element : document.body
  }

  async #stepByComponent(run: Run, direction: Direction): Promise<void> {
    const from = this.#standsOn(run)
    const next = await componentStep(from, direction, this.#overlay.host, async elements => {
      const answer = await this.#port.componentChains({ runId: run.runId, elements: elements.map(elementReference) })
      return answer.ok ? answer.value : []
    })
    if (this.#run !== run || run.isFinishing || this.#standsOn(run) !== from) return
    if (next) this.#goTo(run, next)
    else this.#overlay.announce('No component in that direction.')
  }

  /** Goes to an element by key. */
  #goTo(run: Run, element: Element): void {
    run.keyboardHold = run.pointer ?? { x: 0, y: 0 }
    run.layers = null
    this.#select(run, { kind: 'element', element })
    run.scrolls.show(element)
    this.#overlay.announce(`${element.localName} ${(element.getAttribute('aria-label') ?? '').slice(0, 80)}`.trim())
    this.#requestFrame(run)
  }

  #goThroughLayers(run: Run, by: 1 | -1): void {
    const place = run.pointer ?? middleOf(run.current)
    if (!place) return
    const elements = run.layers?.elements ?? layersAtPoint(place.x, place.y, this.#overlay.host)
    const known = run.layers?.index ?? (run.current ? elements.indexOf(run.current.element) : -1)
    const index = Math.min(elements.length - 1, Math.max(0, known + by))
    const element = elements[index]
    if (!element) return
    run.layers = { elements, index }
    run.keyboardHold = place
    this.#select(run, { kind: 'element', element })
    this.#requestFrame(run)
  }

  #toggleFreeze(run: Run): void {
    const isOn = run.freeze === null
    if (isOn) {
      run.freeze = new Freeze()
      if (this.#overlay.isInPlace) this.#shield(run, this.#overlay.catchEverything(false))
    } else this.#unfreeze(run)
    void this.#port.holdTimers({ runId: run.runId, isHeld: isOn })
    this.#showMode(run)
    this.#overlay.announce(isOn ? 'The page stands still.' : 'The page moves again.')
  }

  #unfreeze(run: Run): void {
    run.freeze?.release()
    run.freeze = null
    this.#overlay.releaseEverything()
  }

  #showMode(run: Run): void {
    const modes = [run.freeze ? 'Frozen · F lets go' : '', run.isTextMode ? 'Drag over text · T ends' : '']
    this.#overlay.showMode(modes.filter(mode => mode !== '').join(' — '))
  }

  #requestFrame(run: Run): void {
    run.frameRequest ??= requestAnimationFrame(() => {
      run.frameRequest = null
      if (this.#run !== run || run.isFinishing) return
      if (!run.keyboardHold && !run.isDragging) this.#updateCurrent(run)
      this.redraw()
    })
  }

  #updateCurrent(run: Run): void {
    if (!run.pointer) return
    const { offered, pointer } = run
    if (offered?.kind === 'text' && rectsOfText(offered.range).some(box => isIn(pointer, box))) {
      this.#select(run, offered)
      return
    }
    const element = elementAtPoint(pointer.x, pointer.y, this.#overlay.host)
    if (!element) return
    this.#noteRoot(run, element)
    this.#select(run, { kind: 'element', element })
  }

  /** Roots that came later are found when the pointer comes to them. */
  #noteRoot(run: Run, element: Element): void {
    this.#shield(run, element.ownerDocument.defaultView)
    const root = element.getRootNode()
    if ((!isShadowRoot(root) && !isDocument(root)) || run.roots.includes(root)) return
    run.roots.push(root)
    run.closedFrames = closedFrames(run.roots, run.openFrames)
  }

  #select(run: Run, target: PickTarget): void {
    if (isSameTarget(run.current, target)) return
    run.current = target
    const { element } = target
    this.#overlay.raiseAbove(element)
    if (target.kind === 'element' && !this.#known.has(element)) setTimeout(() => this.#describe(run, element), REST_BEFORE_DESCRIBING)
  }

  async #describe(run: Run, element: Element): Promise<void> {
    const isStillThere = () => this.#run === run && run.current?.element === element
    if (!isStillThere()) return
    const contrast = textContrast(element, this.#overlay.host)
    this.#known.set(element, { contrast })
    this.#drawOutline()
    const answer = await this.#port.describe({ runId: run.runId, element: elementReference(element) })
    if (!answer.ok) return
    this.#known.set(element, { contrast, described: answer.value })
    if (isStillThere()) this.#drawOutline()
  }

  #drawOutline(): void {
    const run = this.#run
    const { outline } = this.#overlay
    const target = run?.current
    if (!run || !target?.element.isConnected || run.isFinishing) {
      outline.hide()
      return
    }
    if (run.isDragging && run.pressedAt && run.pointer) this.#drawDrag(run, run.pressedAt, run.pointer)
    else if (target.kind === 'text') this.#drawText(target)
    else this.#drawElement(run, target.element)
  }

  #drawElement(run: Run, element: Element): void {
    const { outline } = this.#overlay
    const shape = shapeOf(element, run.isAltHeld)
    const model = run.isAltHeld ? boxModelOf(element) : null
    const text: LabelText = labelText(element, shape, this.#known.get(element) ?? {})
    if (model) text.model = describeBoxModel(model, shape.width, shape.height)
    if (run.layers) text.detail += ` · ${run.layers.index + 1} of ${run.layers.elements.length} here`
    outline.showRectangle(null)
    outline.show(shape, text)
    outline.showModel(shape, model)
  }

  #drawText(target: Extract<PickTarget, { kind: 'text' }>): void {
    const box = boxOfTarget(target)
    if (!box) {
      this.#overlay.outline.hide()
      return
    }
    this.#overlay.outline.showRectangle(null)
    this.#overlay.outline.showLines(rectsOfText(target.range), box, labelOfText(target))
  }

  #drawDrag(run: Run, from: Point, to: Point): void {
    const { outline } = this.#overlay
    if (!run.isTextMode) {
      const box = boxBetween(from, to)
      outline.hide()
      outline.showRectangle(box)
      outline.showLabel(box, { title: 'Region', detail: sizeText(box), source: '' })
      return
    }
    const target = this.#textBetween(from, to)
    if (target?.kind === 'text') this.#drawText(target)
    else outline.hide()
  }

  #pick(run: Run, target: PickTarget, isMoreToCome: boolean): void {
    const isKnown = [...this.picks.values()].some(known => isSameTarget(known, target))
    if (isKnown) {
      this.#overlay.announce('This is picked already.')
      if (isMoreToCome) return
      this.#finish(run)
      void this.#port.ended({ runId: run.runId, reason: 'cancelled' })
      return
    }
    const number = run.nextNumber++
    this.picks.set(number, target)
    if (target === run.offered) run.offered = null
    this.redraw()
    this.#overlay.announce(`Pick ${number}.`)
    run.waiting.push({ target, number, isMoreToCome })
    if (!isMoreToCome) this.#finish(run)
    void this.#sendWaiting(run)
  }

  async #sendWaiting(run: Run): Promise<void> {
    const { nonce } = run
    const next = run.waiting[0]
    if (nonce === null || !next) return
    run.waiting.shift()
    run.nonce = null
    const { target, number, isMoreToCome } = next
    const element = elementReference(target.element)
    const answer = await this.#port.picked({ runId: run.runId, nonce, number, kind: target.kind, element, isMoreToCome })
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
    this.#overlay.showMode('')
    this.#overlay.outline.hide()
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
    if (run.freeze) void this.#port.holdTimers({ runId: run.runId, isHeld: false })
    this.#unfreeze(run)
    this.#overlay.catchPointerOver([])
    this.#overlay.showRing(false)
    this.#overlay.showMode('')
    this.#overlay.outline.hide()
    run.giveFocusBack()
    this.#tidy()
  }

  #followLayout(): void {
    if (this.#following) return
    this.#following = new AbortController()
    const { signal } = this.#following
    for (const type of ['toggle', 'fullscreenchange']) {
      window.addEventListener(type, event => this.#overlay.raiseAboveOpened(event), { capture: true, signal })
    }
    followLayout({ draw: () => this.redraw(), look: draw => this.#look(draw) }, signal)
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
      if (run) this.#lookAround(run)
      draw()
      return
    }
    this.discard()
    if (run && !run.isFinishing) void this.#port.ended({ runId: run.runId, reason: 'overlay_removed' })
  }

  #lookAround(run: Run): void {
    this.#lookForSwallowedEvents(run)
    run.freeze?.holdNew()
    if (run.looks++ % LOOKS_BETWEEN_SEARCHES === 0) run.closedFrames = closedFrames(run.roots, run.openFrames)
  }

  /** The pointer moves over the page, but no event of it arrives: a listener that the page added first stops them all. */
  #lookForSwallowedEvents(run: Run): void {
    if (run.hasPointerEvents || run.isFinishing) return
    const hovered = [...document.querySelectorAll(':hover')].at(-1) ?? null
    const hasMoved = run.hovered !== null && hovered !== null && hovered !== run.hovered
    run.hovered = hovered
    if (hasMoved) this.#shield(run, this.#overlay.catchEverything(true))
  }

  #tidy(): void {
    if (this.#run || this.picks.size > 0) return
    this.#following?.abort()
    this.#following = null
    this.#overlay.remove()
  }
}
