import { expect, it } from 'vitest'
import { pageHtml } from './page-html.ts'
import { type PageWords, pageWordsSchema } from './page-words.ts'

const words = (text: string): PageWords =>
  pageWordsSchema.parse(Object.fromEntries(Object.keys(pageWordsSchema.shape).map(name => [name, text])))

it('hands the page its words, whatever is in a translation', () => {
  const text = 'Warten & „"><img src=x onerror=alert(1)>'
  const parts = { shows: { view: 'timeline' }, language: 'de', source: 'x', script: 'x', style: 'x' } as const
  const html = pageHtml({ ...parts, words: words(text), translation: { 'Verified & "so"': text } })
  expect(html).not.toContain('<img')
  const attribute = (name: string): unknown => {
    const [, value = ''] = new RegExp(` ${name}="([^"]*)"`).exec(html) ?? []
    return JSON.parse(value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&'))
  }
  expect(pageWordsSchema.parse(attribute('data-words'))).toEqual(words(text))
  expect(attribute('data-translation')).toEqual({ 'Verified & "so"': text })
})

it('names the turn of a proof by what an id can be, and nothing else', () => {
  const shows = { view: 'proof', sessionId: 'ses_1"><b', turnId: 'turn_1"onload="x' } as const
  const html = pageHtml({ shows, language: 'en', words: words(''), translation: {}, source: 'x', script: 'x', style: 'x' })
  expect(html).toContain('data-session="ses_1b" data-turn="turn_1onloadx"')
})
