import { expect, it } from 'vitest'
import { actionOfKey } from './keys.ts'

const press = (key: string, held: Partial<Parameters<typeof actionOfKey>[0]> = {}) =>
  actionOfKey({ key, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...held })

it('walks by element, and with Shift by component', () => {
  expect(press('ArrowUp')).toEqual({ kind: 'step', direction: 'parent', isByComponent: false })
  expect(press('ArrowRight', { shiftKey: true })).toEqual({ kind: 'step', direction: 'next', isByComponent: true })
  expect(press('ArrowDown', { altKey: true })).toMatchObject({ kind: 'step', direction: 'child' })
})

it('picks with Enter, and goes on with Space or Shift', () => {
  expect(press('Enter')).toEqual({ kind: 'pick', isMoreToCome: false })
  expect(press('Enter', { shiftKey: true })).toEqual({ kind: 'pick', isMoreToCome: true })
  expect(press(' ')).toEqual({ kind: 'pick', isMoreToCome: true })
})

it('takes brackets however they are typed', () => {
  expect(press(']')).toEqual({ kind: 'layer', by: 1 })
  expect(press('[', { ctrlKey: true, altKey: true })).toEqual({ kind: 'layer', by: -1 })
})

it.each(['ArrowUp', 'f', 't', 'Enter', 'Escape', 'Tab'])('leaves Ctrl+%s to the browser', key => {
  expect(press(key, { ctrlKey: true })).toBeNull()
  expect(press(key, { metaKey: true })).toBeNull()
})

it('leaves other keys alone', () => {
  for (const key of ['a', 'PageDown', 'Home', 'F5', 'Alt', 'Shift']) expect(press(key)).toBeNull()
})
