import type { PickProof, Proof } from '@fixpoint/protocol'
import { expect, test } from 'vitest'
import { makeProof, VERDICTS } from '../fixtures/proofs.ts'
import { picturePairs } from './picture-pairs.ts'

/** A proof whose pages are 1440 × 900 CSS pixels, with one pick. */
function proofOf(pick: Partial<PickProof>, change: Partial<Proof> = {}): Proof {
  const proof = makeProof({ verdict: VERDICTS.verified, change })
  return { ...proof, picks: proof.picks.map(known => ({ ...known, ...pick })) }
}

const box = (x: number, y: number, width = 80, height = 30) => ({ x, y, width, height })

test('an element that moved is shown in one part of both pages, with both of its places in it', () => {
  const [pair] = picturePairs(proofOf({ boxBefore: box(600, 400), boxAfter: box(900, 300) }))
  expect(pair?.before).toEqual(proofOf({}).before?.page)
  expect(pair?.after).toEqual(proofOf({}).after?.page)
  const { x, y, width, height } = pair?.part ?? box(0, 0, 0, 0)
  expect(x).toBeLessThan(600)
  expect(x + width).toBeGreaterThan(980)
  expect(y).toBeLessThan(300)
  expect(y + height).toBeGreaterThan(430)
})

test('the part stays inside the page and is counted in pixels of the picture', () => {
  const doubled = proofOf({}).viewport
  const pictures = { artifactId: proofOf({}).before?.page.artifactId ?? '', width: 2_880, height: 1_800 }
  const { before, after } = proofOf({})
  if (!before || !after) throw new Error('the fixture has both')
  const [pair] = picturePairs(
    proofOf(
      { boxBefore: box(0, 0), boxAfter: box(0, 0) },
      { viewport: { ...doubled, deviceScaleFactor: 2 }, before: { ...before, page: pictures }, after: { ...after, page: pictures } }
    )
  )
  expect(pair?.part).toEqual({ x: 0, y: 0, width: 560, height: 300 })
})

test.each<[string, Partial<PickProof>]>([
  ['was not found before', { boxBefore: undefined }],
  ['lies below what the picture shows', { boxAfter: box(600, 890) }],
  ['begins left of it', { boxBefore: box(-10, 400) }]
])('an element that %s is shown by its crops', (_what, pick) => {
  const proof = proofOf(pick)
  const [pair] = picturePairs(proof)
  expect(pair).toMatchObject({ before: proof.picks[0]?.cropBefore, after: proof.picks[0]?.cropAfter, part: undefined })
})

test('pages of different size cannot be laid over each other', () => {
  const { after } = proofOf({})
  if (!after) throw new Error('the fixture has it')
  const [pair] = picturePairs(proofOf({}, { after: { ...after, page: { ...after.page, height: 1_200 } } }))
  expect(pair?.part).toBeUndefined()
})
