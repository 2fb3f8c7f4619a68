import { lazy, Suspense } from 'react'
import { features } from '@/features'
import { Tiles } from '@/tiles/Tiles'

const name = location.hash.slice(1) || 'f0417'
const Screen = lazy(features[name])

export function App() {
  return (
    <main>
      <Suspense fallback={null}>
        <Screen at="screen" />
      </Suspense>
      <Tiles at="tiles" />
    </main>
  )
}
