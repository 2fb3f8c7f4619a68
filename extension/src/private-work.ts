import { z } from 'zod'
import { type StorageArea, type StoredValue, storedValue } from './panel/stored-value.ts'

const privateWorkSchema = z.object({
  /** Nothing was heard that it goes on after this, in ms since 1970. */
  until: z.number(),
  /** A prompt is on its way to the server. */
  isSending: z.boolean()
})
export type PrivateWork = z.infer<typeof privateWorkSchema>

/**
 * That somebody works in a private window, and nothing else of it. An update loads both workers anew, and only this tells the one that
 * decides what the other one knows. Written only while an update waits.
 */
export function storedPrivateWork(local: StorageArea): StoredValue<PrivateWork> {
  return storedValue(local, 'private-work', privateWorkSchema)
}
