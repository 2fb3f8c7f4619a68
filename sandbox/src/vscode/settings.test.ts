import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { initialSettings, writeSettings } from './settings.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixpoint-settings-'))
})
afterAll(() => rm(folder, { recursive: true }))

test.each([
  ['system', { 'window.autoDetectColorScheme': true }],
  ['dark', { 'window.autoDetectColorScheme': false, 'workbench.colorTheme': 'Dark 2026' }],
  ['light', { 'window.autoDetectColorScheme': false, 'workbench.colorTheme': 'Light 2026' }]
] as const)('looks %s, tells nobody anything and offers no chat', (theme, look) => {
  expect(initialSettings(theme)).toMatchObject({
    ...look,
    'telemetry.telemetryLevel': 'off',
    'chat.disableAIFeatures': true,
    'workbench.startupEditor': 'none'
  })
})

test('follow what the person chooses, as long as they have changed nothing themselves', async () => {
  const user = join(folder, 'User')
  const file = join(user, 'settings.json')
  const settings = async () => JSON.parse(await readFile(file, 'utf8'))
  await writeSettings(user, undefined)
  expect(await settings()).toEqual(initialSettings('system'))
  await writeSettings(user, 'dark')
  await writeSettings(user, undefined)
  expect(await settings()).toEqual(initialSettings('dark'))
  await writeSettings(user, 'light')
  expect(await settings()).toEqual(initialSettings('light'))

  const own = { ...(await settings()), 'editor.fontSize': 20 }
  await writeFile(file, JSON.stringify(own))
  await writeSettings(user, 'dark')
  expect(await settings()).toEqual(own)
})
