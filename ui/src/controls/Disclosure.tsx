import { ChevronRight } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'

interface DisclosureProps {
  /** What the line says; it is the button's name. */
  summary: ReactNode
  /** Shown at the end of the line. */
  aside?: ReactNode
  icon?: ReactNode
  isOpenAtFirst?: boolean
  className?: string
  /** Made only once it is opened. */
  children: () => ReactNode
}

/** One line that opens to more. What is folded away is not in the document. */
export function Disclosure({ summary, aside, icon, isOpenAtFirst = false, className = '', children }: DisclosureProps) {
  const [isOpen, setIsOpen] = useState(isOpenAtFirst)
  const contentId = useId()
  return (
    <div className={`fx-disclosure ${className}`} data-open={isOpen || undefined}>
      <button
        type="button"
        className="fx-disclosure__line"
        aria-expanded={isOpen}
        aria-controls={isOpen ? contentId : undefined}
        onClick={() => setIsOpen(!isOpen)}
      >
        {icon}
        <span className="fx-disclosure__summary">{summary}</span>
        {aside !== undefined && <span className="fx-disclosure__aside">{aside}</span>}
        <ChevronRight className="fx-disclosure__chevron" aria-hidden size={14} />
      </button>
      {isOpen && (
        <div className="fx-disclosure__content" id={contentId}>
          {children()}
        </div>
      )}
    </div>
  )
}
