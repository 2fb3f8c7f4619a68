import { filesOfTurns, openTurns, type Project, type PromptState, runningTurn, type SessionState, type TurnState } from '@fixpoint/protocol'
import { Button, Composer, ConnectionBanner, EmptyState, PendingPrompt, QueueList, ScrollToEnd, waitingPrompts } from '@fixpoint/ui'
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { BugReport } from './BugReport.tsx'
import { clientName } from './client-name.ts'
import { diagnosticsOf } from './diagnostics.ts'
import { disconnect } from './disconnect.ts'
import { NoProject } from './NoProject.tsx'
import { PanelHeader } from './PanelHeader.tsx'
import { ProblemCard } from './ProblemCard.tsx'
import { previewOfDraft } from './preview-of-draft.ts'
import type { Problem } from './problem.ts'
import type { ProjectMatch } from './project-match.ts'
import { type Question, Questions } from './Questions.tsx'
import { SessionSwitcher } from './SessionSwitcher.tsx'
import { SessionTimeline } from './SessionTimeline.tsx'
import { shownSession } from './shown-session.ts'
import { connectionSetting } from './storage.ts'
import { strings } from './strings.ts'
import type { WatchedTab } from './tab-to-watch.ts'
import { useComposerDraft } from './use-composer-draft.ts'
import { useFollowedSession } from './use-followed-session.ts'
import { usePanelKeys } from './use-panel-keys.ts'
import { useReportedWork } from './use-panel-report.ts'
import { usePointing } from './use-pointing.ts'
import { useRecording } from './use-recording.ts'
import { type Sending, useSending } from './use-sending.ts'
import type { ServerLink } from './use-server.ts'
import { useServerVersion } from './use-server-version.ts'
import { useSessionActions } from './use-session-actions.ts'
import { useSessions } from './use-sessions.ts'
import { useShortcut } from './use-shortcut.ts'
import { useStoredMasking } from './use-stored-masking.ts'

interface WorkspaceProps {
  link: ServerLink
  watched: WatchedTab | null
  match: ProjectMatch
  onLookAgain: () => void
  /** Where drafts for the page are kept. */
  place: string
}

