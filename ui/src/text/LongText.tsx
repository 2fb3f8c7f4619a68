import { useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { strings } from '../strings.ts'

const LINES_AT_FIRST = 10
const CHARACTERS_AT_FIRST = 700

/** Plain text that a person wrote; what is very long is cut until somebody wants all of it. */
export function LongText({ text, className = '' }: { text: string; className?: string }) {
  const [isWhole, setIsWhole] = useState(false)
  const start = startOf(text)
  const isLong = start.length < text.length
  return (
    <div className={`fx-long-text ${className}`}>
      <p>{isWhole || !isLong ? text : `${start}…`}</p>
      {isLong && (
        <Button look="quiet" aria-expanded={isWhole} onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? strings.text.less : strings.text.all}
        </Button>
      )}
    </div>
  )
}

/** The first lines of a text; the whole text when it is only a little longer than that. */
function startOf(text: string): string {
  const lines = text.split('\n')
  const start = lines.slice(0, LINES_AT_FIRST).join('\n').slice(0, CHARACTERS_AT_FIRST)
  return text.length - start.length < 200 && lines.length < LINES_AT_FIRST * 1.5 ? text : start.toWellFormed()
}
