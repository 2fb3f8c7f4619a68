import { useEffect, useState } from 'react'
import { sendMessage } from '../messages.ts'

/** Whether drafts can be read: after an update of the extension the background puts them back first. */
export function useDraftsReady(): boolean {
  const [isReady, setIsReady] = useState(false)
  useEffect(() => {
    let isCurrent = true
    sendMessage('draftsReady', null)
      // A panel without what was written before serves better than none.
      .catch((error: unknown) => console.error(error))
      .finally(() => {
        if (isCurrent) setIsReady(true)
      })
    return () => {
      isCurrent = false
    }
  }, [])
  return isReady
}
