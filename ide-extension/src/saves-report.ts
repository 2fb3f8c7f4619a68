import { API_LIMITS, FixpointError } from '@fixpoint/protocol'

/** Saves within this time are told together. */
const GATHER_MS = 300
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** Somewhat more than three minutes in all: a server that starts anew is back by then. */
const MOST_ATTEMPTS = 12

export interface SavesReportOptions {
  report: (sessionId: string, paths: string[]) => Promise<void>
  warn: (text: string) => void
}

/**
 * What a person saved and the session has not been told yet. What could not be told is told again, so that a break of the connection
 * does not make a person’s work the agent’s.
 */
export class SavesReport {
  readonly #options: SavesReportOptions
  readonly #waiting = new Map<string, Set<string>>()
  #timer: ReturnType<typeof setTimeout> | null = null
  #failures = 0
  #isTelling = false

  constructor(options: SavesReportOptions) {
    this.#options = options
  }

  /** @param paths relative to the repository’s root */
  add(sessionId: string, paths: Iterable<string>): void {
    const waiting = this.#waiting.get(sessionId) ?? new Set()
    for (const path of paths) {
      if (path.length <= API_LIMITS.savedPathLength) waiting.add(path)
      else this.#options.warn(`a saved file has a path of ${path.length} characters, and is not told`)
    }
    if (waiting.size === 0) return
    this.#waiting.set(sessionId, waiting)
    this.#later(GATHER_MS)
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#waiting.clear()
  }

  #later(pause: number): void {
    if (this.#isTelling) return
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      void this.#tellAll()
    }, pause)
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true
    let hasFailed = false
    for (const [sessionId, waiting] of this.#waiting) {
      while (waiting.size > 0 && !hasFailed) {
        const batch = [...waiting].slice(0, API_LIMITS.savedPaths)
        // What is saved again meanwhile is told again.
        for (const path of batch) waiting.delete(path)
        const outcome = await this.#tell(sessionId, batch)
        if (outcome === 'failed') for (const path of batch) waiting.add(path)
        hasFailed = outcome === 'failed'
      }
      if (waiting.size === 0) this.#waiting.delete(sessionId)
    }
    this.#isTelling = false
    this.#failures = hasFailed ? this.#failures + 1 : 0
    if (this.#failures >= MOST_ATTEMPTS) {
      this.#options.warn('saved files could not be told for too long, and are not told any more')
      this.#waiting.clear()
      this.#failures = 0
    }
    if (this.#waiting.size > 0) this.#later(hasFailed ? pauseAfter(this.#failures) : GATHER_MS)
  }

  /** @returns `failed` where it may succeed later; what is refused for good is not told again. */
  async #tell(sessionId: string, paths: string[]): Promise<'settled' | 'failed'> {
    try {
      await this.#options.report(sessionId, paths)
      return 'settled'
    } catch (error) {
      this.#options.warn(`the agent could not be told of saved files: ${String(error)}`)
      return error instanceof FixpointError && !error.retryable ? 'settled' : 'failed'
    }
  }
}

function pauseAfter(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)
}
