import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { type ComposerDraft, emptyDraft, storedDraftOf } from './composer-draft.ts'
import { SEND_EVERYTHING } from './settings.ts'
import { defaultChoiceSetting } from './storage.ts'

type Change = Partial<ComposerDraft>
export type UpdateDraft = (change: Change | ((known: ComposerDraft) => Change)) => void

/**
 * What is in the composer for a place. Each change is stored at once; the panel may be closed at any moment.
 * @returns null until it has been read
 */
export function useComposerDraft(place: string): [ComposerDraft | null, UpdateDraft] {
  const stored = useMemo(() => storedDraftOf(chrome.storage.session, place), [place])
  const [draft, setDraft] = useState<ComposerDraft | null>(null)
  const latest = useRef<ComposerDraft | null>(null)

  useEffect(() => {
    let isCurrent = true
    setDraft(null)
    latest.current = null
    void Promise.all([stored.read(), defaultChoiceSetting.read()]).then(([read, choice]) => {
      if (!isCurrent) return
      latest.current = read ?? emptyDraft(choice ?? SEND_EVERYTHING)
      setDraft(latest.current)
    })
    return () => {
      isCurrent = false
    }
  }, [stored])

  const update: UpdateDraft = useCallback(
    change => {
      if (latest.current === null) return
      latest.current = { ...latest.current, ...(typeof change === 'function' ? change(latest.current) : change) }
      setDraft(latest.current)
      void stored.write(latest.current)
    },
    [stored]
  )
  return [draft, update]
}
