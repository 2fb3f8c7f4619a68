import { X } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { strings } from '../strings.ts'
import { IconButton } from './Button.tsx'

interface DialogProps {
  label: string
  /** `small` for a question, `full` for something to look at. */
  size?: 'full' | 'small'
  onClose: () => void
  children: ReactNode
}

/** A modal dialog over the whole document. Escape and the button close it; the focus returns to where it was. */
export function Dialog({ label, size = 'full', onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className="fx-dialog"
      data-size={size}
      aria-label={label}
      onCancel={event => {
        event.preventDefault()
        onClose()
      }}
      onKeyDown={event => {
        // Escape belongs to the dialog alone: outside it would count towards stopping the turn.
        if (event.key === 'Escape') event.stopPropagation()
      }}
    >
      <div className="fx-dialog__head">
        <h2>{label}</h2>
        <IconButton label={strings.dialog.close} onClick={onClose}>
          <X aria-hidden size={16} />
        </IconButton>
      </div>
      <div className="fx-dialog__body">{children}</div>
    </dialog>
  )
}
