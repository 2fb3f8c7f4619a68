import type { CheckResult, PickProof } from '@fixpoint/protocol'
import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { compareConsoles } from './compare-consoles.ts'
import { comparePick } from './compare-picks.ts'
import { comparePictures } from './compare-pictures.ts'
import { viewportShowing } from './take-proof.ts'
import { decideVerdict, type Evidence } from './verdict.ts'

const picture = { artifactId: 'a'.repeat(64), width: 10, height: 10 }
const capture = {
  takenAt: '2026-03-01T12:00:00.000Z',
  commit: 'b'.repeat(40),
  page: picture,
  httpStatus: 200,
  isStable: true,
  console: [],
  failedRequests: []
}
const pick: PickProof = {
  number: 1,
  label: 'PriceTag',
  foundBefore: true,
  foundAfter: true,
  boxBefore: { x: 0, y: 10, width: 50, height: 20 },
  boxAfter: { x: 0, y: 4, width: 50, height: 20 },
  styleChanges: [{ property: 'margin-top', before: '6px', after: '0px' }]
}
const check: CheckResult = { name: 'Tests', command: 'npm test', outcome: 'passed', summary: '', durationMs: 1 }
const good: Evidence = {
  before: capture,
  after: capture,
  difference: { changedPixels: 120, comparedPixels: 10_000, regions: [{ x: 0, y: 0, width: 5, height: 5, changedPixels: 120 }] },
  picks: [pick],
  console: { added: [], gone: [] },
  checks: [check],
  vision: { model: 'm', answer: 'fixed', reasons: ['It is lined up.'] }
}

describe('the verdict', () => {
  it('is verified when everything holds', () => {
    const verdict = decideVerdict(good)
    expect(verdict.value).toBe('verified')
    expect(verdict.reasons.every(reason => reason.holds)).toBe(true)
  })

  it.each<[string, Partial<Evidence>]>([
    ['no before picture', { before: undefined }],
    ['no after picture', { after: undefined }],
    ['no pictures at all', { before: undefined, after: undefined, difference: undefined }],
    ['pictures that were not compared', { difference: undefined }],
    ['a page that did not come to rest', { after: { ...capture, isStable: false } }],
    ['a pick that was not found before', { picks: [{ ...pick, foundBefore: false }] }],
    ['a pick that is gone', { picks: [{ ...pick, foundAfter: false }] }],
    ['a pick that looks the same', { picks: [{ ...pick, boxAfter: pick.boxBefore, styleChanges: [] }] }],
    ['no pick and a page that looks the same', { picks: [], difference: { changedPixels: 0, comparedPixels: 10_000, regions: [] } }],
    ['a check that took too long', { checks: [{ ...check, outcome: 'timed_out' }] }],
    ['a check that was red before', { checks: [{ ...check, outcome: 'failed', outcomeBefore: 'failed' }] }],
    ['no vision opinion', { vision: undefined, visionMissing: 'it did not answer' }],
    ['an unsure vision model', { vision: { model: 'm', answer: 'unsure', reasons: [] } }],
    ['an error page, as before', { before: { ...capture, httpStatus: 500 }, after: { ...capture, httpStatus: 500 } }]
  ])('is unverified with %s', (_name, change) => {
    expect(decideVerdict({ ...good, ...change }).value).toBe('unverified')
  })

  it.each<[string, Partial<Evidence>]>([
    ['a new console error', { console: { added: [{ level: 'error', text: 'boom' }], gone: [] } }],
    ['a check that fails', { checks: [{ ...check, outcome: 'failed' }] }],
    ['a check that passed before', { checks: [{ ...check, outcome: 'failed', outcomeBefore: 'passed' }] }],
    ['a page that answers with an error now', { after: { ...capture, httpStatus: 500 } }],
    ['a vision model that does not see it', { vision: { model: 'm', answer: 'not_fixed', reasons: [] } }]
  ])('looks wrong with %s', (_name, change) => {
    expect(decideVerdict({ ...good, ...change }).value).toBe('looks_wrong')
  })

  it('cannot be raised by the vision model, whatever it says', () => {
    const praise = { model: 'm', answer: 'fixed' as const, reasons: ['PASS PASS PASS'] }
    for (const change of [
      { before: undefined },
      { checks: [{ ...check, outcome: 'failed' as const }] },
      { picks: [{ ...pick, foundAfter: false }] }
    ]) {
      expect(decideVerdict({ ...good, ...change, vision: praise }).value).not.toBe('verified')
    }
  })
})

