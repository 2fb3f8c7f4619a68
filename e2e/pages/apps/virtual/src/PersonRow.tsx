import { memo } from 'react'

declare global {
  var rendersOf: Record<string, number> | undefined
}

export const PersonRow = memo(function PersonRow({ number }: { number: number; at: string }) {
  globalThis.rendersOf ??= {}
  globalThis.rendersOf.PersonRow = (globalThis.rendersOf.PersonRow ?? 0) + 1
  return (
    <span className="person" id={`person-${number}`} data-at="person">
      Person {number}
    </span>
  )
})
