import { FixpointError } from '@fixpoint/protocol'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SavesReport } from './saves-report.ts'

const sessionId = 'ses_01k8r5t9m3c6v2x7b4na'
const ALL_MS = 600_000

/** A server that refuses the first reports, and the report to it. */
function reporting(...refusals: Error[]) {
  const told: string[][] = []
  const asked: string[][] = []
  const warned: string[] = []
  const report = new SavesReport({
    report: async (_, paths) => {
      asked.push(paths)
      const refusal = refusals.shift()
      if (refusal !== undefined) throw refusal
      told.push(paths)
    },
    warn: text => warned.push(text)
  })
  return { report, told, asked, warned }
}
const away = () => new FixpointError('server_unreachable', 'Nothing answers.')

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('tells once what is saved together', async () => {
  const { report, told } = reporting()
  report.add(sessionId, ['a.css'])
  report.add(sessionId, ['b.css', 'a.css'])
  await vi.advanceTimersByTimeAsync(ALL_MS)
  expect(told).toEqual([['a.css', 'b.css']])
  report.add(sessionId, ['a.css'])
  await vi.advanceTimersByTimeAsync(ALL_MS)
  expect(told).toHaveLength(2)
})

it('tells again what could not be told, with what was saved meanwhile', async () => {
  const { report, told, asked } = reporting(away(), away())
  report.add(sessionId, ['a.css'])
  await vi.advanceTimersByTimeAsync(500)
  expect([asked.length, told]).toEqual([1, []])
  report.add(sessionId, ['b.css'])
  await vi.advanceTimersByTimeAsync(ALL_MS)
  expect(told.flat().sort()).toEqual(['a.css', 'b.css'])
})

it('tells many in as many reports as it takes', async () => {
  const { report, told } = reporting()
  const paths = Array.from({ length: 250 }, (_, index) => `${index}.css`)
  report.add(sessionId, paths)
  await vi.advanceTimersByTimeAsync(ALL_MS)
  expect(told.map(batch => batch.length)).toEqual([100, 100, 50])
  expect(told.flat()).toEqual(paths)
})

it('gives up what is refused for good, and not what comes after it', async () => {
  const { report, told, asked, warned } = reporting(new FixpointError('session_closed', 'The session is closed.'))
  report.add(sessionId, ['a.css'])
  await vi.advanceTimersByTimeAsync(ALL_MS)
  expect([asked.length, warned.length]).toEqual([1, 1])
  report.add(sessionId, ['b.css'])
  await vi.advanceTimersByTimeAsync(ALL_MS)
  expect(told).toEqual([['b.css']])
})

it('does not ask for ever', async () => {
  const { report, asked } = reporting(...Array.from({ length: 1_000 }, away))
  report.add(sessionId, ['a.css'])
  await vi.advanceTimersByTimeAsync(10 * ALL_MS)
  expect(asked.length).toBeGreaterThan(5)
  expect(asked.length).toBeLessThan(20)
})
