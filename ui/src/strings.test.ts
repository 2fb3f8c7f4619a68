import { afterEach, expect, it } from 'vitest'
import { strings, translate } from './strings.ts'

afterEach(() => translate({}))

it('says everything in another language, and in English what the translation does not have', () => {
  expect([strings.verdict.verified.word, strings.decision.undone('Ada', 2), strings.timeline.label]).toEqual([
    'Verified',
    'Undone by Ada. 2 files changed since stayed as they are.',
    'Timeline'
  ])
  translate({
    Verified: 'Bewiesen',
    'Undone by {0}. {1} changed since stayed as {2}.': '{1} blieben, {0} hat alles andere zurückgenommen.',
    '{0} files': '{0} Dateien'
  })
  expect([strings.verdict.verified.word, strings.decision.undone('Ada', 2), strings.timeline.label]).toEqual([
    'Bewiesen',
    '2 Dateien blieben, Ada hat alles andere zurückgenommen.',
    'Timeline'
  ])
})

it('puts in what is given as it is', () => {
  expect(strings.prompt.cropOf('{0} $& <b>')).toBe('Picture of {0} $& <b>')
})
