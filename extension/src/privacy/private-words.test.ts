// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { PrivateWords } from './private-words.ts'

function wordsOf(value: string): PrivateWords {
  const field = document.createElement('input')
  field.value = value
  return new PrivateWords([field], [])
}

test.each([
  '2026-03-01',
  'jean-luc',
  'a+b (c) [d] {e}',
  'what? *yes* ^no^',
  'C:\\path\\to',
  'a|b',
  'rock/roll',
  'one.two',
  'price$',
  '–—‑'
])('what was typed is found again, whatever signs are in it: %s', typed => {
  const words = wordsOf(typed)
  const counts = {}
  expect(words.redact(`Results for ${typed} here`, counts)).toBe(
    /[\p{L}\p{N}]/u.test(typed) ? 'Results for [redacted] here' : `Results for ${typed} here`
  )
  expect(words.redact('Nothing of it', {})).toBe('Nothing of it')
})
