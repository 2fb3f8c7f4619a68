import { forwardRef, type HTMLAttributes, memo } from 'react'

export const Pill = memo(
  forwardRef<HTMLSpanElement, HTMLAttributes<HTMLSpanElement> & { at?: string }>(function Pill({ children, at: _at, ...rest }, reference) {
    return (
      <span ref={reference} {...rest} className="pill" data-at="pill">
        {children}
      </span>
    )
  })
)
