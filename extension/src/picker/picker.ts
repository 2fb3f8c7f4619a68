import { elementAtPoint } from '../page-tree/at-point.ts'
import { elementReference } from '../page-tree/element-path.ts'
import { findLikelyRoots } from '../page-tree/likely-roots.ts'
import { isDocument, isShadowRoot } from '../page-tree/page-tree.ts'
import { drawElement, drawRegion, drawText } from './draw-target.ts'
import { shieldWindow } from './event-shield.ts'
import { followLayout } from './follow-layout.ts'
import type { KeyWalk } from './key-walk.ts'
import { actionOfKey, type KeyAction } from './keys.ts'
import type { KnownOfElement } from './label-text.ts'
import { areEventsSwallowed } from './look-around.ts'
import type { Overlay } from './overlay.ts'
import { boxBetween, boxOfTarget, isSameTarget, type PickTarget, type Point } from './pick-target.ts'
import type { PickerPort } from './picker-port.ts'
import type { PickerTools } from './picker-tools.ts'
import { canScroll, closedFrames, hasSelection, isIn, pointOf, withPoint } from './places.ts'
import { newRun, type Run } from './run.ts'

/** Time in ms that the pointer must rest on an element before its component and contrast are looked up. */
const REST_BEFORE_DESCRIBING = 60
/** Longest time in ms between the event that ended pointing and the last one that belongs to the same gesture. */
const REST_OF_GESTURE = 400
/** Frames are looked for at every so many looks. */
const LOOKS_BETWEEN_SEARCHES = 4

/** Pointing at elements with mouse and keyboard. The page neither sees the events nor can make them. */
export class Picker {
  readonly picks = new Map<number, PickTarget>()
  readonly #overlay: Overlay
  #walk: KeyWalk | null = null
  readonly #port: PickerPort
  readonly #known = new WeakMap<Element, KnownOfElement>()
  #following: AbortController | null = null
  #run: Run | null = null

  constructor(overlay: Overlay, port: PickerPort) {
    this.#overlay = overlay
    this.#port = port
  }

  get isPointing(): boolean {
    return this.#run !== null && !this.#run.isFinishing
  }

