import { describe, expect, it } from 'vitest'
import { isMeaningfulClass, isStableId } from './names.ts'

describe('isMeaningfulClass', () => {
  it.each(['card', 'product-card', 'nav__link--active', 'PriceTag', 'btn-primary', 'main_header', 'addButton'])('keeps %s', name =>
    expect(isMeaningfulClass(name)).toBe(true)
  )
  it.each([
    'css-1a2b3c',
    'sc-bdVaJa',
    'Button_root__3fK2a',
    'Button_root__aBcXy',
    '_button_1x2y3_5',
    'p-4',
    'flex',
    'items-center',
    'text-sm',
    'md:w-1/2',
    'bg-[#fff]',
    'svelte-xyzabc',
    'x',
    'jsx-123'
  ])('drops %s', name => expect(isMeaningfulClass(name)).toBe(false))
})

describe('isStableId', () => {
  it.each(['card', 'main-content', 'step2', 'searchBox'])('keeps %s', id => expect(isStableId(id)).toBe(true))
  it.each([
    ':r1:',
    '«r3»',
    '_r_2_',
    'radix-:r5:',
    'headlessui-menu-4',
    'mui-12345',
    'item-982734',
    '550e8400-e29b-41d4-a716-446655440000',
    'a b',
    '',
    'ember42'
  ])('drops %s', id => expect(isStableId(id)).toBe(false))
})
