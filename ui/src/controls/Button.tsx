import type { ComponentProps } from 'react'

type ButtonProps = Omit<ComponentProps<'button'>, 'type' | 'className'> & {
  look?: 'primary' | 'secondary' | 'quiet' | 'danger'
  className?: string
}

/** A button with words. */
export function Button({ look = 'secondary', className = '', ...rest }: ButtonProps) {
  return <button type="button" className={`fx-button fx-button--${look} ${className}`} {...rest} />
}

/** A button with an icon alone; its label is its name and its tooltip. */
export function IconButton({ label, className = '', ...rest }: Omit<ButtonProps, 'look' | 'aria-label' | 'title'> & { label: string }) {
  return <button type="button" className={`fx-icon-button ${className}`} aria-label={label} title={label} {...rest} />
}
