import { FixpointError } from '@fixpoint/protocol'

/** What a turn may use. */
export interface Budget {
  steps: number
  tokens: number
  turnSeconds: number
  /** Length of one tool call. */
  toolSeconds: number
}

export interface Spent {
  steps: number
  tokens: number
  milliseconds: number
}

/** The first part of the budget that is used up; null while the turn may go on. Asked before each step. */
export function exceededBudget(budget: Budget, spent: Spent): FixpointError | null {
  if (spent.steps >= budget.steps) return exceeded(`all of its ${budget.steps} steps`, budget.steps)
  if (spent.tokens >= budget.tokens) return exceeded(`${spent.tokens} of its ${budget.tokens} tokens`, budget.tokens)
  if (spent.milliseconds >= budget.turnSeconds * 1_000) return exceeded(`all of its ${budget.turnSeconds} seconds`, budget.turnSeconds)
  return null
}

function exceeded(what: string, limit: number): FixpointError {
  return new FixpointError('budget_exceeded', `The turn has used ${what}.`, { limit })
}
