import type { PickProof } from '@fixpoint/protocol'
import { strings } from '../strings.ts'

/** What changed at one picked element: computed styles, its text, its size. */
export function StyleChanges({ pick }: { pick: PickProof }) {
  const rows = [...sizeChange(pick), ...textChange(pick), ...pick.styleChanges]
  return (
    <table className="fx-styles">
      <caption className="fx-hidden">{strings.proof.changesOf(pick.label)}</caption>
      <thead className="fx-styles__head">
        <tr>
          <th scope="col">{strings.proof.property}</th>
          <th scope="col">{strings.proof.before}</th>
          <th scope="col">{strings.proof.after}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ property, before, after }) => (
          <tr key={property}>
            <th scope="row">{property}</th>
            <td data-phase="before">
              <Value value={before} />
            </td>
            <td data-phase="after">
              <Value value={after} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** How many lines the table of a pick has. */
export function countChanges(pick: PickProof): number {
  return sizeChange(pick).length + textChange(pick).length + pick.styleChanges.length
}

type Change = PickProof['styleChanges'][number]

function textChange({ textBefore, textAfter }: PickProof): Change[] {
  if (textBefore === undefined || textAfter === undefined || textBefore === textAfter) return []
  return [{ property: strings.proof.text, before: textBefore, after: textAfter }]
}

function sizeChange({ boxBefore, boxAfter }: PickProof): Change[] {
  if (boxBefore === undefined || boxAfter === undefined) return []
  const place = (box: typeof boxBefore) => `${round(box.x)}, ${round(box.y)}`
  const size = (box: typeof boxBefore) => `${round(box.width)} × ${round(box.height)}`
  const changes: Change[] = []
  if (place(boxBefore) !== place(boxAfter))
    changes.push({ property: strings.proof.place, before: place(boxBefore), after: place(boxAfter) })
  if (size(boxBefore) !== size(boxAfter)) changes.push({ property: strings.proof.size, before: size(boxBefore), after: size(boxAfter) })
  return changes
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}

// Colours as browsers compute them. Anything else is not put into a style.
const COLOR = /^(?:#[0-9a-f]{3,8}|(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\([a-z0-9.,%/ +-]{1,80}\))$/i

function Value({ value }: { value: string | null }) {
  if (value === null) return <span className="fx-faint">{strings.proof.notFound}</span>
  if (value === '') return <span className="fx-faint">{strings.proof.empty}</span>
  return (
    <span className="fx-styles__value">
      {COLOR.test(value) && (
        <span className="fx-swatch" aria-hidden>
          <span style={{ backgroundColor: value }} />
        </span>
      )}
      <bdi>{value}</bdi>
    </span>
  )
}
