'use client'

import { type ReactNode, useState } from 'react'

declare global {
  var rendersOf: Record<string, number> | undefined
}

export function Counter({ children }: { children: ReactNode; at: string }) {
  const [count, setCount] = useState(0)
  globalThis.rendersOf ??= {}
  globalThis.rendersOf.Counter = (globalThis.rendersOf.Counter ?? 0) + 1
  return (
    <section>
      <button type="button" data-at="next-button" onClick={() => setCount(count + 1)}>
        {count}
      </button>
      {children}
    </section>
  )
}
