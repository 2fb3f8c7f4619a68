import { expect, test } from 'vitest'
import { isHigherVersion } from '../waiting-update.ts'
import { isTimeToUpdate } from './update-decision.ts'

const NOW = 1_000_000_000_000
const DAY = 24 * 60 * 60 * 1_000
const waiting = { version: '2.0.0', since: NOW - 1_000, isWanted: false }
const left = { isSending: false, isBusy: false, lastInputAt: NOW - 60_000 }
const situation = { waiting, now: NOW, openPanels: 0, reports: [], isPointing: false, privateWork: null }

test('without a panel an update comes at once', () => {
  expect(isTimeToUpdate(situation)).toBe(true)
})

test('a panel that nobody has touched for a minute is no reason to wait', () => {
  expect(isTimeToUpdate({ ...situation, openPanels: 1, reports: [left] })).toBe(true)
  expect(isTimeToUpdate({ ...situation, openPanels: 1, reports: [{ ...left, lastInputAt: NOW - 59_999 }] })).toBe(false)
})

test('whoever works is not disturbed, for a day', () => {
  const working = { ...situation, openPanels: 2, reports: [left, { ...left, isBusy: true }] }
  expect(isTimeToUpdate(working)).toBe(false)
  expect(isTimeToUpdate({ ...working, waiting: { ...waiting, since: NOW - DAY + 1 } })).toBe(false)
  expect(isTimeToUpdate({ ...working, waiting: { ...waiting, since: NOW - DAY } })).toBe(true)
})

test('neither is somebody who works in a private window, so long as it is told', () => {
  const elsewhere = { ...situation, privateWork: { until: NOW + 1, isSending: false } }
  expect(isTimeToUpdate(elsewhere)).toBe(false)
  expect(isTimeToUpdate({ ...elsewhere, now: NOW + 1 })).toBe(true)
  expect(isTimeToUpdate({ ...elsewhere, waiting: { ...waiting, isWanted: true } })).toBe(true)
  expect(isTimeToUpdate({ ...elsewhere, waiting: { ...waiting, since: NOW - DAY } })).toBe(true)
  const sending = { ...situation, privateWork: { until: NOW + 1, isSending: true }, waiting: { ...waiting, isWanted: true } }
  expect(isTimeToUpdate(sending)).toBe(false)
})

test('neither is somebody who points, with the panel closed', () => {
  expect(isTimeToUpdate({ ...situation, isPointing: true })).toBe(false)
  expect(isTimeToUpdate({ ...situation, isPointing: true, waiting: { ...waiting, since: NOW - DAY } })).toBe(true)
})

test('the person may choose to have it now', () => {
  const wanted = { ...waiting, isWanted: true }
  expect(isTimeToUpdate({ ...situation, waiting: wanted, openPanels: 1, reports: [{ ...left, isBusy: true }] })).toBe(true)
})

test.each([
  ['a day has passed', { ...waiting, since: NOW - DAY }],
  ['the person wants it', { ...waiting, isWanted: true }]
])('nothing that is being sent is cut off, also when %s', (_why, update) => {
  const sending = { ...left, isSending: true }
  expect(isTimeToUpdate({ ...situation, waiting: update, openPanels: 1, reports: [sending] })).toBe(false)
  // A panel that has not reported yet may be sending.
  expect(isTimeToUpdate({ ...situation, waiting: update, openPanels: 1, reports: [] })).toBe(false)
})

test('a panel that hangs holds no update back for ever', () => {
  const sending = { ...left, isSending: true }
  for (const reports of [[sending], []]) {
    const hanging = { ...situation, openPanels: 1, reports }
    expect(isTimeToUpdate({ ...hanging, waiting: { ...waiting, since: NOW - DAY - 600_000 + 1 } })).toBe(false)
    expect(isTimeToUpdate({ ...hanging, waiting: { ...waiting, since: NOW - DAY - 600_000 } })).toBe(true)
  }
})

test('versions are compared number by number', () => {
  expect(isHigherVersion('0.10.0', '0.9.9')).toBe(true)
  expect(isHigherVersion('1.0.0.1', '1.0.0')).toBe(true)
  expect(isHigherVersion('1.0', '1.0.0')).toBe(false)
  expect(isHigherVersion('1.2.3', '1.3')).toBe(false)
})
