import { useEffect, useState } from 'react'
import { askBackground } from '../ask-background.ts'
import { isBackground } from '../background/senders.ts'
import type { PageDraft, PointingState } from '../draft.ts'
import { onMessage } from '../messages.ts'

interface PageInTab {
  draft: PageDraft | null
  pointing: PointingState
}

/** What was pointed at in a tab and not sent yet, and where pointing is. */
export function usePageDraft(tabId: number | null): PageInTab | null {
  const [page, setPage] = useState<PageInTab | null>(null)

  useEffect(() => {
    setPage(null)
    if (tabId === null) return
    let isCurrent = true

    async function load(id: number) {
      const [draft, pointing] = await Promise.all([askBackground('getDraft', { tabId: id }), askBackground('getPointing', { tabId: id })])
      if (!isCurrent) return
      setPage({
        draft: draft.ok ? draft.value : null,
        pointing: pointing.ok ? pointing.value : { tabId: id, status: 'off', failure: pointing.failure }
      })
    }

    const loadAgain = () => void load(tabId).catch(error => console.error(error))
    const endings = [
      onMessage('draftChanged', ({ data, sender }) => {
        if (isBackground(sender, chrome.runtime.id) && data.tabId === tabId) loadAgain()
      }),
      onMessage('pointingChanged', ({ data, sender }) => {
        if (isBackground(sender, chrome.runtime.id) && data.tabId === tabId)
          setPage(known => (known === null ? known : { ...known, pointing: data }))
      })
    ]
    loadAgain()
    return () => {
      isCurrent = false
      for (const end of endings) end()
    }
  }, [tabId])

  return page
}
