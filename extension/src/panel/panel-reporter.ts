import type { PanelReport } from '../panel-report.ts'
import { reconnectDelay } from '../reconnect-delay.ts'

export type PanelWork = Pick<PanelReport, 'isSending' | 'isBusy'>

export interface PanelReporter {
  /** What goes on in the panel from now on. */
  setWork(work: PanelWork): void
  /** The person has pressed a key or a button. */
  noteInput(): void
  stop(): void
}

/** The part of a port that is used. */
export interface ReportPort {
  postMessage(report: PanelReport): void
  onDisconnect: { addListener(listener: () => void): void }
  disconnect(): void
}

interface ReporterOptions {
  connect: () => ReportPort
  now: () => number
  /** Calls back after so many ms; returns how to call it off. */
  delay: (milliseconds: number, callback: () => void) => () => void
}

/** Chrome ends a worker that has heard nothing for 30 s. */
const REPORT_EACH_MS = 20_000
/** So often input is told at the most. */
const INPUT_EACH_MS = 2_000

/** Tells the background what goes on in this panel, and goes on telling it to each new worker. */
export function reportPanel({ connect, now, delay }: ReporterOptions): PanelReporter {
  let work: PanelWork = { isSending: false, isBusy: false }
  let lastInputAt = now()
  let lastReportAt = 0
  let port: ReportPort | null = null
  let callOff = () => {}

  function open() {
    const opened = connect()
    const openedAt = now()
    port = opened
    opened.onDisconnect.addListener(() => {
      if (port !== opened) return
      port = null
      callOff()
      callOff = delay(reconnectDelay(now() - openedAt), open)
    })
    report()
  }

  function report() {
    if (port === null) return
    callOff()
    lastReportAt = now()
    callOff = delay(REPORT_EACH_MS, report)
    port.postMessage({ ...work, lastInputAt })
  }

  open()
  return {
    setWork(next) {
      if (next.isSending === work.isSending && next.isBusy === work.isBusy) return
      // Whoever has just sent something or waited for a turn looks at what came of it.
      lastInputAt = now()
      work = next
      report()
    },
    noteInput() {
      lastInputAt = now()
      if (now() - lastReportAt >= INPUT_EACH_MS) report()
    },
    stop() {
      callOff()
      const last = port
      port = null
      last?.disconnect()
    }
  }
}
