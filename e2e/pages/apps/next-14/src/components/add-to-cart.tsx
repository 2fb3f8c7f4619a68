'use client'

import { type ReactNode, useState } from 'react'
import { Button } from '@/components/ui/button'

declare global {
  var rendersOf: Record<string, number> | undefined
}

export function AddToCart({ children }: { children: ReactNode; at: string }) {
  const [count, setCount] = useState(0)
  globalThis.rendersOf ??= {}
  globalThis.rendersOf.AddToCart = (globalThis.rendersOf.AddToCart ?? 0) + 1
  return (
    <section>
      <Button onClick={() => setCount(count + 1)} at="button-in-cart">
        Add to cart ({count})
      </Button>
      {children}
    </section>
  )
}
