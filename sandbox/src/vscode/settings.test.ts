import { expect, test } from 'vitest'
import { initialSettings } from './settings.ts'

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
