/** How long text may wait until it is in the log; what a kill of the server can take back from the screen. */
const FLUSH_MS = 300

/**
 * Puts a step's text into the log in pieces while it arrives, so that little of what was shown can be lost, and never so often that
 * the log holds the text up.
 */
export interface TextRecorder {
  add(text: string): void
  /** Resolves when everything is in the log. @throws what `append` threw. */
  finish(): Promise<void>
}

export function createTextRecorder(append: (text: string) => Promise<void>): TextRecorder {
  let waiting = ''
  let timer: NodeJS.Timeout | null = null
  let writing: Promise<void> = Promise.resolve()

  function flush(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (waiting === '') return
    const text = waiting
    waiting = ''
    writing = writing.then(() => append(text))
    // Reported by finish; until then it must not count as unhandled.
    writing.catch(() => undefined)
  }

  return {
    add(text) {
      waiting += text
      timer ??= setTimeout(flush, FLUSH_MS)
    },
    finish() {
      flush()
      return writing
    }
  }
}
