/** Work that must not overlap, or not too much: it begins in the order in which it was asked for. */
export class Turns {
  readonly #lanes: number
  readonly #waiting: (() => void)[] = []
  #active = 0

  /** @param lanes how many pieces of work may be under way at one time */
  constructor(lanes = 1) {
    this.#lanes = lanes
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#active < this.#lanes) this.#active += 1
    // Whoever ends hands the lane over, so that nobody comes in between.
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#active -= 1
      else next()
    }
  }

  get isIdle(): boolean {
    return this.#active === 0
  }
}
