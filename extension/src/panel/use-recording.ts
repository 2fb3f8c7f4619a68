import { describeStep } from '@fixpoint/protocol'
import type { RecordingView } from '@fixpoint/ui'
import { useEffect, useMemo, useState } from 'react'
import { askBackground } from '../ask-background.ts'
import { isBackground } from '../background/senders.ts'
import type { ActiveTab } from '../draft.ts'
import { onMessage } from '../messages.ts'
import { requireValue } from '../outcome.ts'
import { requestPageAccess } from '../page-access.ts'
import type { Recording } from '../recording.ts'
import { type Problem, problemOf } from './problem.ts'

export interface RecordingInTab {
  /** Null while nothing is recorded, and until it is known. */
  recording: Recording | null
  view: RecordingView | null
  problem: Problem | null
  dismissProblem: () => void
  /** Call it in a click handler: where access to the page is missing, Chrome asks for it only then. */
  start: () => void
  stop: () => void
  discard: () => void
  removeStep: (index: number) => void
}

/** The recording of steps in a tab. */
export function useRecording(tab: ActiveTab | null): RecordingInTab {
  const tabId = tab?.tabId ?? null
  const [recording, setRecording] = useState<Recording | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)

  useEffect(() => {
    setRecording(null)
    setProblem(null)
    if (tabId === null) return
    let isCurrent = true
    const load = () =>
      void askBackground('getRecording', { tabId })
        .then(outcome => {
          if (isCurrent && outcome.ok) setRecording(outcome.value)
        })
        .catch((error: unknown) => console.error(error))
    const end = onMessage('recordingChanged', ({ data, sender }) => {
      if (isBackground(sender, chrome.runtime.id) && data.tabId === tabId) load()
    })
    load()
    return () => {
      isCurrent = false
      end()
    }
  }, [tabId])

  function act(work: (there: ActiveTab) => Promise<unknown>) {
    if (tab === null) return
    setProblem(null)
    work(tab).catch((error: unknown) => setProblem(problemOf(error)))
  }

  return {
    recording,
    view: useMemo(() => recording && viewOf(recording), [recording]),
    problem,
    dismissProblem: () => setProblem(null),
    start: () =>
      act(async there => {
        if (there.problem?.code === 'page_access_needed') {
          const { isGranted } = requireValue(await requestPageAccess(there))
          if (!isGranted) return
        }
        requireValue(await askBackground('startRecording', { tabId: there.tabId }))
      }),
    stop: () => act(async there => requireValue(await askBackground('stopRecording', { tabId: there.tabId }))),
    discard: () => act(async there => requireValue(await askBackground('discardRecording', { tabId: there.tabId }))),
    removeStep: index =>
      act(async there => {
        if (recording === null) return
        requireValue(await askBackground('removeStep', { tabId: there.tabId, index, revision: recording.revision }))
      })
  }
}

function viewOf({ status, failure, steps, omitted, startedAt }: Recording): RecordingView {
  return { status, failure, steps: steps.map((step, index) => describeStep(step, index === 0)), omitted, startedAt }
}
