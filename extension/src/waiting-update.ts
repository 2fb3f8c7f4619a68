import { z } from 'zod'
import { type StorageArea, type StoredValue, storedValue } from './panel/stored-value.ts'

const waitingUpdateSchema = z.object({
  version: z.string(),
  /** When Chrome first had an update for the version that runs, in ms since 1970; a later update does not begin the wait anew. */
  since: z.number(),
  /** The person has chosen “Update now”. */
  isWanted: z.boolean()
})
export type WaitingUpdate = z.infer<typeof waitingUpdateSchema>

/** The update that Chrome has fetched and that waits until nobody works; read by worker and panels. */
export function storedWaitingUpdate(local: StorageArea): StoredValue<WaitingUpdate> {
  return storedValue(local, 'waiting-update', waitingUpdateSchema)
}

/** Whether one version is higher than another, by Chrome's rule: one to four numbers, compared from the left, missing ones 0. */
export function isHigherVersion(version: string, other: string): boolean {
  const numbersOf = (text: string) => text.split('.').map(Number)
  const [numbers, others] = [numbersOf(version), numbersOf(other)]
  for (let index = 0; index < 4; index++) {
    const difference = (numbers[index] ?? 0) - (others[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return false
}
