import { forwardRef, memo } from 'react'

export const Badge = memo(
  forwardRef(function Badge({ text }, reference) {
    return (
      <strong className="badge" data-at="badge-text" ref={reference}>
        {text}
      </strong>
    )
  })
)
