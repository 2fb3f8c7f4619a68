/** Keeps the first and the last part of a text that may be endless. */
export interface KeptOutput {
  add(text: string): void
  /** What was kept, with a line in between where something was left out. */
  text(): string
  omittedCharacters(): number
}

/** @param limit characters (UTF-16 units) kept: half of them from the beginning, half from the end. */
export function keepOutput(limit: number): KeptOutput {
  const half = Math.max(1, Math.floor(limit / 2))
  let head = ''
  let tail = ''
  let omitted = 0
  return {
    add(text) {
      const room = half - head.length
      head += text.slice(0, room)
      tail += text.slice(Math.max(0, room))
      // Cutting in steps of the limit keeps the cost of each call in proportion to its text.
      if (tail.length > 2 * half) {
        omitted += tail.length - half
        tail = tail.slice(-half)
      }
    },
    text() {
      const left = this.omittedCharacters()
      return left === 0 ? head + tail : `${head}\n… ${left} characters left out …\n${tail.slice(-half)}`.toWellFormed()
    },
    omittedCharacters: () => omitted + Math.max(0, tail.length - half)
  }
}
