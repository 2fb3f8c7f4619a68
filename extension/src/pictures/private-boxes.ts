import type { Box } from '@fixpoint/protocol'
import type { PrivatePlaces } from '../privacy/private-places.ts'
import { countRedaction, type RedactionCounts } from '../privacy/secrets.ts'

/** What has to be covered in a picture of the window. */
interface PrivateBoxes {
  boxes: Box[]
  counts: RedactionCounts
}

/** Boxes, in the top window, of everything private that is inside the window now. */
export function privateBoxes({ places }: Pick<PrivatePlaces, 'places'>): PrivateBoxes {
  const result: PrivateBoxes = { boxes: [], counts: {} }
  for (const { kind, boxes } of places) for (const box of boxes()) addBox(result, box, kind)
  return result
}

function addBox({ boxes, counts }: PrivateBoxes, box: Box, kind: string): void {
  const isInWindow = box.x < window.innerWidth && box.y < window.innerHeight && box.x + box.width > 0 && box.y + box.height > 0
  if (!isInWindow || box.width === 0 || box.height === 0) return
  // Whole pixels outwards, so that no rim of a letter is left at fractional positions and scales.
  const x = Math.floor(box.x) - 1
  const y = Math.floor(box.y) - 1
  boxes.push({ x, y, width: Math.ceil(box.x + box.width) + 1 - x, height: Math.ceil(box.y + box.height) + 1 - y })
  countRedaction(counts, kind)
}

/** True when everything in `now` lies under the covers that were drawn. */
export function areCovered(now: readonly Box[], covers: readonly Box[]): boolean {
  return now.every(box =>
    covers.some(
      cover =>
        box.x >= cover.x - 1 &&
        box.y >= cover.y - 1 &&
        box.x + box.width <= cover.x + cover.width + 1 &&
        box.y + box.height <= cover.y + cover.height + 1
    )
  )
}
