import { ListTree } from 'lucide-react'
import { memo, useState } from 'react'
import { strings } from '../strings.ts'
import { ToolCall, type ToolItem } from './ToolCall.tsx'

/** More calls in a row than this are folded but for the last ones, so that what was said in between stays in sight. */
const FOLDED_FROM = 9
const SHOWN_OF_FOLDED = 4

/** Calls that follow each other, one line each. */
export const ToolCalls = memo(
  function ToolCalls({ items }: { items: readonly ToolItem[] }) {
    const [isWhole, setIsWhole] = useState(false)
    const hidden = isWhole || items.length < FOLDED_FROM ? [] : items.slice(0, items.length - SHOWN_OF_FOLDED)
    const failures = hidden.filter(item => item.status === 'failed').length
    return (
      <ul className="fx-tools" aria-label={strings.tool.list}>
        {hidden.length > 0 && (
          <li>
            <button type="button" className="fx-tools__earlier" onClick={() => setIsWhole(true)}>
              <ListTree aria-hidden size={14} />
              {strings.tool.earlier(hidden.length, failures)}
            </button>
          </li>
        )}
        {items.slice(hidden.length).map(item => (
          <li key={item.callId}>
            <ToolCall item={item} />
          </li>
        ))}
      </ul>
    )
  },
  (before, after) => before.items.length === after.items.length && before.items.every((item, index) => item === after.items[index])
)
