import { PAGE_CONTEXT_LIMITS, type Step } from '@fixpoint/protocol'
import { describe, expect, test } from 'vitest'
import { allMessages, arrivalAt, withStep } from './recording.ts'

const at = '2026-03-01T12:00:00.000Z'
const element = (name: string) => ({ tag: 'button', name, selectors: [`#${name}`] })
const click = (name: string): Step => ({ kind: 'click', at, element: element(name), button: 'main', times: 1 })
const input = (name: string): Step => ({ kind: 'input', at, element: element(name) })
const went = (url: string): Step => ({ kind: 'navigation', at, url })

function recorded(...steps: Step[]) {
  let all: { steps: Step[]; omitted: number } = { steps: [], omitted: 0 }
  for (const step of steps) all = withStep(all, step)
  return all
}

describe('steps', () => {
  test('that are done again are counted', () => {
    expect(recorded(click('a'), click('a'), click('a'), click('b'), click('a')).steps).toEqual([
      { ...click('a'), times: 3 },
      click('b'),
      click('a')
    ])
    expect(recorded(input('a'), input('a')).steps).toEqual([input('a')])
    expect(recorded(went('http://a/'), went('http://a/')).steps).toEqual([went('http://a/')])
  })

  test('with another button or key are others', () => {
    const other: Step = { kind: 'click', at, element: element('a'), button: 'secondary', times: 1 }
    expect(recorded(click('a'), other).steps).toHaveLength(2)
    const key = (name: string): Step => ({ kind: 'key', at, element: element('a'), key: name, times: 1 })
    expect(recorded(key('Enter'), key('Enter'), key('Escape')).steps).toEqual([{ ...key('Enter'), times: 2 }, key('Escape')])
  })

  test('into a field begin with the click that nobody needs to know of', () => {
    expect(recorded(click('a'), input('a')).steps).toEqual([input('a')])
    expect(recorded(click('a'), input('b')).steps).toEqual([click('a'), input('b')])
  })

  test('are kept up to a number: where it began, and the newest', () => {
    const many = Array.from({ length: 150 }, (_, index) => click(`n${index}`))
    const { steps, omitted } = recorded(went('http://a/'), ...many)
    expect(steps).toHaveLength(PAGE_CONTEXT_LIMITS.steps)
    expect(omitted).toBe(51)
    expect([steps[0], steps[1], steps.at(-1)]).toEqual([went('http://a/'), click('n51'), click('n149')])
  })
})

describe('the address of a page that was loaded', () => {
  test('is said where nothing was typed before', () => {
    expect(arrivalAt([], 'http://a/?q=1')).toBe('http://a/?q=1')
    expect(arrivalAt([went('http://a/'), click('link')], 'http://a/b?q=1')).toBe('http://a/b?q=1')
  })

  test('is not said again where the page before has said it, without what was typed', () => {
    expect(arrivalAt([input('q'), went('http://a/search?q=redacted')], 'http://a/search?q=knee+pain')).toBeNull()
  })

  test('has no more than its origin where something was typed before that it may repeat', () => {
    expect(arrivalAt([went('http://a/'), input('q')], 'http://a/search?q=knee+pain')).toBe('http://a/…')
    expect(arrivalAt([input('q'), went('http://a/go')], 'http://b/results/knee-pain')).toBe('http://b/…')
    expect(arrivalAt([input('q'), went('http://a/go'), click('next')], 'http://a/2')).toBe('http://a/2')
  })
})

test('what was heard by pointing and by recording is told once', () => {
  const message = (text: string, ms: string) => ({ level: 'error' as const, text, at: `2026-03-01T12:00:00.${ms}Z` })
  expect(allMessages([message('a', '100'), message('b', '500')], [message('a', '101')])).toEqual([message('a', '101'), message('b', '500')])
})
