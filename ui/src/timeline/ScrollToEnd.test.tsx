// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ScrollToEnd } from './ScrollToEnd.tsx'

/** A scrolling area of 300 px whose content has the height that a test gives it. */
let contentHeight = 0
let tellResize: () => void = () => undefined

beforeEach(() => {
  contentHeight = 1_000
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(callback: () => void) {
        tellResize = callback
      }
      observe() {}
      disconnect() {}
    }
  )
  vi.spyOn(HTMLElement.prototype, 'scrollHeight', 'get').mockImplementation(() => contentHeight)
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockImplementation(() => 300)
})

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function show(resetKey = 'a') {
  const ui = (key: string) => (
    <ScrollToEnd resetKey={key}>
      <button type="button" aria-expanded={false}>
        open
      </button>
    </ScrollToEnd>
  )
  const { container, rerender } = render(ui(resetKey))
  const area = container.querySelector('.fx-scroll__area')
  if (!(area instanceof HTMLElement)) throw new Error('there is no area')
  return { area, change: (key: string) => rerender(ui(key)) }
}

function grow(by: number) {
  contentHeight += by
  act(tellResize)
}

function scrollTo(area: HTMLElement, top: number) {
  area.scrollTop = top
  fireEvent.scroll(area)
}

test('it stays at the end while the content grows', () => {
  const { area } = show()
  expect(area.scrollTop).toBe(1_000)
  scrollTo(area, 700)
  grow(500)
  expect(area.scrollTop).toBe(1_500)
  expect(screen.queryByRole('button', { name: 'Jump to latest' })).toBeNull()
})

test('whoever scrolled up is left alone, and a button leads back', () => {
  const { area } = show()
  scrollTo(area, 700)
  scrollTo(area, 200)
  grow(500)
  expect(area.scrollTop).toBe(200)
  fireEvent.click(screen.getByRole('button', { name: 'Jump to latest' }))
  expect(area.scrollTop).toBe(1_500)
  grow(100)
  expect(area.scrollTop).toBe(1_600)
})

test('a scroll event that comes late while content arrives does not count as the person’s', () => {
  const { area } = show()
  scrollTo(area, 700)
  contentHeight += 400
  scrollTo(area, 700)
  act(tellResize)
  expect(area.scrollTop).toBe(1_400)
})

test('whoever opens a line is left to read it', () => {
  const { area } = show()
  scrollTo(area, 700)
  fireEvent.click(screen.getByRole('button', { name: 'open' }))
  grow(400)
  expect(area.scrollTop).toBe(700)
})

test('a result is read from its start, until the next prompt comes', () => {
  const { area } = show()
  const result = document.createElement('section')
  result.dataset['read'] = 'start'
  vi.spyOn(result, 'getBoundingClientRect').mockImplementation(() => new DOMRect(0, 1_020 - area.scrollTop))
  area.append(result)
  grow(800)
  expect(area.scrollTop).toBe(1_008)
  // Pictures load; the person who has read on is not thrown back.
  scrollTo(area, 1_200)
  grow(100)
  expect(area.scrollTop).toBe(1_200)
  scrollTo(area, 1_600)
  const prompt = document.createElement('div')
  prompt.dataset['read'] = 'end'
  area.append(prompt)
  grow(200)
  expect(area.scrollTop).toBe(2_100)
})

test('another session starts at its end', () => {
  const { area, change } = show()
  scrollTo(area, 700)
  scrollTo(area, 100)
  change('b')
  expect(area.scrollTop).toBe(1_000)
})
