import { expect, test } from 'vitest'
import { keyName } from './key-name.ts'

const press = (
  key: string,
  held: { ctrlKey?: true; metaKey?: true; altKey?: true; shiftKey?: true; isComposing?: true; isAltGraph?: true } = {}
) => ({
  ...{ ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false },
  key,
  ...held,
  getModifierState: (name: string) => name === 'AltGraph' && held.isAltGraph === true
})

test.each([
  ['Enter', press('Enter'), true, 'Enter'],
  ['Escape outside of fields', press('Escape'), false, 'Escape'],
  ['a shortcut', press('k', { ctrlKey: true }), true, 'Control+K'],
  ['a shortcut with Shift', press('P', { metaKey: true, shiftKey: true }), false, 'Meta+Shift+P'],
  ['an arrow in a menu', press('ArrowDown'), false, 'ArrowDown']
])('%s is a step', (_what, event, isInText, name) => {
  expect(keyName(event, isInText)).toBe(name)
})

test.each([
  ['a letter in a field', press('s'), true],
  ['a digit anywhere, as of a PIN pad', press('7'), false],
  ['a capital', press('S', { shiftKey: true }), true],
  ['an arrow in a text', press('ArrowLeft'), true],
  ['AltGr, which types', press('@', { ctrlKey: true, altKey: true }), true],
  ['AltGraph by its name', press('€', { ctrlKey: true, isAltGraph: true }), true],
  ['a key of an input method', press('Enter', { isComposing: true }), true],
  ['a letter beyond ASCII with Control', press('é', { ctrlKey: true }), true],
  ['a modifier by itself', press('Control', { ctrlKey: true }), false]
])('%s is not', (_what, event, isInText) => {
  expect(keyName(event, isInText)).toBeNull()
})
