import { createContext, useContext, useEffect, useState } from 'react'
import { askBackground } from '../ask-background.ts'
import { PANEL_PORT } from '../panel-report.ts'
import { type PanelReporter, type PanelWork, reportPanel } from './panel-reporter.ts'

export const PanelReporting = createContext<PanelReporter | null>(null)

/** Reports as long as the panel is open; null for the first moment. */
export function usePanelReporter(): PanelReporter | null {
  const [reporter, setReporter] = useState<PanelReporter | null>(null)
  useEffect(() => {
    const made = reportPanel({
      connect,
      now: Date.now,
      delay(milliseconds, callback) {
        const timer = setTimeout(callback, milliseconds)
        return () => clearTimeout(timer)
      }
    })
    setReporter(made)
    const options = { capture: true, passive: true }
    document.addEventListener('keydown', made.noteInput, options)
    document.addEventListener('pointerdown', made.noteInput, options)
    return () => {
      document.removeEventListener('keydown', made.noteInput, options)
      document.removeEventListener('pointerdown', made.noteInput, options)
      setReporter(null)
      made.stop()
    }
  }, [])
  return reporter
}

/** A connection to a worker that is just ending is opened to nobody, and nobody says so; a message starts the next one in any case. */
function connect(): chrome.runtime.Port {
  const port = chrome.runtime.connect({ name: PANEL_PORT })
  askBackground('draftsReady', null).catch((error: unknown) => console.warn(error))
  return port
}

/** Tells what goes on in a part of the panel, as long as it is shown. */
export function useReportedWork({ isSending, isBusy }: PanelWork): void {
  const reporter = useContext(PanelReporting)
  useEffect(() => reporter?.setWork({ isSending, isBusy }), [reporter, isSending, isBusy])
  useEffect(() => () => reporter?.setWork({ isSending: false, isBusy: false }), [reporter])
}
