// @vitest-environment happy-dom
import type { Proof } from '@fixpoint/protocol'
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Artifacts } from '../artifacts/ArtifactSource.tsx'
import { fixtureArtifacts } from '../fixtures/pictures.ts'
import { looksWrongProof, makeProof, unverifiedProof, VERDICTS, verifiedProof } from '../fixtures/proofs.ts'
import { ProofCard } from './ProofCard.tsx'

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockImplementation(() => 300)
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockImplementation(() => 200)
})

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function show(proof: Proof) {
  return render(
    <Artifacts source={fixtureArtifacts} sessionId="ses_1">
      <ProofCard proof={proof} actions={<button type="button">Create pull request</button>} />
    </Artifacts>
  )
}

test.each([
  [verifiedProof, 'Verified'],
  [looksWrongProof, 'Looks wrong'],
  [unverifiedProof, 'Unverified']
])('the verdict comes first, in words', (proof, word) => {
  show(proof)
  const card = screen.getByRole('region', { name: `Proof: ${word}` })
  expect(within(card).getAllByRole('heading')[0]?.textContent).toBe(word)
})

test('each reason says whether it holds, does not, or is not known', () => {
  show(unverifiedProof)
  const reasons = within(screen.getByRole('list', { name: 'Why' })).getAllByRole('listitem')
  expect(reasons.map(reason => reason.querySelector('[aria-label]')?.getAttribute('aria-label'))).toEqual([
    'Not known:',
    'No:',
    'Yes:',
    'Not known:',
    'Not known:'
  ])
  expect(reasons[1]?.textContent).toBe('Seen The picked element is not on the page any more.')
})

test('the element comes before the page, before beside after', async () => {
  show(verifiedProof)
  expect(screen.getByRole('radio', { name: 'Element' }).getAttribute('aria-checked')).toBe('true')
  expect(await screen.findByRole('img', { name: 'Element, before' })).toBeDefined()
  expect(await screen.findByRole('img', { name: 'Element, after' })).toBeDefined()
  fireEvent.click(screen.getByRole('radio', { name: 'Page' }))
  expect(await screen.findByRole('img', { name: 'Page, after' })).toBeDefined()
})

test.each([
  ['Swipe', 'Element, after'],
  ['Onion skin', 'Element, after'],
  ['Difference', 'Element, difference'],
  ['Blink', 'Element, after']
])('pictures can be compared by %s', async (mode, picture) => {
  show(verifiedProof)
  fireEvent.click(screen.getByRole('radio', { name: mode }))
  expect(screen.getByRole('radio', { name: mode }).getAttribute('aria-checked')).toBe('true')
  expect(await screen.findByRole('img', { name: picture })).toBeDefined()
  expect(screen.getAllByRole('group', { name: 'Element, before and after' })).toHaveLength(1)
})

test('arrow keys choose the way to compare', () => {
  show(verifiedProof)
  fireEvent.keyDown(screen.getByRole('radio', { name: '2-up' }), { key: 'ArrowRight' })
  expect(screen.getByRole('radio', { name: 'Swipe' }).getAttribute('aria-checked')).toBe('true')
  expect(document.activeElement).toBe(screen.getByRole('radio', { name: 'Swipe' }))
})

test('swiping works by keyboard', () => {
  show(verifiedProof)
  fireEvent.click(screen.getByRole('radio', { name: 'Swipe' }))
  const handle = screen.getByRole('slider', { name: 'Border between before and after' })
  fireEvent.keyDown(handle, { key: 'ArrowLeft' })
  expect(handle.getAttribute('aria-valuenow')).toBe('48')
})

test('blinking can be paused and then done by hand', () => {
  vi.useFakeTimers()
  show(verifiedProof)
  fireEvent.click(screen.getByRole('radio', { name: 'Blink' }))
  const caption = () => document.querySelector('figcaption')?.textContent
  expect(caption()).toBe('Before')
  act(() => vi.advanceTimersByTime(750))
  expect(caption()).toBe('After')
  fireEvent.click(screen.getByRole('button', { name: 'Pause' }))
  act(() => vi.advanceTimersByTime(5_000))
  expect(caption()).toBe('After')
  fireEvent.click(screen.getByRole('button', { name: 'Show before' }))
  expect(caption()).toBe('Before')
})

test('zoom moves both pictures in step', async () => {
  show(verifiedProof)
  const widthOf = async (name: string) => {
    const picture = await screen.findByRole('img', { name })
    return Number.parseFloat(picture.parentElement?.style.width ?? '')
  }
  const before = await widthOf('Element, before')
  fireEvent.click(screen.getByRole('button', { name: 'Zoom in' }))
  expect(await widthOf('Element, before')).toBeCloseTo(before * 1.5)
  expect(await widthOf('Element, after')).toBeCloseTo(before * 1.5)
  fireEvent.keyDown(screen.getAllByRole('group', { name: /Element/ })[1] ?? document.body, { key: '0' })
  expect(await widthOf('Element, before')).toBeCloseTo(before)
})

