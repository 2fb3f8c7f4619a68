import { parentPort } from 'node:worker_threads'
import { z } from 'zod'
import { comparePictures } from './compare-pictures.ts'

const taskSchema = z.object({ number: z.number(), before: z.instanceof(Uint8Array), after: z.instanceof(Uint8Array) })

parentPort?.on('message', (message: unknown) => {
  const { number, before, after } = taskSchema.parse(message)
  try {
    parentPort?.postMessage({ number, comparison: comparePictures(before, after) })
  } catch (error) {
    parentPort?.postMessage({ number, error: error instanceof Error ? error.message : String(error) })
  }
})
