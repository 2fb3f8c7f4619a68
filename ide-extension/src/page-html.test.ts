import { expect, it } from 'vitest'
import { pageHtml } from './page-html.ts'
import { type PageWords, pageWordsSchema } from './page-words.ts'

const words = (text: string): PageWords =>
  pageWordsSchema.parse(Object.fromEntries(Object.keys(pageWordsSchema.shape).map(name => [name, text])))

it('hands the page its words, whatever is in a translation', () => {
  const text = 'Warten & „"><img src=x onerror=alert(1)>'
  const html = pageHtml({ shows: { view: 'timeline' }, language: 'de', words: words(text), source: 'x', script: 'x', style: 'x' })
  const [, attribute = ''] = /data-words="([^"]*)"/.exec(html) ?? []
  expect(html).not.toContain('<img')
  const back = attribute.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&')
  expect(pageWordsSchema.parse(JSON.parse(back))).toEqual(words(text))
})

it('names the turn of a proof by what an id can be, and nothing else', () => {
  const shows = { view: 'proof', sessionId: 'ses_1"><b', turnId: 'turn_1"onload="x' } as const
  const html = pageHtml({ shows, language: 'en', words: words(''), source: 'x', script: 'x', style: 'x' })
  expect(html).toContain('data-session="ses_1b" data-turn="turn_1onloadx"')
})