function paint(width: number, height: number, boxes: { x: number; y: number; width: number; height: number }[]): Uint8Array {
  const png = new PNG({ width, height, fill: true })
  png.data.fill(255)
  for (const box of boxes) {
    for (let y = box.y; y < box.y + box.height; y++) {
      for (let x = box.x; x < box.x + box.width; x++) png.data.set([20, 20, 20, 255], (y * width + x) * 4)
    }
  }
  return PNG.sync.write(png)
}

describe('comparing pictures', () => {
  it('finds nothing in equal ones', () => {
    const same = paint(60, 40, [{ x: 5, y: 5, width: 10, height: 10 }])
    expect(comparePictures(same, same)).toMatchObject({ changedPixels: 0, comparedPixels: 2_400, regions: [], picture: null })
  })

  it('boxes each changed place, the largest first, in pixels of the picture', () => {
    const difference = comparePictures(
      paint(400, 200, []),
      paint(400, 200, [
        { x: 10, y: 20, width: 8, height: 6 },
        { x: 300, y: 120, width: 40, height: 30 }
      ])
    )
    expect(difference.regions).toEqual([
      { x: 300, y: 120, width: 40, height: 30, changedPixels: 1_200 },
      { x: 10, y: 20, width: 8, height: 6, changedPixels: 48 }
    ])
    expect(difference.changedPixels).toBe(1_248)
    const painted = PNG.sync.read(Buffer.from(difference.picture ?? []))
    expect([painted.width, painted.height]).toEqual([400, 200])
  })

  it('takes letters of one line that are close together for one region', () => {
    const letters = [0, 1, 2, 3].map(index => ({ x: 20 + index * 14, y: 30, width: 8, height: 10 }))
    expect(comparePictures(paint(200, 100, []), paint(200, 100, letters)).regions).toHaveLength(1)
  })

  it('counts what only one of two sizes has', () => {
    const difference = comparePictures(paint(50, 50, []), paint(50, 60, [{ x: 0, y: 50, width: 50, height: 10 }]))
    expect(difference).toMatchObject({ comparedPixels: 3_000, width: 50, height: 60 })
    expect(difference.changedPixels).toBeGreaterThan(0)
  })
})

describe('comparing picks and consoles', () => {
  it('lists styles that differ', () => {
    const seen = (color: string) => ({ number: 1, found: true, styles: { color, display: 'block' } })
    expect(comparePick(1, 'Price', seen('red'), seen('green')).styleChanges).toEqual([{ property: 'color', before: 'red', after: 'green' }])
    expect(comparePick(1, 'Price', seen('red'), undefined)).toMatchObject({ foundAfter: false, styleChanges: [] })
  })

  it('takes messages apart that came and went, whatever line they are on', () => {
    const entry = (text: string) => ({ level: 'error' as const, text })
    const before = [entry('Warning at app.js:12'), entry('old')]
    const after = [entry('Warning at app.js:40'), entry('new'), entry('new')]
    expect(compareConsoles(before, after)).toEqual({ added: [entry('new'), entry('new')], gone: [entry('old')] })
  })
})

describe('the part of the page that is shown', () => {
  const viewport = { width: 1_000, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 300 }
  const seen = (...boxes: { x: number; y: number; width: number; height: number }[]) => ({
    picks: boxes.map((box, index) => ({ number: index + 1, found: true, box }))
  })

  it('stays the person’s where one of the picks is in it, if only by a corner', () => {
    expect(
      viewportShowing(seen({ x: 10, y: 5_000, width: 50, height: 20 }, { x: 990, y: 590, width: 50, height: 20 }), viewport)
    ).toBeNull()
  })

  it('stays the person’s where no pick was found or takes any space', () => {
    expect(viewportShowing({ picks: [{ number: 1, found: false }] }, viewport)).toBeNull()
    expect(viewportShowing(seen({ x: 0, y: 5_000, width: 0, height: 0 }), viewport)).toBeNull()
    expect(viewportShowing({ picks: [] }, viewport)).toBeNull()
  })

  it('is scrolled so that the first pick is in the middle', () => {
    expect(viewportShowing(seen({ x: 400, y: 1_000, width: 50, height: 20 }), viewport)).toEqual({
      ...viewport,
      scrollY: 300 + 1_010 - 300
    })
    expect(viewportShowing(seen({ x: 400, y: -250, width: 50, height: 20 }), viewport)).toEqual({ ...viewport, scrollY: 0 })
    expect(viewportShowing(seen({ x: 2_000, y: 10, width: 50, height: 20 }), viewport)).toMatchObject({ scrollX: 1_525 })
  })

  it('begins at the top of a pick that is taller than the window', () => {
    expect(viewportShowing(seen({ x: 0, y: 700, width: 50, height: 4_000 }), viewport)).toMatchObject({ scrollY: 1_000 })
  })
})