test('a changed region leads to its place', async () => {
  show(verifiedProof)
  fireEvent.click(screen.getByRole('radio', { name: 'Page' }))
  const region = screen.getByRole('button', { name: /84 × 38 px at 812, 432/ })
  fireEvent.click(region)
  expect(region.getAttribute('aria-pressed')).toBe('true')
  const picture = await screen.findByRole('img', { name: 'Page, after' })
  expect(Number.parseFloat(picture.parentElement?.style.width ?? '')).toBeGreaterThan(600)
})

test('where a picture is missing the other one is shown, and why', async () => {
  show(unverifiedProof)
  expect(await screen.findByRole('img', { name: 'Element, before' })).toBeDefined()
  expect(screen.getByText('The element is not on the page any more.')).toBeDefined()
  expect(screen.queryByRole('radio', { name: 'Swipe' })).toBeNull()
})

test('without any picture the card says so', () => {
  show(makeProof({ verdict: VERDICTS.unverified, change: { before: undefined, after: undefined, picks: [] } }))
  expect(screen.getByText('There are no pictures of this change.')).toBeDefined()
})

test('the table of the element shows property, before and after, with swatches for colours alone', () => {
  const { container } = show(verifiedProof)
  const row = screen.getByRole('row', { name: /^color/ })
  expect(row.textContent).toBe('colorrgb(74, 68, 60)rgb(35, 32, 28)')
  expect(row.querySelectorAll('.fx-swatch')).toHaveLength(2)
  expect(screen.getByRole('row', { name: /margin-right/ }).querySelector('.fx-swatch')).toBeNull()
  expect(screen.getByRole('row', { name: /^place on the page/ }).textContent).toBe('place on the page790, 433808, 422')
  expect(container.textContent).not.toContain('text€42.00')
})

test('a changed text is a line of the table', () => {
  show(looksWrongProof)
  fireEvent.click(screen.getByRole('button', { name: /Changes at the element/ }))
  expect(screen.getByRole('row', { name: /^text/ }).textContent).toBe('text1 items left1 item left')
})

test('checks that fail, and new console messages and failing requests, are open at once', () => {
  show(looksWrongProof)
  expect(screen.getByRole('button', { name: /Checks/ }).textContent).toContain('2 failed, 1 passed, 1 not run')
  expect(screen.getByRole('button', { name: /test failed/ })).toBeDefined()
  expect(screen.getByText(/Cannot read properties of undefined/)).toBeDefined()
  expect(screen.getByText(/GET http:\/\/localhost:5173\/api\/prices/)).toBeDefined()
  expect(
    screen
      .getByText(/unique "key" prop/)
      .closest('[data-look]')
      ?.getAttribute('data-look')
  ).toBe('gone')
})

test('a check opens to its output, and to all of it', async () => {
  show(verifiedProof)
  fireEvent.click(screen.getByRole('button', { name: /Checks/ }))
  fireEvent.click(screen.getByRole('button', { name: /test passed/ }))
  expect(screen.getByText(/before the change: passed/)).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Show the whole output' }))
  expect(await screen.findByText(/case-1\.test/)).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Show 200 more lines' }))
  expect(screen.getByText(/case-600\.test/)).toBeDefined()
})

test('the code is loaded when it is opened', async () => {
  const text = vi.fn(fixtureArtifacts.text)
  render(
    <Artifacts source={{ ...fixtureArtifacts, text }} sessionId="ses_1">
      <ProofCard proof={verifiedProof} />
    </Artifacts>
  )
  expect(text).not.toHaveBeenCalled()
  fireEvent.click(screen.getByRole('button', { name: /Code 2 files/ }))
  expect(await screen.findByText(/className="price"/)).toBeDefined()
  expect(screen.getAllByRole('button', { name: /PriceTag.tsx|product.css/ })).toHaveLength(2)
})

test('an artifact that is lost can be asked for again', async () => {
  let isLost = true
  const source = {
    ...fixtureArtifacts,
    text: async (...of: Parameters<typeof fixtureArtifacts.text>) =>
      isLost ? Promise.reject(new Error('lost')) : fixtureArtifacts.text(...of)
  }
  render(
    <Artifacts source={source} sessionId="ses_1">
      <ProofCard proof={verifiedProof} />
    </Artifacts>
  )
  fireEvent.click(screen.getByRole('button', { name: /Code 2 files/ }))
  expect(await screen.findByText(/could not be loaded/)).toBeDefined()
  isLost = false
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText(/className="price"/)).toBeDefined()
})

test('the circumstances and the panel’s buttons are at the foot', () => {
  show(looksWrongProof)
  expect(screen.getByText('/products?sort=price')).toBeDefined()
  expect(screen.getByText('1440 × 900')).toBeDefined()
  expect(screen.getByText('dark')).toBeDefined()
  expect(screen.getByText(/kept moving/)).toBeDefined()
  expect(screen.getByRole('button', { name: 'Create pull request' })).toBeDefined()
})

test('pictures can be enlarged', async () => {
  show(verifiedProof)
  fireEvent.click(screen.getByRole('button', { name: 'Enlarge' }))
  const dialog = screen.getByRole('dialog', { name: 'Before and after' })
  expect(await within(dialog).findByRole('img', { name: 'Element, before' })).toBeDefined()
  fireEvent.click(within(dialog).getByRole('button', { name: 'Close' }))
  expect(screen.queryByRole('dialog')).toBeNull()
})
