import { describe, expect, it } from 'vitest'
import { isTranslationFile, keyInLine, keysInJson, namesKey } from './translation-keys.ts'

describe('files of translations', () => {
  it.each(['src/locales/en.json', 'locale/de/shop.po', 'lang/fr.php.json', 'app/messages/de-AT.yml', 'i18n/en.ts', 'src/shop.messages.ts'])(
    '%s is one',
    path => expect(isTranslationFile(path)).toBe(true)
  )
  it.each(['src/App.tsx', 'package.json', 'src/language.tsx', 'src/messages/List.tsx', 'docs/en/guide.md', 'src/ui.ts', 'src/index.ts'])(
    '%s is none',
    path => expect(isTranslationFile(path)).toBe(false)
  )
})

describe('the key of a text', () => {
  it.each([
    ['    "welcome": "Welcome back",', 'Welcome back', 'welcome'],
    ["  'home.welcome': 'Hi, welcome back'", 'welcome back', 'home.welcome'],
    ['  welcome: `Welcome back`', 'Welcome back', 'welcome'],
    ['home.welcome=Welcome back', 'Welcome back', 'home.welcome'],
    ['  welcome: Welcome back', 'Welcome back', 'welcome'],
    ['Welcome back', 'Welcome back', null]
  ])('of %s is read on its line', (line, phrase, key) => expect(keyInLine(line, phrase)).toBe(key))

  it('is whole where the file is JSON', () => {
    expect(keysInJson('{"a":{"b":"Welcome back","c":["x","Welcome back, you"]}}', 'Welcome back')).toEqual(['a.b', 'a.c.1'])
    expect(keysInJson('{"a": // comment\n1}', 'a')).toEqual([])
    expect(keysInJson(`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'a')).toEqual([])
  })
})

it.each([
  ["t('home.welcome')", true],
  ['<Trans i18nKey="welcome" />', true],
  ['t("shop:welcome")', true],
  ["t('cart.welcome')", false],
  ["t('welcome.title')", false],
  ['const welcome = 1', false]
])('%s names the key home.welcome: %s', (line, isNamed) => expect(namesKey(line, 'home.welcome')).toBe(isNamed))
