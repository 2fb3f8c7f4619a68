import { elementReference } from '../page-tree/element-path.ts'
import { layersAtPoint } from '../page-tree/layers-at-point.ts'
import { componentStep } from './component-walk.ts'
import type { Overlay } from './overlay.ts'
import type { PickTarget } from './pick-target.ts'
import type { PickerPort } from './picker-port.ts'
import { middleOf } from './places.ts'
import type { Run } from './run.ts'
import { ScrollKeeper } from './scroll-keeper.ts'
import { type Direction, TreeWalk } from './walk.ts'

/** The picker, as far as keys choose something in it. */
export interface WalkedPicker {
  overlay: Overlay
  port: PickerPort
  isPointing(run: Run): boolean
  select(run: Run, target: PickTarget): void
  requestFrame(run: Run): void
}

/** Choosing by keys, and by the wheel, instead of by the pointer's place. */
export class KeyWalk {
  readonly #picker: WalkedPicker
  readonly #tree: TreeWalk

  constructor(picker: WalkedPicker) {
    this.#picker = picker
    this.#tree = new TreeWalk(picker.overlay.host)
  }

  step(run: Run, direction: Direction, isByComponent: boolean): void {
    if (isByComponent) void this.#stepByComponent(run, direction)
    else this.#goTo(run, run.current ? this.#tree.step(standsOn(run), direction) : document.body)
  }

  /** To the next thing that one is likely to mean. */
  stop(run: Run, by: 1 | -1): void {
    const stop = this.#tree.stop(run.current?.element ?? null, by)
    if (stop) this.#goTo(run, stop)
  }

  /** Through what lies one above the other at the pointer's place. */
  layer(run: Run, by: 1 | -1): void {
    const { overlay, select, requestFrame } = this.#picker
    const place = run.pointer ?? middleOf(run.current)
    if (!place) return
    const elements = run.layers?.elements ?? layersAtPoint(place.x, place.y, overlay.host)
    const known = run.layers?.index ?? (run.current ? elements.indexOf(run.current.element) : -1)
    const index = Math.min(elements.length - 1, Math.max(0, known + by))
    const element = elements[index]
    if (!element) return
    run.layers = { elements, index }
    run.keyboardHold = place
    select(run, { kind: 'element', element })
    requestFrame(run)
  }

  async #stepByComponent(run: Run, direction: Direction): Promise<void> {
    const { overlay, port, isPointing } = this.#picker
    const from = standsOn(run)
    const next = await componentStep(from, direction, overlay.host, async elements => {
      const answer = await port.componentChains({ runId: run.runId, elements: elements.map(elementReference) })
      return answer.ok ? answer.value : []
    })
    if (!isPointing(run) || standsOn(run) !== from) return
    if (next) this.#goTo(run, next)
    else overlay.announce('No component in that direction.')
  }

  #goTo(run: Run, element: Element): void {
    const { overlay, select, requestFrame } = this.#picker
    run.keyboardHold = run.pointer ?? { x: 0, y: 0 }
    run.layers = null
    select(run, { kind: 'element', element })
    run.scrolls ??= new ScrollKeeper()
    run.scrolls.show(element)
    overlay.announce(`${element.localName} ${(element.getAttribute('aria-label') ?? '').slice(0, 80)}`.trim())
    requestFrame(run)
  }
}

function standsOn(run: Run): Element {
  return run.current?.element.isConnected ? run.current.element : document.body
}
