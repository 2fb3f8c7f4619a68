import type { Failure, Mark } from '@fixpoint/protocol'
import type { MadePicture } from '@fixpoint/ui'
import { useState } from 'react'
import { askBackground } from '../ask-background.ts'
import type { ActiveTab, PageDraft, PointingState } from '../draft.ts'
import { requireValue } from '../outcome.ts'
import { requestPageAccess } from '../page-access.ts'
import { placeOf } from './composer-draft.ts'
import { type Problem, problemOf } from './problem.ts'
import { usePageDraft } from './use-page-draft.ts'

export interface Pointing {
  status: PointingState['status']
  /** What was captured on a page of this place and not sent yet. */
  draft: PageDraft | null
  problem: Problem | null
  dismissProblem: () => void
  /** Call it in a click or key handler: where access to the page is missing, Chrome asks for it only then. */
  point: () => void
  leave: () => void
  removePick: (number: number) => void
  annotate: (annotated: { picture: MadePicture; marks: readonly Mark[] } | null) => void
  /** Answers whether there is one now. */
  takeScreenshot: () => Promise<boolean>
  /** For a frame that was picked as a whole: asks for access to its site, and points again. Call it in a click handler. */
  pointInside: (number: number) => void
  takeWholePage: () => void
  isTakingWholePage: boolean
}

/** Pointing in a tab, and what came of it. */
export function usePointing(tab: ActiveTab | null, place: string): Pointing {
  const page = usePageDraft(tab?.tabId ?? null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isTakingWholePage, setIsTakingWholePage] = useState(false)
  const [dismissed, setDismissed] = useState<Failure | null>(null)
  const draft = page?.draft && placeOf(page.draft.url) === place ? page.draft : null
  const failure = page?.pointing.failure

  async function start(there: ActiveTab) {
    if (there.problem?.code === 'page_access_needed') {
      const { isGranted } = requireValue(await requestPageAccess(there))
      if (!isGranted) return
    }
    requireValue(await askBackground('startPointing', { tabId: there.tabId, requestId: crypto.randomUUID() }))
  }

  function act(work: (there: ActiveTab) => Promise<unknown>) {
    if (tab === null) return
    setProblem(null)
    work(tab).catch((error: unknown) => setProblem(problemOf(error)))
  }

  return {
    status: page?.pointing.status ?? 'off',
    draft,
    problem: problem ?? (failure === undefined || failure === dismissed ? null : { failure, requestId: undefined }),
    dismissProblem() {
      setProblem(null)
      setDismissed(failure ?? null)
    },
    point: () => act(start),
    leave: () => act(async ({ tabId }) => requireValue(await askBackground('stopPointing', { tabId }))),
    removePick: number => act(async ({ tabId }) => requireValue(await askBackground('removePick', { tabId, number }))),
    annotate: drawn =>
      act(async ({ tabId }) => {
        const annotated = drawn && { ...drawn.picture, marks: [...drawn.marks] }
        requireValue(await askBackground('annotate', { tabId, annotated }))
      }),
    async takeScreenshot() {
      if (tab === null) return false
      setProblem(null)
      try {
        return requireValue(await askBackground('takeScreenshot', { tabId: tab.tabId })).screenshot !== undefined
      } catch (error) {
        setProblem(problemOf(error))
        return false
      }
    },
    pointInside: number =>
      act(async there => {
        const origin = draft?.picks.find(pick => pick.number === number)?.frameOrigin
        if (origin === undefined) return
        const { isGranted } = requireValue(await requestPageAccess({ tabId: there.tabId, url: origin }))
        if (!isGranted) return
        // The frame as a whole was not what was meant.
        requireValue(await askBackground('removePick', { tabId: there.tabId, number }))
        await start(there)
      }),
    isTakingWholePage,
    takeWholePage: () =>
      act(async ({ tabId }) => {
        setIsTakingWholePage(true)
        try {
          requireValue(await askBackground('takeWholePage', { tabId }))
        } finally {
          setIsTakingWholePage(false)
        }
      })
  }
}
