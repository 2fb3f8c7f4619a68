import { Button, ErrorCard } from '@fixpoint/ui'
import type { ReactNode } from 'react'
import type { Problem } from './problem.ts'
import { strings } from './strings.ts'

interface ProblemCardProps {
  problem: Problem
  diagnostics: (problem: Problem) => string
  onDismiss: () => void
  /** Buttons: what can be done about it. */
  children?: ReactNode
}

/** What the person just did came to nothing: why, and what to do. */
export function ProblemCard({ problem, diagnostics, onDismiss, children }: ProblemCardProps) {
  return (
    <ErrorCard failure={problem.failure} reference={problem.requestId} diagnostics={() => diagnostics(problem)} isAnnounced>
      {children}
      <Button onClick={onDismiss}>{strings.session.dismiss}</Button>
    </ErrorCard>
  )
}
