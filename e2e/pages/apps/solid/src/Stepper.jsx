import { createSignal } from 'solid-js'

export function Stepper() {
  const [count, setCount] = createSignal(0)
  globalThis.rendersOf = globalThis.rendersOf ?? {}
  globalThis.rendersOf.Stepper = (globalThis.rendersOf.Stepper ?? 0) + 1
  return (
    <div class="stepper">
      <button type="button" class="stepper-up" onClick={() => setCount(count() + 1)}>
        <span class="stepper-count" data-at="solid-count">
          {count()}
        </span>
      </button>
    </div>
  )
}
