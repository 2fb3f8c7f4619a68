// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest'
import { Slices } from '../page-tree/slices.ts'
import { PrivateWords } from '../privacy/private-words.ts'
import { selectorsOf, selectorWithin } from './selectors.ts'

const noWords = () => new PrivateWords([], [])
const slices = () => new Slices(1_000)

function show(html: string): void {
  document.body.innerHTML = html
}

async function selectorOf(mark: string): Promise<string> {
  const element = document.querySelector(mark)
  if (!element) throw new Error(`nothing matches ${mark}`)
  const selector = await selectorWithin(element, document, noWords(), slices())
  expect([...document.querySelectorAll(selector)]).toEqual([element])
  return selector
}

describe('selectorWithin', () => {
  beforeEach(() => show(''))

  it.each([
    ['<p id="total" data-x></p>', '#total'],
    ['<p data-testid="total" class="p-4" data-x></p>', 'p[data-testid="total"]'],
    ['<button aria-label="Close" data-x></button>', 'button[aria-label="Close"]'],
    ['<p class="css-1a2b3c total" data-x></p>', 'p.total'],
    ['<p id=":r1:" class="sc-bdVaJa" data-x></p>', 'body > p'],
    ['<ul class="list"><li></li><li data-x></li></ul>', 'ul.list > li:nth-of-type(2)'],
    ['<div id="a"><b class="price"></b></div><div id="b"><b class="price" data-x></b></div>', '#b b.price'],
    [`<p data-testid="ghp_${'16C7e42F292c6912E7710c838347Ae178B24'}" data-x></p>`, 'body > p']
  ])('%s → %s', async (html, expected) => {
    show(html)
    expect(await selectorOf('[data-x]')).toBe(expected)
  })

  it('stays short and fast in deep documents without marks', async () => {
    show(`${'<div>'.repeat(400)}<b data-x></b>${'</div>'.repeat(400)}`)
    const element = document.querySelector('[data-x]')
    expect(element && (await selectorWithin(element, document, noWords(), slices())).length).toBeLessThanOrEqual(2_000)
  })
})

describe('selectorsOf', () => {
  it('leads through open shadow roots', async () => {
    show('<x-card></x-card>')
    const host = document.querySelector('x-card')
    const root = host?.attachShadow({ mode: 'open' })
    if (!root) throw new Error('no root')
    root.innerHTML = '<p class="price"></p>'
    const inner = root.querySelector('p')
    expect(inner && (await selectorsOf(inner, noWords(), slices()))).toEqual(['body > x-card', 'p.price'])
  })

  it('does not repeat what was typed as a password', async () => {
    show('<p aria-label="Hello hunter2secret"></p><p></p><input type="password" value="hunter2secret">')
    const element = document.querySelector('p')
    const words = new PrivateWords(document.querySelectorAll('input'), [])
    expect(element && (await selectorsOf(element, noWords(), slices()))[0]).toContain('hunter2secret')
    expect(element && (await selectorsOf(element, words, slices()))[0]).not.toContain('hunter2secret')
  })
})
