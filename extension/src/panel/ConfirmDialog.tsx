import { Button, Dialog } from '@fixpoint/ui'
import { strings } from './strings.ts'

interface ConfirmDialogProps {
  title: string
  text: string
  confirm: string
  onConfirm: () => void
  onCancel: () => void
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog({ title, text, confirm, onConfirm, onCancel }: ConfirmDialogProps) {
  return (
    <Dialog label={title} size="small" onClose={onCancel}>
      <p className="fp-break">{text}</p>
      <div className="fp-dialog-buttons">
        <Button onClick={onCancel}>{strings.session.cancel}</Button>
        <Button look="danger" onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  )
}
