import { elementReference } from '../page-tree/element-path.ts'
import type { PickTarget } from './pick-target.ts'
import type { PickerPort } from './picker-port.ts'

interface Pick {
  target: PickTarget
  number: number
  isMoreToCome: boolean
}

/** Tells the background about picks, one after the other: each needs the nonce that came with the answer to the one before. */
export class PickQueue {
  readonly #runId: string
  readonly #port: PickerPort
  readonly #waiting: Pick[] = []
  /** Null while the background has not answered. */
  #nonce: string | null

  constructor(runId: string, nonce: string, port: PickerPort) {
    this.#runId = runId
    this.#nonce = nonce
    this.#port = port
  }

  /**
   * @param refuse is called for each pick that is not taken.
   * @returns false when no more are taken.
   */
  async send(pick: Pick, refuse: (number: number) => void): Promise<boolean> {
    this.#waiting.push(pick)
    while (this.#nonce !== null) {
      const next = this.#waiting.shift()
      if (!next) return true
      const { target, number, isMoreToCome } = next
      const [runId, nonce] = [this.#runId, this.#nonce]
      this.#nonce = null
      const element = elementReference(target.element)
      const answer = await this.#port.picked({ runId, nonce, number, kind: target.kind, element, isMoreToCome })
      if (!answer.ok) refuse(number)
      this.#nonce = answer.ok ? answer.value.nextNonce : null
      if (this.#nonce !== null) continue
      for (const { number } of this.#waiting.splice(0)) refuse(number)
      return false
    }
    // Another call sends it.
    return true
  }
}
