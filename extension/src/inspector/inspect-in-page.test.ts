// @vitest-environment happy-dom
import { afterEach, expect, it } from 'vitest'
import { inspectInPage } from './inspect-in-page.ts'

afterEach(() => Reflect.deleteProperty(window, '__svelte'))

it.each([
  ['4', { v: new Set(['4']) }, 'Svelte 4'],
  ['5', { v: new Set(['5']) }, 'Svelte 5'],
  ['no version', { v: 'evil' }, 'Svelte']
])('says which Svelte it is: %s', (_, given, expected) => {
  Object.assign(window, { __svelte: given })
  expect(inspectInPage([], 1_000).frameworks).toEqual([expected])
})
