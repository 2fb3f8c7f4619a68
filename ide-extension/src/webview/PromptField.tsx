import { Button } from '@fixpoint/ui'
import { useEffect, useRef } from 'react'
import { words } from './words.ts'

interface PromptFieldProps {
  text: string
  onTextChange: (text: string) => void
  isRunning: boolean
  isStopping: boolean
  isBlocked: boolean
  refusal: string | null
  sent: number
  onSend: () => void
  onStop: () => void
}

/** Where a person writes to the session. */
export function PromptField(props: PromptFieldProps) {
  const { text, onTextChange, isRunning, isStopping, isBlocked, refusal, sent, onSend, onStop } = props
  const known = useRef(sent)
  // What was sent is only taken away once the server has it.
  useEffect(() => {
    if (sent === known.current) return
    known.current = sent
    onTextChange('')
  }, [sent, onTextChange])
  const canSend = text.trim() !== '' && !isBlocked
  return (
    <form
      className="fi-prompt"
      onSubmit={event => {
        event.preventDefault()
        if (canSend) onSend()
      }}
    >
      {refusal !== null && (
        <p className="fi-prompt__refusal" role="alert">
          {refusal}
        </p>
      )}
      <textarea
        className="fi-prompt__text"
        aria-label={words.prompt}
        placeholder={words.promptExample}
        value={text}
        rows={3}
        maxLength={20_000}
        disabled={isBlocked}
        onChange={event => onTextChange(event.target.value)}
        onKeyDown={event => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          if (canSend) onSend()
        }}
      />
      <div className="fi-prompt__buttons">
        {isRunning && (
          <Button disabled={isStopping} onClick={onStop}>
            {isStopping ? words.stopping : words.stop}
          </Button>
        )}
        <Button look="primary" disabled={!canSend} onClick={onSend}>
          {isRunning ? words.queue : words.send}
        </Button>
      </div>
    </form>
  )
}
