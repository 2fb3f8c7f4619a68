'use client'

import { type ButtonHTMLAttributes, forwardRef } from 'react'

export const Button = forwardRef<HTMLButtonElement, ButtonHTMLAttributes<HTMLButtonElement> & { at?: string }>(
  ({ className, at: _at, ...rest }, reference) => (
    <button ref={reference} type="button" className={`ui-button ${className ?? ''}`} data-at="ui-button" {...rest} />
  )
)
Button.displayName = 'Button'
