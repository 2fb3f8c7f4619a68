import type { Box, PickProof, Picture, PictureDifference, Proof } from '@fixpoint/protocol'
import { strings } from '../strings.ts'

/** Two pictures of the same thing. At least one of them is there. */
export interface PicturePair {
  id: string
  label: string
  before: Picture | undefined
  after: Picture | undefined
  /** The part of both pictures that matters, in their pixels; the whole where it is not given. */
  part: Box | undefined
  /** Where they differ, in pixels of the after picture; empty for elements. */
  regions: PictureDifference['regions']
  differencePicture: Picture | undefined
  /** Why a picture is missing, in words. */
  missing: string | undefined
}

/** What there is to compare: each picked element first, then the page. */
export function picturePairs(proof: Proof): PicturePair[] {
  const elements = proof.picks.map(pick => ({
    id: `pick-${pick.number}`,
    label: proof.picks.length === 1 ? strings.proof.element : strings.proof.elementNumber(pick.number),
    ...picturesOf(pick, proof),
    regions: [],
    missing: strings.proof.elementMissing(pick.foundBefore, pick.foundAfter)
  }))
  const page = {
    id: 'page',
    label: strings.proof.page,
    before: proof.before?.page,
    after: proof.after?.page,
    part: undefined,
    regions: proof.difference?.regions ?? [],
    differencePicture: proof.difference?.picture,
    missing: strings.proof.pageMissing(proof.before !== undefined, proof.after !== undefined)
  }
  return [...elements, page].filter(pair => pair.before !== undefined || pair.after !== undefined)
}

/** What is seen around an element, in CSS pixels: a share of its size, within bounds, and never less than a small card. */
const MARGIN = { share: 0.5, least: 32, most: 96 }
const LEAST_PART = { width: 280, height: 150 }

/**
 * The same part of the page, before and after, so that an element that has moved is seen to have moved. The crops follow the element;
 * they are for what was not wholly in the page's pictures.
 */
function picturesOf(pick: PickProof, proof: Proof): Pick<PicturePair, 'before' | 'after' | 'part' | 'differencePicture'> {
  const [before, after] = [proof.before?.page, proof.after?.page]
  const part =
    before && after && before.width === after.width && before.height === after.height ? partAround(pick, proof, after) : undefined
  if (part === undefined) return { before: pick.cropBefore, after: pick.cropAfter, part, differencePicture: undefined }
  return { before, after, part, differencePicture: proof.difference?.picture }
}

function partAround({ boxBefore, boxAfter }: PickProof, { viewport }: Proof, page: Picture): Box | undefined {
  if (boxBefore === undefined || boxAfter === undefined) return undefined
  const scale = viewport.deviceScaleFactor
  const [pageWidth, pageHeight] = [page.width / scale, page.height / scale]
  const [left, top] = [Math.min(boxBefore.x, boxAfter.x), Math.min(boxBefore.y, boxAfter.y)]
  const right = Math.max(boxBefore.x + boxBefore.width, boxAfter.x + boxAfter.width)
  const bottom = Math.max(boxBefore.y + boxBefore.height, boxAfter.y + boxAfter.height)
  if (left < 0 || top < 0 || right > pageWidth || bottom > pageHeight) return undefined
  const [x, width] = widened(left, right, LEAST_PART.width, pageWidth)
  const [y, height] = widened(top, bottom, LEAST_PART.height, pageHeight)
  return { x: x * scale, y: y * scale, width: width * scale, height: height * scale }
}

/** Start and length of a stretch with a margin around it, inside the page. */
function widened(start: number, end: number, least: number, limit: number): [number, number] {
  const margin = Math.min(Math.max((end - start) * MARGIN.share, MARGIN.least), MARGIN.most)
  const length = Math.min(Math.max(end - start + 2 * margin, least), limit)
  const wanted = (start + end - length) / 2
  return [Math.min(Math.max(wanted, 0), limit - length), length]
}
