import type { Picture, PictureDifference, Proof } from '@fixpoint/protocol'
import { strings } from '../strings.ts'

/** Two pictures of the same thing. At least one of them is there. */
export interface PicturePair {
  id: string
  label: string
  before: Picture | undefined
  after: Picture | undefined
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
    before: pick.cropBefore,
    after: pick.cropAfter,
    regions: [],
    differencePicture: undefined,
    missing: strings.proof.elementMissing(pick.foundBefore, pick.foundAfter)
  }))
  const page = {
    id: 'page',
    label: strings.proof.page,
    before: proof.before?.page,
    after: proof.after?.page,
    regions: proof.difference?.regions ?? [],
    differencePicture: proof.difference?.picture,
    missing: strings.proof.pageMissing(proof.before !== undefined, proof.after !== undefined)
  }
  return [...elements, page].filter(pair => pair.before !== undefined || pair.after !== undefined)
}
