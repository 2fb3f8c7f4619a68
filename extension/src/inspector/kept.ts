/** What was asked for, as long as there is room for it: what was not used for the longest time goes first, and is asked for again. */
export class Kept<T> {
  readonly #entries = new Map<string, { value: Promise<T | null>; size: number }>()
  readonly #room: number
  readonly #sizeOf: (value: T) => number
  #size = 0

  /** @param room in the unit of `sizeOf` */
  constructor(room: number, sizeOf: (value: T) => number) {
    this.#room = room
    this.#sizeOf = sizeOf
  }

  /** @param load its null is not kept: what did not come this time may come the next time. */
  get(key: string, load: () => Promise<T | null>): Promise<T | null> {
    const known = this.#entries.get(key)
    if (known) {
      this.#entries.delete(key)
      this.#entries.set(key, known)
      return known.value
    }
    const entry = { value: load(), size: 0 }
    this.#entries.set(key, entry)
    entry.value = entry.value.then(value => {
      if (value === null) this.#entries.delete(key)
      else {
        entry.size = this.#sizeOf(value)
        this.#size += entry.size
        this.#makeRoom(key)
      }
      return value
    })
    return entry.value
  }

  #makeRoom(newest: string): void {
    for (const [key, { size }] of this.#entries) {
      if (this.#size <= this.#room) return
      // What is still loading has no size yet.
      if (size === 0 || key === newest) continue
      this.#entries.delete(key)
      this.#size -= size
    }
  }
}
