import { useState } from 'react'

export function Counter() {
  const [count, setCount] = useState(0)
  globalThis.rendersOf = globalThis.rendersOf ?? {}
  globalThis.rendersOf.Counter = (globalThis.rendersOf.Counter ?? 0) + 1
  return (
    <button type="button" onClick={() => setCount(count + 1)}>
      <span data-at="island-count">{count} mugs</span>
    </button>
  )
}
