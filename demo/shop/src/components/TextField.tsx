import type { ComponentProps } from 'react'
import './TextField.css'

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'id'> {
  label: string
  name: string
  /** What is wrong with the value; shown and announced below the field. */
  error?: string | undefined
  hint?: string
}

export function TextField({ label, name, error, hint, ...input }: TextFieldProps) {
  const id = `field-${name}`
  const message = error ?? hint
  return (
    <div className="text-field">
      <label htmlFor={id}>{label}</label>
      <input id={id} name={name} aria-invalid={error !== undefined} aria-describedby={message ? `${id}-message` : undefined} {...input} />
      {message && (
        <p id={`${id}-message`} className={error ? 'text-field__error' : 'text-field__hint'}>
          {message}
        </p>
      )}
    </div>
  )
}
