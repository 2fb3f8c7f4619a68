import { strings as shared } from '@fixpoint/ui'
import { ConfirmDialog } from './ConfirmDialog.tsx'
import { strings } from './strings.ts'
import type { SessionActions } from './use-session-actions.ts'

const { decision } = shared

export type Question = 'close' | 'disconnect' | { discard: string[] } | null

interface QuestionsProps {
  question: Question
  /** Files that discarding would put back. */
  changed: readonly string[]
  actions: SessionActions
  onDisconnect: () => void
  onAnswered: () => void
}

/** What is asked before something that cannot be taken back. */
export function Questions({ question, changed, actions, onDisconnect, onAnswered }: QuestionsProps) {
  const answered = (act: () => void) => () => {
    onAnswered()
    act()
  }
  if (actions.protectedPaths !== null) {
    return (
      <ConfirmDialog
        title={strings.session.protectedTitle}
        text={`${actions.protectedPaths} ${strings.session.protectedText}`}
        confirm={strings.session.protectedConfirm}
        onConfirm={() => actions.createPullRequest(true)}
        onCancel={actions.cancelPullRequest}
      />
    )
  }
  if (actions.conflict !== null) {
    const { turnIds, message } = actions.conflict
    return (
      <ConfirmDialog
        title={decision.conflictTitle}
        text={message}
        confirm={decision.undoOthers}
        onConfirm={() => actions.undo(turnIds, true)}
        onCancel={actions.cancelUndo}
      />
    )
  }
  if (question !== null && typeof question === 'object') {
    return (
      <ConfirmDialog
        title={decision.discardTitle(question.discard.length)}
        text={decision.discardText(changed)}
        confirm={decision.discardConfirm}
        onConfirm={answered(() => actions.undo(question.discard, false))}
        onCancel={onAnswered}
      />
    )
  }
  if (question === 'close') {
    return (
      <ConfirmDialog
        title={strings.session.closeTitle}
        text={strings.session.closeText}
        confirm={strings.session.closeConfirm}
        onConfirm={answered(actions.close)}
        onCancel={onAnswered}
      />
    )
  }
  if (question === 'disconnect') {
    return (
      <ConfirmDialog
        title={strings.session.disconnectTitle}
        text={strings.session.disconnectText}
        confirm={strings.session.disconnectConfirm}
        onConfirm={answered(onDisconnect)}
        onCancel={onAnswered}
      />
    )
  }
  return null
}
