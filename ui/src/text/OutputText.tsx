import { useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { strings } from '../strings.ts'
import { CodeBox } from './CodeBox.tsx'

const LINES_AT_ONCE = 400

/** What a program printed, shown in pieces when it is huge. */
export function OutputText({ text, label }: { text: string; label: string }) {
  const lines = text.split('\n')
  const [shown, setShown] = useState(LINES_AT_ONCE)
  return (
    <>
      <CodeBox label={label} copy={{ text, label: strings.copy.output }} isWrapped>
        {lines.slice(0, shown).join('\n')}
      </CodeBox>
      {lines.length > shown && (
        <Button look="quiet" onClick={() => setShown(count => count + LINES_AT_ONCE * 5)}>
          {strings.text.moreLines(lines.length - shown)}
        </Button>
      )}
    </>
  )
}
