import { lazy, Suspense } from 'react'
import { Route, Routes } from 'react-router-dom'
import Header from './components/Header'

const Shop = lazy(() => import('./pages/Shop'))

export default function App() {
  return (
    <>
      <Header title="The shop" at="header" />
      <Suspense fallback={<p>Loading</p>}>
        <Routes>
          <Route path="/" element={<Shop at="shop" />} />
        </Routes>
      </Suspense>
    </>
  )
}
