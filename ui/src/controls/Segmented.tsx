import { type KeyboardEvent, type ReactNode, useRef } from 'react'

interface SegmentedProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; label: string; icon?: ReactNode }[]
  onChange: (value: T) => void
  /** Where there is no room for words the icons stand alone. */
  hidesWordsWhenNarrow?: boolean
}

/** One choice out of a few: a radio group in which the arrow keys choose. */
export function Segmented<T extends string>({ label, value, options, onChange, hidesWordsWhenNarrow = false }: SegmentedProps<T>) {
  const group = useRef<HTMLDivElement>(null)

  function move(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const index = options.findIndex(option => option.value === value)
    const nextIndex = (index + step + options.length) % options.length
    const next = options[nextIndex]
    if (next === undefined) return
    onChange(next.value)
    group.current?.querySelectorAll<HTMLElement>('[role=radio]')[nextIndex]?.focus()
  }

  return (
    <div
      ref={group}
      className={`fx-segmented ${hidesWordsWhenNarrow ? 'fx-segmented--icons-first' : ''}`}
      role="radiogroup"
      aria-label={label}
      onKeyDown={move}
    >
      {options.map(option => (
        // biome-ignore lint/a11y/useSemanticElements: an <input type=radio> cannot hold an icon and its word
        <button
          key={option.value}
          type="button"
          role="radio"
          className="fx-segmented__option"
          aria-checked={option.value === value}
          aria-label={option.label}
          title={option.label}
          tabIndex={option.value === value ? 0 : -1}
          onClick={() => onChange(option.value)}
        >
          {option.icon}
          <span className="fx-segmented__word">{option.label}</span>
        </button>
      ))}
    </div>
  )
}
