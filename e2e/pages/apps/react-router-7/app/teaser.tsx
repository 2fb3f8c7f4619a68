export function Teaser(_properties: { at: string }) {
  globalThis.rendersOf = globalThis.rendersOf ?? {}
  globalThis.rendersOf.Teaser = (globalThis.rendersOf.Teaser ?? 0) + 1
  return (
    <aside>
      <strong data-at="teaser-text">New mugs</strong>
    </aside>
  )
}
