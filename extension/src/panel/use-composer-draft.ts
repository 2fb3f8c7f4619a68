import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { type ComposerDraft, emptyDraft, storedDraftOf } from './composer-draft.ts'
import { SEND_EVERYTHING } from './settings.ts'
import { defaultChoiceSetting } from './storage.ts'

type Change = Partial<ComposerDraft>
export type UpdateDraft = (change: Change | ((known: ComposerDraft) => Change)) => void

/**
 * What is in the composer for a place. Each change is stored at once; the panel may be closed at any moment. A change that comes before
 * the stored draft has been read waits for it, and is made to it then.
 * @returns null until it has been read
 */
export function useComposerDraft(place: string): [ComposerDraft | null, UpdateDraft] {
  const stored = useMemo(() => storedDraftOf(chrome.storage.session, place), [place])
  const [draft, setDraft] = useState<ComposerDraft | null>(null)
  const latest = useRef<ComposerDraft | null>(null)
  const early = useRef<Parameters<UpdateDraft>[0][]>([])

  useEffect(() => {
    let isCurrent = true
    setDraft(null)
    latest.current = null
    const waiting: Parameters<UpdateDraft>[0][] = []
    early.current = waiting
    void Promise.all([stored.read(), defaultChoiceSetting.read()]).then(([read, choice]) => {
      const known = read ?? emptyDraft(choice ?? SEND_EVERYTHING)
      const changed = waiting.reduce<ComposerDraft>(withChange, known)
      if (waiting.length > 0) void stored.write(changed)
      if (!isCurrent) return
      latest.current = changed
      setDraft(changed)
    })
    return () => {
      isCurrent = false
    }
  }, [stored])

  const update: UpdateDraft = useCallback(
    change => {
      if (latest.current === null) {
        early.current.push(change)
        return
      }
      latest.current = withChange(latest.current, change)
      setDraft(latest.current)
      void stored.write(latest.current)
    },
    [stored]
  )
  return [draft, update]
}

function withChange(known: ComposerDraft, change: Parameters<UpdateDraft>[0]): ComposerDraft {
  return { ...known, ...(typeof change === 'function' ? change(known) : change) }
}
