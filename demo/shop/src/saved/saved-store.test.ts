import { expect, it } from 'vitest'
import { saved } from './saved-store.ts'

it('saves a product and takes it back', () => {
  saved.toggle('dune-stool')
  expect(saved.has('dune-stool')).toBe(true)
  saved.toggle('dune-stool')
  expect(saved.has('dune-stool')).toBe(false)
})
