import { expect, it } from 'vitest'
import { lineOrigins } from './line-origins.ts'

it('knows which turn a line came from, also after a person has typed around it', () => {
  const origins = lineOrigins([
    { text: 'a\nb\nc', origin: null },
    { text: 'a\nB\nc', origin: 'first' },
    { text: 'a\nB\nc\nd', origin: 'second' },
    { text: 'typed\na\nB\nc\nd', origin: null }
  ])
  expect(origins).toEqual([null, null, 'first', null, 'second'])
})

it('gives a line that comes back to whoever brought it back', () => {
  const origins = lineOrigins([
    { text: 'a\nb', origin: null },
    { text: 'a', origin: 'first' },
    { text: 'a\nb', origin: 'second' }
  ])
  expect(origins).toEqual([null, 'second'])
})

it('reads files with the line ends of Windows as the same lines', () => {
  expect(
    lineOrigins([
      { text: 'a\r\nb', origin: null },
      { text: 'a\nb', origin: 'first' }
    ])
  ).toEqual([null, null])
})
