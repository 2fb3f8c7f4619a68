/** Lets callers who want the same thing at the same time share one run of it. */
export interface SharedRuns<T> {
  /**
   * Joins the run of this key, or starts one. The run is ended when every caller has given up.
   * @param onOutput hears what the run says from now on.
   * @throws what the run throws; the signal's reason when this caller gives up.
   */
  join(
    key: string,
    start: (emit: (text: string) => void, signal: AbortSignal) => Promise<T>,
    onOutput: (text: string) => void,
    signal?: AbortSignal
  ): Promise<T>
}

interface Run<T> {
  result: Promise<T>
  listeners: Set<(text: string) => void>
  abort: AbortController
}

export function sharedRuns<T>(): SharedRuns<T> {
  const runs = new Map<string, Run<T>>()

  function begin(key: string, start: (emit: (text: string) => void, signal: AbortSignal) => Promise<T>): Run<T> {
    const listeners = new Set<(text: string) => void>()
    const abort = new AbortController()
    const emit = (text: string) => {
      for (const listener of listeners) listener(text)
    }
    const run: Run<T> = { result: start(emit, abort.signal), listeners, abort }
    runs.set(key, run)
    const forget = () => {
      if (runs.get(key) === run) runs.delete(key)
    }
    abort.signal.addEventListener('abort', forget, { once: true })
    run.result.then(forget, forget)
    return run
  }

  return {
    async join(key, start, onOutput, signal) {
      signal?.throwIfAborted()
      const run = runs.get(key) ?? begin(key, start)
      // A listener of this caller's own: two callers may pass the same function.
      const listener = (text: string) => onOutput(text)
      run.listeners.add(listener)
      const done = new AbortController()
      const givenUp = new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done.signal })
      })
      try {
        return await Promise.race([run.result, givenUp])
      } finally {
        done.abort()
        run.listeners.delete(listener)
        if (run.listeners.size === 0) run.abort.abort(signal?.reason)
      }
    }
  }
}
