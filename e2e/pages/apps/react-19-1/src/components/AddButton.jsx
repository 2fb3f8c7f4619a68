// Comments and types that a build takes out move the lines of what the browser runs.

export function AddButton() {
  globalThis.rendersOf = globalThis.rendersOf ?? {}
  globalThis.rendersOf.AddButton = (globalThis.rendersOf.AddButton ?? 0) + 1

  return (
    <button type="button" className="add-button">
      <span data-at="add-label">Add to cart</span>
    </button>
  )
}