/** Everything for one place: header, timeline and composer. */
export function Workspace({ link, watched, match, onLookAgain, place }: WorkspaceProps) {
  const { server, connection } = link
  const isConnected = connection.status === 'connected'
  const project = match.status === 'matched' ? match.project : null
  const tab = watched !== null && 'tab' in watched ? watched.tab : null

  const [draft, updateDraft] = useComposerDraft(place)
  const { sessions, reload } = useSessions(server, project?.projectId ?? null, isConnected)
  const sessionId =
    draft === null ? undefined : shownSession(draft.sessionId, project?.previewOf, project === null ? [] : sessions, Date.now())
  const { followed, retry } = useFollowedSession(link.log, sessionId ?? null)
  const pointing = usePointing(tab, place)
  const recording = useRecording(tab)
  const [isReporting, setIsReporting] = useState(false)
  const pointKey = useShortcut('point')
  const choice = draft?.choice
  const preview = useMemo(
    () => (pointing.draft === null || choice === undefined ? null : previewOfDraft(pointing.draft, choice, recording.recording)),
    [pointing.draft, choice, recording.recording]
  )
  useStoredMasking(project)
  const actions = useSessionActions(server, sessionId ?? null)
  const [question, setQuestion] = useState<Question>(null)
  const input = useRef<HTMLTextAreaElement>(null)
  /** The session that this panel last sent a prompt to (undefined before), and how many prompts it had then. */
  const sentTo = useRef<string | null | undefined>(undefined)
  const promptsBefore = useRef(0)
  const sending = useSending({
    server,
    place,
    isConnected,
    onSession: useCallback(
      (id: string) => {
        sentTo.current = id
        updateDraft({ sessionId: id })
      },
      [updateDraft]
    ),
    // What was written since stays.
    onSent: useCallback(
      (sent, text) => {
        setIsReporting(false)
        updateDraft(known => ({ sessionId: sent.sessionId, text: known.text === text ? '' : known.text }))
      },
      [updateDraft]
    )
  })

  usePanelKeys({ isPointing: pointing.status !== 'off', onLeavePointing: pointing.leave, input })
  useFocusAfterPick(pointing.draft?.picks.length ?? 0, pointing.status === 'off', input)

  const state = followed?.state ?? null
  const running = state === null ? undefined : runningTurn(state)
  useReportedWork({
    isSending: sending.pending !== null,
    isBusy:
      (draft?.text.trim() ?? '') !== '' ||
      (pointing.draft?.picks.length ?? 0) > 0 ||
      pointing.status !== 'off' ||
      recording.recording !== null ||
      running !== undefined
  })
  const isNewSession = sessionId === null
  const { noteArrived } = sending
  const prompts = state?.prompts
  useEffect(() => noteArrived(prompts?.map(prompt => prompt.text) ?? []), [noteArrived, prompts])
  const isWithoutProject = project === null && isNewSession
  const pointingBlocked = blockedReason(tab?.problem, project)
  const chooseSession = (chosen: string | null) => updateDraft({ sessionId: chosen })
  const write = (text: string) => {
    updateDraft({ text })
    input.current?.focus()
  }

  /** What was tried last, to try again: an issue of this title, or a prompt. */
  const lastIssueTitle = useRef<string | null>(null)

  function send(issueTitle: string | null = null) {
    if (draft === null) return
    lastIssueTitle.current = issueTitle
    promptsBefore.current = prompts?.length ?? 0
    sentTo.current = sessionId
    dismissProblems()
    sending.send({
      text: draft.text,
      projectId: project?.projectId ?? null,
      sessionId: sessionId ?? null,
      page: pointing.draft,
      recording: recording.recording,
      issueTitle,
      masking: project?.masking ?? null,
      choice: draft.choice
    })
  }

  const problem = sending.problem ?? actions.problem ?? pointing.problem ?? recording.problem
  function dismissProblems() {
    sending.dismissProblem()
    actions.dismissProblem()
    pointing.dismissProblem()
    recording.dismissProblem()
  }

  const serverVersion = useServerVersion(server, connection)
  const diagnostics = (told?: Problem, turn?: TurnState) =>
    diagnosticsOf({
      extensionVersion: chrome.runtime.getManifest().version,
      userAgent: navigator.userAgent,
      now: new Date().toISOString(),
      serverUrl: server.serverUrl,
      serverVersion,
      connection,
      session: state,
      turn: turn ?? state?.turns.at(-1),
      failure: told?.failure ?? turn?.failure,
      requestId: told?.requestId
    })

  const isSentHere = sentTo.current === undefined || sentTo.current === sessionId
  const pendingText = isSentHere ? unseenText(sending, prompts ?? [], promptsBefore.current) : null
  const pending = pendingText !== null && <PendingPrompt text={pendingText} stage={sending.pending?.stage ?? 'prompt'} />

  const problemCard = problem && (
    <ProblemCard problem={problem} diagnostics={diagnostics} onDismiss={dismissProblems}>
      {problem === sending.problem && (
        <Button look="primary" onClick={() => send(lastIssueTitle.current)}>
          {strings.session.sendAgain}
        </Button>
      )}
      {problem.failure.code === 'session_closed' && <Button onClick={() => chooseSession(null)}>{strings.session.newSession}</Button>}
    </ProblemCard>
  )

  return (
    <>
      <PanelHeader
        connection={connection}
        switcher={
          <SessionSwitcher
            title={titleOf(sessionId, state, isWithoutProject)}
            place={placeWords(match, project, state?.projectName)}
            sessions={sessions}
            sessionId={sessionId ?? null}
            canStart={project !== null}
            onOpen={reload}
            onChoose={chooseSession}
          />
        }
        onNewSession={isNewSession ? undefined : () => chooseSession(null)}
        onCloseSession={isNewSession || state === null || state.isClosed ? undefined : () => setQuestion('close')}
        onOpenDoor={isNewSession || state === null || state.isClosed ? undefined : actions.openDoor}
        onReport={preview === null || isWithoutProject ? undefined : () => setIsReporting(true)}
        onOpenDesktop={actions.openDesktop}
        onCopyDiagnostics={() => void navigator.clipboard.writeText(diagnostics())}
        onDisconnect={() => setQuestion('disconnect')}
      />
      <ConnectionBanner connection={connection} onRetry={link.retryConnection} />
      <main className="fp-main">
        <ScrollToEnd resetKey={sessionId ?? 'new'}>
          {isWithoutProject ? (
            <NoProject watched={watched} match={match} sessions={sessions} onLookAgain={onLookAgain} onChoose={chooseSession} />
          ) : isNewSession && !pending ? (
            <EmptyState
              onPoint={pointing.point}
              onRecord={recording.recording === null ? recording.start : undefined}
              pointKey={pointKey}
              pointingBlocked={pointingBlocked}
              suggestions={project?.suggestions ?? []}
              onSuggestion={write}
            />
          ) : (
            <SessionTimeline
              server={server}
              followed={followed}
              actions={actions}
              onDiscard={turnIds => setQuestion({ discard: turnIds })}
              pending={pending}
              diagnostics={diagnostics}
              onRetry={retry}
              onNewSession={() => chooseSession(null)}
              onAnswer={() => input.current?.focus()}
              onPutBack={write}
            />
          )}
        </ScrollToEnd>
        {state !== null && (
          <QueueList prompts={waitingPrompts(state).queue} onWithdraw={actions.withdraw} withdrawing={actions.withdrawing} />
        )}
        {draft !== null && !isWithoutProject && (
          <Composer
            text={sending.pending === null ? draft.text : ''}
            onTextChange={text => updateDraft({ text })}
            preview={sending.pending === null ? preview : null}
            choice={draft.choice}
            onChoiceChange={choice => updateDraft({ choice })}
            onRemovePick={pointing.removePick}
            onAnnotate={pointing.annotate}
            onTakeScreenshot={pointing.takeScreenshot}
            onPointInside={pointing.pointInside}
            onTakeWholePage={pointing.takeWholePage}
            isTakingWholePage={pointing.isTakingWholePage}
            destination={server.serverUrl}
            pointing={pointing.status}
            onPoint={pointing.point}
            pointKey={pointKey}
            recording={recording.view}
            onRecording={{ ...recording, report: () => setIsReporting(true) }}
            onLeavePointing={pointing.leave}
            pointingBlocked={pointingBlocked}
            isRunning={running !== undefined}
            isStopRequested={running?.isStopRequested ?? false}
            onStop={actions.stop}
            isSending={sending.pending !== null}
            onSend={() => send()}
            sendingBlocked={state?.isClosed ? strings.session.closedHint : undefined}
            inputRef={input}
            problem={isReporting ? null : problemCard}
          />
        )}
      </main>
      {isReporting && draft !== null && preview !== null && pointing.draft !== null && (
        <BugReport
          draft={pointing.draft}
          preview={preview}
          choice={draft.choice}
          recording={recording.recording}
          text={draft.text}
          onTextChange={text => updateDraft({ text })}
          onOpenIssue={send}
          isSending={sending.pending !== null}
          onSend={() => send()}
          problem={problemCard}
          onClose={() => setIsReporting(false)}
        />
      )}
      <Questions
        question={question}
        changed={state === null ? [] : filesOfTurns(openTurns(state))}
        actions={actions}
        onDisconnect={() => void disconnect(connectionSetting, clientName(), (address, init) => fetch(address, init))}
        onAnswered={() => setQuestion(null)}
      />
    </>
  )
}

