import { Toggle } from './Toggle.jsx'

export function App() {
  return (
    <main>
      <p data-at="preact-text">Made with Preact</p>
      <Toggle at="preact-toggle" />
    </main>
  )
}
