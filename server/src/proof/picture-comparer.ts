import { Worker } from 'node:worker_threads'
import type { PictureComparison } from './compare-pictures.ts'

/** Compares pictures on a thread of its own: a page at twice the density takes a second, in which the server has others to serve. */
export interface PictureComparer {
  compare(before: Uint8Array, after: Uint8Array): Promise<PictureComparison>
  close(): Promise<void>
}

/** The thread and what it has allocated are given back when there has been nothing to compare for this long; a new one takes a moment. */
const IDLE_MS = 10_000

type Answer = { number: number; comparison: PictureComparison } | { number: number; error: string }

export function createPictureComparer({ idleMs = IDLE_MS } = {}): PictureComparer {
  let worker: Worker | null = null
  let idleTimer: NodeJS.Timeout | null = null
  let lastNumber = 0
  const waiting = new Map<number, PromiseWithResolvers<PictureComparison>>()

  function failAll(error: Error): void {
    for (const task of waiting.values()) task.reject(error)
    waiting.clear()
    worker = null
  }

  /** Ends the thread; what is asked for from now on gets another one. */
  async function end(): Promise<void> {
    const ending = worker
    worker = null
    await ending?.terminate()
  }

  function start(): Worker {
    const started = new Worker(new URL('./picture-worker.ts', import.meta.url))
    started.on('message', (answer: Answer) => {
      const task = waiting.get(answer.number)
      waiting.delete(answer.number)
      if ('comparison' in answer) task?.resolve(answer.comparison)
      else task?.reject(new Error(answer.error))
      if (waiting.size > 0) return
      started.unref()
      idleTimer = setTimeout(() => void end(), idleMs).unref()
    })
    started.on('error', failAll)
    started.on('exit', code => {
      // One that was ended because it was idle has nothing to do with what another one is asked.
      if (worker === started) failAll(new Error(`the thread that compares pictures ended with ${code}`))
    })
    return started
  }

  return {
    compare(before, after) {
      if (idleTimer) clearTimeout(idleTimer)
      worker ??= start()
      worker.ref()
      const task = Promise.withResolvers<PictureComparison>()
      const number = ++lastNumber
      waiting.set(number, task)
      worker.postMessage({ number, before, after })
      return task.promise
    },
    async close() {
      if (idleTimer) clearTimeout(idleTimer)
      const isBusy = waiting.size > 0
      await end()
      if (isBusy) failAll(new Error('the server is closing'))
    }
  }
}
