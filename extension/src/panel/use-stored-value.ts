import { useEffect, useState } from 'react'
import type { StoredValue } from './stored-value.ts'

/** A stored value as it is now; undefined until it has been read. */
export function useStoredValue<T>(stored: StoredValue<T>): T | null | undefined {
  const [value, setValue] = useState<T | null | undefined>(undefined)
  useEffect(() => {
    let isCurrent = true
    const stop = stored.subscribe(setValue)
    void stored.read().then(read => isCurrent && setValue(read))
    return () => {
      isCurrent = false
      stop()
    }
  }, [stored])
  return value
}
