// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { Markdown } from './Markdown.tsx'

afterEach(cleanup)

test('shows paragraphs, lists, code and tables', () => {
  render(<Markdown text={'Hello **you**\n\n- one\n- two\n\n```\nconst x = 1\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |'} />)
  expect(screen.getByText('you').tagName).toBe('STRONG')
  expect(screen.getAllByRole('listitem').map(item => item.textContent)).toEqual(['one', 'two'])
  expect(screen.getByText('const x = 1').tagName).toBe('CODE')
  expect(screen.getByRole('cell', { name: '2' })).toBeDefined()
})

test('links open elsewhere, tell nothing about the panel and name their host', () => {
  render(<Markdown text="See [the docs](https://vite.dev/guide)." />)
  const link = screen.getByRole('link')
  expect(link.textContent).toBe('the docs (vite.dev)')
  expect(link.getAttribute('target')).toBe('_blank')
  expect(link.getAttribute('rel')).toContain('noopener')
  expect(link.getAttribute('rel')).toContain('noreferrer')
})

test('a link whose text is another address shows where it leads', () => {
  render(<Markdown text="[https://bank.example](https://evil.example/login)" />)
  expect(screen.getByRole('link').textContent).toContain('(evil.example)')
})

test('an address that stands for itself is not named twice', () => {
  render(<Markdown text="https://example.com/" />)
  expect(screen.getByRole('link').textContent).toBe('https://example.com/')
})

test('links that are no web addresses are text', () => {
  render(<Markdown text="[run](javascript:alert(1)) [file](src/App.tsx)" />)
  expect(screen.queryByRole('link')).toBeNull()
  expect(screen.getByText('run')).toBeDefined()
  expect(screen.getByText('file')).toBeDefined()
})

test('pictures are not loaded; their description is shown', () => {
  const { container } = render(<Markdown text="![a chart](https://evil.example/pixel.png) ![](x.png)" />)
  expect(container.querySelector('img')).toBeNull()
  expect(container.textContent).toContain('a chart')
  expect(container.textContent).toContain('Picture')
})

test('HTML is shown as it is written', () => {
  const { container } = render(<Markdown text={'a <b onclick="x()">bold</b> <script>alert(1)</script>'} />)
  expect(container.querySelector('b, script')).toBeNull()
  expect(container.textContent).toContain('<script>alert(1)</script>')
})

test('headings start below those of the panel', () => {
  render(<Markdown text={'# Big\n\n###### Small'} />)
  expect(screen.getAllByRole('heading').map(heading => heading.tagName)).toEqual(['H4', 'H6'])
})
