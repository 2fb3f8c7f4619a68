import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { strings } from '../strings.ts'

/** Copies a text and says whether that worked. With `children` they are its words, else it is an icon. */
export function CopyButton({ text, label, children }: { text: string | (() => string); label: string; children?: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null)

  useEffect(() => {
    if (outcome === null) return
    const timer = setTimeout(() => setOutcome(null), 2_000)
    return () => clearTimeout(timer)
  }, [outcome])

  const copy = () =>
    navigator.clipboard.writeText(typeof text === 'string' ? text : text()).then(
      () => setOutcome('copied'),
      () => setOutcome('failed')
    )
  const word = outcome === 'copied' ? strings.copy.copied : outcome === 'failed' ? strings.copy.failed : children
  const icon = outcome === 'copied' ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />
  return (
    <button
      type="button"
      className={children === undefined ? 'fx-icon-button fx-icon-button--small' : 'fx-button fx-button--secondary'}
      title={label}
      onClick={copy}
    >
      {icon}
      {children === undefined ? (
        <span className="fx-hidden" role="status">
          {word ?? label}
        </span>
      ) : (
        <span role="status">{word}</span>
      )}
    </button>
  )
}
