import type { ReactNode } from 'react'
import { CopyButton } from '../controls/CopyButton.tsx'

interface CodeBoxProps {
  label: string
  /** What the copy button copies, and its name. */
  copy: { text: string | (() => string); label: string }
  /** Long lines are broken instead of scrolled. */
  isWrapped?: boolean
  children: ReactNode
}

/** Text with fixed spacing that scrolls within itself and can be copied. */
export function CodeBox({ label, copy, isWrapped = false, children }: CodeBoxProps) {
  return (
    <div className="fx-code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="fx-code__scroll" aria-label={label} tabIndex={0} data-wrapped={isWrapped || undefined}>
        <pre>{children}</pre>
      </section>
      <div className="fx-code__copy">
        <CopyButton {...copy} />
      </div>
    </div>
  )
}
