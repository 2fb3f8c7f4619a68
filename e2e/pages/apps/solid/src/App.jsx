import { Stepper } from './Stepper.jsx'

export function App() {
  return (
    <main class="shop-front">
      <p class="intro" data-at="solid-intro">
        Made with Solid
      </p>
      <Stepper />
    </main>
  )
}