/** The person comes back from the page to say what is wrong with what they picked. */
function useFocusAfterPick(picks: number, hasLeft: boolean, input: RefObject<HTMLTextAreaElement | null>) {
  useEffect(() => {
    if (picks > 0 && hasLeft) input.current?.focus()
  }, [picks, hasLeft, input])
}

/** Why nothing can be pointed at; missing access is no reason, because pointing asks for it. */
function blockedReason(problem: { code: string; message: string } | undefined, project: Project | null): string | undefined {
  if (problem !== undefined && problem.code !== 'page_access_needed') return problem.message
  return project === null ? strings.page.pointElsewhere : undefined
}

/** The text of a prompt that is on its way, or confirmed but not in the log yet. The log may also be ahead of the confirmation. */
function unseenText(
  { pending, sent }: Pick<Sending, 'pending' | 'sent'>,
  prompts: readonly PromptState[],
  promptsBefore: number
): string | null {
  if (pending !== null) return prompts.slice(promptsBefore).some(prompt => prompt.text === pending.text) ? null : pending.text
  return sent === null || prompts.some(prompt => prompt.promptId === sent.promptId) ? null : sent.text
}

function titleOf(sessionId: string | null | undefined, state: SessionState | null, isWithoutProject: boolean): string {
  if (sessionId === undefined || isWithoutProject) return strings.product
  return sessionId === null ? strings.header.newSession : state?.title || strings.header.untitled
}

function placeWords(match: ProjectMatch, project: Project | null, sessionProject: string | undefined) {
  if (project !== null) return { name: project.name, branch: project.branch }
  if (sessionProject) return { name: sessionProject }
  return { name: match.status === 'loading' ? strings.header.loading : strings.header.noProject }
}
