import { expect, test } from 'vitest'
import { panelReportSchema } from '../panel-report.ts'
import { reportPanel } from './panel-reporter.ts'

function play() {
  const ports: { reports: unknown[]; isOpen: boolean; end: () => void }[] = []
  let waits: { at: number; run: () => void }[] = []
  let time = 100_000
  const reporter = reportPanel({
    connect() {
      let tell = () => {}
      const port = { reports: [] as unknown[], isOpen: true, end: () => tell() }
      ports.push(port)
      return {
        postMessage: report => port.reports.push(panelReportSchema.parse(report)),
        onDisconnect: {
          addListener(listener) {
            tell = listener
          }
        },
        disconnect() {
          port.isOpen = false
        }
      }
    },
    now: () => time,
    delay(milliseconds, callback) {
      const wait = { at: time + milliseconds, run: callback }
      waits.push(wait)
      return () => {
        waits = waits.filter(other => other !== wait)
      }
    }
  })
  function pass(milliseconds: number) {
    time += milliseconds
    const due = waits.filter(wait => wait.at <= time)
    waits = waits.filter(wait => wait.at > time)
    for (const wait of due) wait.run()
  }
  return { reporter, ports, pass, waiting: () => waits.length }
}

const resting = { isSending: false, isBusy: false, lastInputAt: 100_000 }

test('a panel reports when it opens, and often enough to keep the worker running', () => {
  const { ports, pass } = play()
  expect(ports[0]?.reports).toEqual([resting])
  pass(20_000)
  pass(20_000)
  expect(ports[0]?.reports).toEqual([resting, resting, resting])
})

test('what is done in it is reported at once, and counts as use', () => {
  const { reporter, ports, pass } = play()
  pass(5_000)
  reporter.setWork({ isSending: false, isBusy: true })
  reporter.setWork({ isSending: false, isBusy: true })
  expect(ports[0]?.reports).toEqual([resting, { isSending: false, isBusy: true, lastInputAt: 105_000 }])
})

test('input is reported, but not each key', () => {
  const { reporter, ports, pass } = play()
  pass(1_000)
  reporter.noteInput()
  expect(ports[0]?.reports).toHaveLength(1)
  pass(1_500)
  reporter.noteInput()
  expect(ports[0]?.reports.at(-1)).toEqual({ ...resting, lastInputAt: 102_500 })
})

test('a new worker is told what the old one knew', () => {
  const { reporter, ports, pass } = play()
  reporter.setWork({ isSending: true, isBusy: true })
  ports[0]?.end()
  expect(ports).toHaveLength(1)
  pass(1_000)
  expect(ports[1]?.reports).toEqual([{ isSending: true, isBusy: true, lastInputAt: 100_000 }])
})

test('a worker that ends after it has run is followed at once; one that has only started, later', () => {
  const { ports, pass } = play()
  pass(10_000)
  ports[0]?.end()
  pass(0)
  expect(ports).toHaveLength(2)
  ports[1]?.end()
  pass(999)
  expect(ports).toHaveLength(2)
  pass(1)
  expect(ports).toHaveLength(3)
})

test('a panel that has gone reports no more', () => {
  const { reporter, ports, pass, waiting } = play()
  reporter.stop()
  ports[0]?.end()
  pass(60_000)
  expect(ports).toHaveLength(1)
  expect(ports[0]).toMatchObject({ isOpen: false, reports: [resting] })
  expect(waiting()).toBe(0)
})
