import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'

interface MenuProps {
  /** Name of the button and of the menu. */
  label: string
  button: ReactNode
  className?: string
  align?: 'start' | 'end'
  /** `close` closes the menu; items close it themselves. */
  children: (close: () => void) => ReactNode
}

/**
 * A button that opens a list of commands. Arrow keys, Home and End move, Escape closes and returns to the button, and so does
 * a click elsewhere.
 */
export function Menu({ label, button, className = 'fx-icon-button', align = 'end', children }: MenuProps) {
  const [isOpen, setIsOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  const menuId = useId()

  useEffect(() => {
    if (!isOpen) return
    itemsOf(root.current)[0]?.focus()
    const closeFromOutside = (event: PointerEvent) => {
      if (event.target instanceof Node && root.current?.contains(event.target)) return
      setIsOpen(false)
    }
    document.addEventListener('pointerdown', closeFromOutside)
    return () => document.removeEventListener('pointerdown', closeFromOutside)
  }, [isOpen])

  function close() {
    setIsOpen(false)
    opener.current?.focus()
  }

  function handleKey(event: KeyboardEvent) {
    if (!isOpen) return
    if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      close()
      return
    }
    if (event.key === 'Tab') {
      setIsOpen(false)
      return
    }
    const items = itemsOf(root.current)
    const index = items.findIndex(item => item.matches(':focus'))
    const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: items.length - 1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    items[(next + items.length) % items.length]?.focus()
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the button and the menu inside
    <div className="fx-menu" ref={root} onKeyDown={handleKey}>
      <button
        ref={opener}
        type="button"
        className={className}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? menuId : undefined}
        onClick={() => setIsOpen(!isOpen)}
      >
        {button}
      </button>
      {isOpen && (
        <div className="fx-menu__list" id={menuId} role="menu" aria-label={label} data-align={align}>
          {children(close)}
        </div>
      )}
    </div>
  )
}

function itemsOf(root: HTMLElement | null): HTMLElement[] {
  return [...(root?.querySelectorAll<HTMLElement>('[role=menuitem]:not(:disabled), [role=menuitemradio]:not(:disabled)') ?? [])]
}

interface MenuItemProps {
  icon?: ReactNode
  onSelect: () => void
  children: ReactNode
  look?: 'normal' | 'danger'
  /** Given where the item is one of several of which one is chosen. */
  isChosen?: boolean
  disabled?: boolean
}

export function MenuItem({ icon, onSelect, children, look = 'normal', isChosen, disabled }: MenuItemProps) {
  return (
    <button
      type="button"
      {...(isChosen === undefined ? { role: 'menuitem' } : { role: 'menuitemradio', 'aria-checked': isChosen })}
      className="fx-menu__item"
      data-look={look}
      disabled={disabled}
      tabIndex={-1}
      onClick={onSelect}
    >
      {icon}
      <span className="fx-menu__words">{children}</span>
    </button>
  )
}
