import { TOKEN_BUDGETS } from '@fixpoint/protocol'
import { Segmented } from '../controls/Segmented.tsx'
import { strings } from '../strings.ts'

interface BudgetControlProps {
  /** What would be sent, about. */
  tokens: number
  budget: number
  onChange: (budget: number) => void
}

/** How much of the model's window the page context may take, and how much it does take. */
export function BudgetControl({ tokens, budget, onChange }: BudgetControlProps) {
  const isOver = tokens > budget
  return (
    <div className="fx-budget" data-over={isOver || undefined}>
      <div className="fx-budget__line">
        <span className="fx-send-part__label">{strings.budget.label}</span>
        <span className="fx-send-part__detail" title={strings.budget.explanation}>
          {strings.budget.used(tokens, budget)}
        </span>
      </div>
      <meter
        className="fx-budget__meter"
        min={0}
        max={budget}
        value={Math.min(tokens, budget)}
        aria-label={strings.budget.used(tokens, budget)}
      />
      <Segmented
        label={strings.budget.label}
        value={String(budget)}
        options={TOKEN_BUDGETS.map(value => ({ value: String(value), label: strings.budget.short(value) }))}
        onChange={value => onChange(Number(value))}
      />
      {isOver && <p className="fx-budget__note">{strings.budget.over}</p>}
    </div>
  )
}
