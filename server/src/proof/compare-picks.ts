import type { PickProof, Picture, StyleChange } from '@fixpoint/protocol'
import type { Sighting } from './page-camera.ts'

type SeenPick = Sighting['picks'][number]

/** Before and after of one pick, without what needs its pictures to be opened. */
export function comparePick(number: number, label: string, before: SeenPick | undefined, after: SeenPick | undefined): PickProof {
  return {
    number,
    label,
    foundBefore: before?.found ?? false,
    foundAfter: after?.found ?? false,
    boxBefore: before?.box,
    boxAfter: after?.box,
    textBefore: before?.text,
    textAfter: after?.text,
    cropBefore: before?.crop,
    cropAfter: after?.crop,
    styleChanges: compareStyles(before?.styles, after?.styles)
  }
}

function compareStyles(before: Record<string, string> | undefined, after: Record<string, string> | undefined): StyleChange[] {
  if (!before || !after) return []
  const properties = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return properties
    .filter(property => before[property] !== after[property])
    .map(property => ({ property, before: before[property] ?? null, after: after[property] ?? null }))
}

/** Pairs of crops that can be compared and shown side by side. */
export function cropPairs(picks: readonly PickProof[]): { pick: PickProof; before: Picture; after: Picture }[] {
  return picks.flatMap(pick => (pick.cropBefore && pick.cropAfter ? [{ pick, before: pick.cropBefore, after: pick.cropAfter }] : []))
}
