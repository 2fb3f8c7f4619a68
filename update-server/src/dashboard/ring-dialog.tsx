import { useEffect, useRef, useState } from 'react'
import type { ShownExtension, ShownRing } from './dashboard.tsx'
import type { RingChange } from './server.ts'

interface RingDialogProps {
  extension: ShownExtension
  ring: ShownRing
  onClose: () => void
  /** @throws what the server says against it */
  onChange: (change: RingChange) => Promise<void>
}

/** Says what halting or resuming will do, and does it when it is confirmed. */
export function RingDialog({ extension, ring, onClose, onChange }: RingDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [reason, setReason] = useState('')
  const [refusal, setRefusal] = useState<string | null>(null)
  const [isSending, setIsSending] = useState(false)
  const isHalted = ring.haltReason !== null

  useEffect(() => dialog.current?.showModal(), [])

  async function confirm() {
    setIsSending(true)
    setRefusal(null)
    try {
      await onChange(isHalted ? { kind: 'resume' } : { kind: 'halt', reason: reason.trim() })
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error))
      setIsSending(false)
    }
  }

  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="ring-dialog-title">
      <form
        onSubmit={event => {
          event.preventDefault()
          confirm()
        }}
      >
        <h2 id="ring-dialog-title">
          {isHalted ? 'Resume' : 'Halt'} the ring {ring.name} of {extension.name}?
        </h2>
        {isHalted ? (
          <p>
            It was halted: “{ring.haltReason}”. Its browsers will be offered {ring.offered ?? 'nothing, as before'} again.
          </p>
        ) : (
          <>
            <p>
              Its browsers will be offered nothing{ring.offered === null ? '' : `, neither ${ring.offered} nor anything before it`}, until
              somebody resumes it. Those that have {ring.offered ?? 'a release'} already keep it; a rollback brings them back.
            </p>
            <label>
              Why
              <textarea rows={3} maxLength={500} value={reason} onChange={event => setReason(event.target.value)} />
            </label>
          </>
        )}
        {refusal !== null && (
          <p className="refusal" role="alert">
            {refusal}
          </p>
        )}
        <div className="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button
            type="submit"
            className={isHalted ? 'primary' : 'danger-fill'}
            disabled={isSending || (!isHalted && reason.trim() === '')}
          >
            {isHalted ? 'Resume' : 'Halt'} {ring.name}
          </button>
        </div>
      </form>
    </dialog>
  )
}
