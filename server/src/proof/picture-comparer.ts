import { Worker } from 'node:worker_threads'
import type { PictureComparison } from './compare-pictures.ts'

/** Compares pictures on a thread of its own: a page at twice the density takes a second, in which the server has others to serve. */
export interface PictureComparer {
  compare(before: Uint8Array, after: Uint8Array): Promise<PictureComparison>
  close(): Promise<void>
}

type Answer = { number: number; comparison: PictureComparison } | { number: number; error: string }

export function createPictureComparer(): PictureComparer {
  let worker: Worker | null = null
  let lastNumber = 0
  const waiting = new Map<number, PromiseWithResolvers<PictureComparison>>()

  function failAll(error: Error): void {
    for (const task of waiting.values()) task.reject(error)
    waiting.clear()
    worker = null
  }

  function start(): Worker {
    const started = new Worker(new URL('./picture-worker.ts', import.meta.url))
    started.on('message', (answer: Answer) => {
      const task = waiting.get(answer.number)
      waiting.delete(answer.number)
      if ('comparison' in answer) task?.resolve(answer.comparison)
      else task?.reject(new Error(answer.error))
      if (waiting.size === 0) started.unref()
    })
    started.on('error', failAll)
    started.on('exit', code => failAll(new Error(`the thread that compares pictures ended with ${code}`)))
    return started
  }

  return {
    compare(before, after) {
      worker ??= start()
      worker.ref()
      const task = Promise.withResolvers<PictureComparison>()
      const number = ++lastNumber
      waiting.set(number, task)
      worker.postMessage({ number, before, after })
      return task.promise
    },
    async close() {
      await worker?.terminate()
    }
  }
}
