import { useState } from 'preact/hooks'

export function Toggle() {
  const [isOn, setOn] = useState(false)
  globalThis.rendersOf = globalThis.rendersOf ?? {}
  globalThis.rendersOf.Toggle = (globalThis.rendersOf.Toggle ?? 0) + 1
  return (
    <button type="button" onClick={() => setOn(!isOn)}>
      <b data-at="preact-state">{isOn ? 'on' : 'off'}</b>
    </button>
  )
}
