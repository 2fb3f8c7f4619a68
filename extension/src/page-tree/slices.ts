/** Longest work in ms before the page gets its turn; a frame has 16. */
const SLICE = 10
/** Between two looks at the clock, which costs more than most steps. */
const STEPS = 32

/**
 * Work on the page's own thread in slices: `if (slices.isDue()) await slices.rest()` at each step. The page handles its input and
 * draws in between, so that it does not notice how long the whole takes.
 */
export class Slices {
  readonly #budget: number
  #startedAt = performance.now()
  #worked = 0
  #steps = 0

  /** @param budget of work in ms, without what the page does in between */
  constructor(budget: number) {
    this.#budget = budget
  }

  isDue(): boolean {
    this.#steps++
    return this.#steps % STEPS === 0 && performance.now() - this.#startedAt >= SLICE
  }

  /** Like `isDue`, for steps that cost as much as many others. */
  isDueNow(): boolean {
    return performance.now() - this.#startedAt >= SLICE
  }

  async rest(): Promise<void> {
    this.#worked += performance.now() - this.#startedAt
    await scheduler.yield()
    this.#startedAt = performance.now()
  }

  /** The budget is used up: what has been found so far has to do. */
  get isOver(): boolean {
    return this.#worked >= this.#budget
  }
}
