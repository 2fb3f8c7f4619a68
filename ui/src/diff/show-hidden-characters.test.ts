import { expect, test } from 'vitest'
import { showHiddenCharacters } from './show-hidden-characters.ts'

test('characters that disguise code become visible', () => {
  expect(showHiddenCharacters('if (isAdmin\u202e\u2066)')).toBe('if (isAdmin⟦U+202E⟧⟦U+2066⟧)')
  expect(showHiddenCharacters('a\u200bb\u0000')).toBe('a⟦U+200B⟧b⟦U+0000⟧')
})

test('other text stays as it is', () => {
  const text = '\tconst größe = "日本語 עברית 👩‍🚀".length'.replace('\u200d', '')
  expect(showHiddenCharacters(text)).toBe(text)
})