  /** @param start `openFrames` of other sites have pickers of their own; their places are as `frameAt` reads them. */
  begin(start: { runId: string; nonce: string; nextNumber: number; isFrozen: boolean; openFrames: readonly number[][] }): void {
    const { runId, nonce, nextNumber, isFrozen, openFrames } = start
    this.#endRun()
    const run = newRun({ runId, nonce, nextNumber, openFrames }, this.#port)
    this.#run = run
    const search = findLikelyRoots(root => this.#enterRoot(run, root), run.life.signal)
    this.#noteFrames(run)
    void search.then(() => this.#noteFrames(run))
    if (isFrozen) run.tools.use(tools => this.#toggleFreeze(run, tools))
    if (!this.#overlay.isInPlace) this.#overlay.attach()
    if (isFrozen) this.#shield(run, this.#overlay.catchEverything(false))
    this.#overlay.catchPointerOver(run.closedFrames)
    this.#overlay.showRing(window === window.top)
    this.#followLayout()
    this.#overlay.announce('Pointing. Click an element, or walk with the arrow keys and Tab; Enter picks, Escape ends.')
    if (run.roots.some(hasSelection)) run.tools.use(tools => this.#offer(run, tools.selectedText(run.roots)))
    this.#requestFrame(run)
  }

  /** As long as nothing else is chosen, what was selected before can be picked. */
  #offer(run: Run, target: PickTarget | null): void {
    run.offered = target
    if (target && !run.current) this.#select(run, target)
    this.#requestFrame(run)
  }

  /** The freeze key, when it was pressed somewhere else. */
  toggleFreeze(): void {
    const run = this.#run
    if (run && !run.isFinishing) run.tools.use(tools => this.#toggleFreeze(run, tools))
  }

  /**
   * The pointer came into another document of the tab.
   * @param at when, in ms since 1970. Where it has been back here since, that is old news: it would end a click that is being made.
   */
  leavePointer(at: number): void {
    const run = this.#run
    if (!run || run.isFinishing || run.pointerSeenAt > at) return
    run.isPointerHere = false
    run.pointer = null
    run.current = null
    run.layers = null
    run.gesture.end()
    this.#overlay.outline.showRectangle(null)
    this.#drawOutline()
  }

  /** A number was given in another document of the tab. */
  takeNumber(number: number): void {
    if (this.#run) this.#run.nextNumber = Math.max(this.#run.nextNumber, number + 1)
  }

  /** Another document of the tab has the first number. */
  renumber({ from, to }: { from: number; to: number }): void {
    const target = this.picks.get(from)
    if (target === undefined) return
    this.takeNumber(to)
    this.picks.delete(from)
    this.#overlay.removeMarker(from)
    this.picks.set(to, target)
    this.redraw()
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
    run.pointerSeenAt = Date.now()
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
    const wasDragged = run.gesture.draggedFrom !== null
    const end = run.gesture.read(event, point)
    const isDragged = run.gesture.draggedFrom !== null
    if (wasDragged && !isDragged) this.#overlay.outline.showRectangle(null)
    // They are needed when it ends.
    if (!wasDragged && isDragged) run.tools.use(() => this.#requestFrame(run))
    if (end?.kind === 'drag') this.#pickDragged(run, end.from, point, event.shiftKey)
    if (end?.kind !== 'click') return
    if (!isHeld) this.#updateCurrent(run)
    if (run.current) this.#pick(run, withPoint(run.current, isHeld ? null : point), event.shiftKey)
  }

  #pickDragged(run: Run, from: Point, to: Point, isMoreToCome: boolean): void {
    const { isTextMode } = run
    run.tools.use(tools => {
      const target = isTextMode ? this.#textBetween(tools, from, to) : tools.regionTarget(boxBetween(from, to), this.#overlay.host)
      if (target) this.#pick(run, target, isMoreToCome)
    })
  }

  #textBetween(tools: PickerTools, from: Point, to: Point): PickTarget | null {
    return this.#overlay.seeThrough(() => tools.textBetween(from, to, this.#overlay.host))
  }

  /** Keys go where the pointer is. */
  #enter(run: Run): void {
    run.isPointerHere = true
    void this.#port.pointerEntered({ runId: run.runId, at: run.pointerSeenAt })
    if (!document.hasFocus()) window.focus()
  }

  /** With Alt, and where nothing could scroll, the wheel goes through what lies under the pointer. */
  #onWheel(run: Run, event: WheelEvent): boolean {
    if (run.isFinishing || event.ctrlKey || event.metaKey || event.deltaY === 0) return false
    if (!event.altKey && canScroll(run.current?.element ?? null)) return false
    run.pointer = pointOf(event)
    const by = event.deltaY > 0 ? 1 : -1
    run.tools.use(tools => this.#walkWith(tools).layer(run, by))
    return true
  }

  #onKey(run: Run, event: KeyboardEvent): boolean {
    if (event.key === 'Alt' || event.altKey !== run.isAltHeld) {
      run.isAltHeld = event.altKey
      run.tools.use(() => this.#requestFrame(run))
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
        if (run.gesture.draggedFrom) {
          run.gesture.drop()
          this.#overlay.outline.showRectangle(null)
          this.#requestFrame(run)
          break
        }
        this.#finish(run)
        run.scrolls?.takeBack()
        void this.#port.ended({ runId: run.runId, reason: 'cancelled' })
        break
      case 'pick':
        run.tools.inOrder(() => run.current && this.#pick(run, run.current, action.isMoreToCome))
        break
      case 'step':
        run.tools.use(tools => this.#walkWith(tools).step(run, action.direction, action.isByComponent))
        break
      case 'stop':
        run.tools.use(tools => this.#walkWith(tools).stop(run, action.by))
        break
      case 'layer':
        run.tools.use(tools => this.#walkWith(tools).layer(run, action.by))
        break
      case 'freeze':
        run.tools.use(tools => this.#toggleFreeze(run, tools))
        break
      case 'text':
        run.tools.inOrder(() => {
          run.isTextMode = !run.isTextMode
          this.#showMode(run)
        })
        break
    }
  }

  #walkWith(tools: PickerTools): KeyWalk {
    this.#walk ??= tools.keyWalk({
      overlay: this.#overlay,
      port: this.#port,
      isPointing: run => this.#run === run && !run.isFinishing,
      select: (run, target) => this.#select(run, target),
      requestFrame: run => this.#requestFrame(run)
    })
    return this.#walk
  }

  #toggleFreeze(run: Run, tools: PickerTools): void {
    const isOn = run.freeze === null
    if (isOn) {
      run.freeze = tools.freeze(run.roots)
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
      if (!run.keyboardHold && !run.gesture.draggedFrom) this.#updateCurrent(run)
      this.redraw()
    })
  }

  #updateCurrent(run: Run): void {
    if (!run.pointer) return
    const { offered, pointer } = run
    const lines = (offered?.kind === 'text' && this.#port.tools?.rectsOfText(offered.range)) || []
    if (offered && lines.some(box => isIn(pointer, box))) {
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
    this.#enterRoot(run, root)
    this.#noteFrames(run)
  }

  #enterRoot(run: Run, root: Document | ShadowRoot): void {
    if (!run.roots.includes(root)) run.roots.push(root)
    if (isDocument(root)) this.#shield(run, root.defaultView)
  }

  #noteFrames(run: Run): void {
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
    const tools = this.#port.tools ?? (await this.#port.loadTools({ runId: run.runId }))
    const contrast = tools?.shownContrast(element, this.#overlay.host) ?? null
    const answer = await this.#port.describe({ runId: run.runId, element: elementReference(element) })
    // In one go: each change of the label makes the browser paint a frame.
    this.#known.set(element, answer.ok ? { contrast, described: answer.value } : { contrast })
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
    const { tools } = this.#port
    const from = run.gesture.draggedFrom
    if (from && run.pointer && run.isTextMode) drawText(outline, tools, tools && this.#textBetween(tools, from, run.pointer))
    else if (from && run.pointer) drawRegion(outline, from, run.pointer)
    else if (target.kind === 'text') drawText(outline, tools, target)
    else {
      const { element } = target
      drawElement(outline, tools, { element, known: this.#known.get(element) ?? {}, layers: run.layers, isWithModel: run.isAltHeld })
    }
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
    if (!isMoreToCome) this.#finish(run)
    void this.#send(run, target, number, isMoreToCome)
  }

  async #send(run: Run, target: PickTarget, number: number, isMoreToCome: boolean): Promise<void> {
    const isMoreTaken = await run.queue.send({ target, number, isMoreToCome }, refused => this.removeMarker(refused))
    if (!isMoreTaken && this.#run === run && !run.isFinishing) this.#endRun()
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
    if (areEventsSwallowed(run)) this.#shield(run, this.#overlay.catchEverything(true))
    run.freeze?.holdNew()
    if (run.looks++ % LOOKS_BETWEEN_SEARCHES === 0) this.#noteFrames(run)
  }

  #tidy(): void {
    if (this.#run || this.picks.size > 0) return
    this.#following?.abort()
    this.#following = null
    this.#overlay.remove()
  }
}
