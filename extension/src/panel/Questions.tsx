import { ConfirmDialog } from './ConfirmDialog.tsx'
import { strings } from './strings.ts'
import type { SessionActions } from './use-session-actions.ts'

export type Question = 'close' | 'disconnect' | null

interface QuestionsProps {
  question: Question
  actions: SessionActions
  onDisconnect: () => void
  onAnswered: () => void
}

/** What is asked before something that cannot be taken back. */
export function Questions({ question, actions, onDisconnect, onAnswered }: QuestionsProps) {
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
