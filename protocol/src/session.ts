import type { Failure } from './errors.ts'
import type { ContextSummary, SessionEvent, TextDelta, TokenUsage, ToolOutcome, TurnOutcome } from './events.ts'
import type { Person } from './people.ts'
import type { Picture, Proof } from './proof.ts'
import type { EgressDecision } from './sandbox/egress.ts'
import type { FileChange } from './sandbox/workspace.ts'

/**
 * A prompt that has begun ends in one of a turn's outcomes. `withdrawn` is the person's own end for one that still waited: it never gets a turn.
 */
export type PromptStatus = 'queued' | 'running' | TurnOutcome | 'withdrawn'

export interface PromptState {
  promptId: string
  text: string
  author: Person
  context?: ContextSummary
  queuedAt: string
  status: PromptStatus
  turnId?: string
}

/** One line or card of a turn's timeline, in the order in which it began. */
export type TimelineItem =
  | { kind: 'text'; seq: number; stepId: string; text: string; status: 'streaming' | 'complete' | 'interrupted' }
  | {
      kind: 'tool'
      seq: number
      callId: string
      tool: string
      title: string
      input: string
      status: 'running' | ToolOutcome
      summary?: string
      detail?: string
      detailKind?: 'text' | 'diff'
      files?: FileChange[]
      pictures?: Picture[]
      durationMs?: number
    }
  | { kind: 'notice'; seq: number; level: 'info' | 'warning'; text: string }
  | { kind: 'failure'; seq: number; failure: Failure; retryAt?: string }
  | { kind: 'proof'; seq: number; proof: Proof }

export interface TurnState {
  turnId: string
  promptId: string
  status: 'running' | TurnOutcome
  startedAt: string
  finishedAt?: string
  failure?: Failure
  isStopRequested: boolean
  /** 1, and one more for each time that it went on after a break. */
  attempt: number
  /** What is going on now, in a few words, while it runs. */
  activity: string
  steps: number
  usage: TokenUsage
  items: TimelineItem[]
  proof?: Proof
  /** Pictures of the proof in the making, shown before it is finished. */
  captured: { before?: Picture; after?: Picture }
  /** The commit of the files as they were when it began. */
  base?: string
  /** The last of its checkpoints. */
  checkpoint?: string
  /** Its checkpoints in order, each with the number of the step after which it was made. */
  checkpoints: { commit: string; parent: string; step: number }[]
  /** Files that people saved while it ran: what they have in them is not the agent's alone. */
  savedMeanwhile: string[]
  acceptedBy?: Person
  undone?: { by: Person; at: string; left: string[] }
}

/** What the files of a session went through, in order; each is a commit. */
export type WorkStep =
  | { kind: 'turn'; turnId: string; commit: string }
  | { kind: 'edits'; commit: string; by: Person[]; at: string; paths: string[] }
  | { kind: 'undo'; commit: string; by: Person; at: string; turnIds: string[] }

/** One time that turns were undone, or are being undone. */
export type UndoState =
  | { status: 'requested'; operationId: string; by: Person; at: string; turnIds: string[]; leaveChanged: boolean }
  | { status: 'finished'; operationId: string; turnIds: string[]; restored: string[]; left: string[] }
  | { status: 'failed'; operationId: string; turnIds: string[]; failure: Failure; conflicts: string[] }

export type PullRequestState =
  | {
      status: 'requested'
      operationId: string
      turnId: string
      checkpoint?: string | undefined
      branch: string
      by: Person
      title: string
    }
  | {
      status: 'opened'
      checkpoint?: string | undefined
      operationId: string
      turnId: string
      branch: string
      commit: string
      url?: string | undefined
      number?: number | undefined
    }
  | { status: 'failed'; operationId: string; failure: Failure }

/** A bug report that a person wanted on the code host. */
export interface IssueState {
  operationId: string
  title: string
  text: string
  context?: ContextSummary | undefined
  by: Person
  requestedAt: string
  status: 'requested' | 'opened' | 'failed'
  url?: string
  number?: number
  failure?: Failure
}

/** Everything that is shown of a session: a fold over its log. */
export interface SessionState {
  sessionId: string
  /** Seq of the last event in it; 0 before the first. */
  seq: number
  projectId: string
  projectName: string
  title: string
  createdAt: string
  updatedAt: string
  createdBy: Person | null
  isClosed: boolean
  prompts: PromptState[]
  turns: TurnState[]
  sandbox: { status: 'none' | 'starting' | 'ready' | 'lost'; sandboxId?: string }
  /** The commit of the project's branch that the session's work is based on; set when its first sandbox starts. */
  base: { commit: string; branch: string } | null
  /** The last checkpoint and the files that differ from the session's first commit. */
  checkpoint: { commit: string; files: FileChange[] } | null
  work: WorkStep[]
  undos: UndoState[]
  /** What people saved in an editor since the last turn ended. */
  saves: { by: Person; path: string }[]
  egressRefusals: { host: string; port: number | null; reason: string; count: number }[]
  pullRequest: PullRequestState | null
  /** In the order in which they were asked for. */
  issues: IssueState[]
}

export function emptySession(sessionId: string): SessionState {
  return {
    sessionId,
    seq: 0,
    projectId: '',
    projectName: '',
    title: '',
    createdAt: '',
    updatedAt: '',
    createdBy: null,
    isClosed: false,
    prompts: [],
    turns: [],
    sandbox: { status: 'none' },
    base: null,
    checkpoint: null,
    work: [],
    undos: [],
    saves: [],
    egressRefusals: [],
    pullRequest: null,
    issues: []
  }
}

/** The turn that runs now, if one does. At most one runs in a session. */
export function runningTurn(state: SessionState): TurnState | undefined {
  return state.turns.findLast(turn => turn.status === 'running')
}

/** The undoing that is under way, if one is. A turn does not begin before it is over. */
export function runningUndo(state: SessionState): Extract<UndoState, { status: 'requested' }> | undefined {
  const last = state.undos.at(-1)
  return last?.status === 'requested' ? last : undefined
}

/** Whether the turn changed files and they can be put back. */
export function canBeUndone(turn: TurnState): boolean {
  return turn.status !== 'running' && turn.undone === undefined && turn.checkpoint !== undefined && turn.checkpoint !== turn.base
}

/** Whether a pull request with the files as they are recorded is open, or on its way. */
export function isProposed({ pullRequest, checkpoint, turns }: SessionState): boolean {
  if (pullRequest === null || pullRequest.status === 'failed') return false
  if (pullRequest.checkpoint !== undefined) return pullRequest.checkpoint === checkpoint?.commit
  return pullRequest.turnId === turns.findLast(turn => turn.checkpoint !== undefined)?.turnId
}

/** The turns that changed files and were neither accepted nor undone: what discarding takes back. */
export function openTurns(state: SessionState): TurnState[] {
  return state.turns.filter(turn => canBeUndone(turn) && turn.acceptedBy === undefined)
}

/** Paths of the files that these turns are known to have changed, by their proofs and their edits; commands do not say theirs. */
export function filesOfTurns(turns: readonly TurnState[]): string[] {
  const named = turns.flatMap(turn => [
    ...(turn.proof?.files ?? []),
    ...turn.items.flatMap(item => (item.kind === 'tool' ? (item.files ?? []) : []))
  ])
  return [...new Set(named.map(file => file.path))].sort()
}

/** The prompts that wait, in the order in which they will run. */
export function queuedPrompts(state: SessionState): PromptState[] {
  return state.prompts.filter(prompt => prompt.status === 'queued')
}

/**
 * Applies the next event of the log. Pure; returns a new state that shares what did not change.
 * @throws RangeError when the event is not the next one: whoever calls has lost something and must load it first.
 */
export function reduceSession(state: SessionState, event: SessionEvent): SessionState {
  if (event.seq !== state.seq + 1) throw new RangeError(`event ${event.seq} does not follow ${state.seq}`)
  return { ...applyEvent(state, event), seq: event.seq, updatedAt: event.at }
}

function applyEvent(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    case 'session.created': {
      const { projectId, projectName, title, by } = event.data
      return { ...state, projectId, projectName, title, createdBy: by, createdAt: event.at }
    }
    case 'session.closed':
      return { ...state, isClosed: true }
    case 'prompt.queued': {
      const prompt: PromptState = { ...event.data, queuedAt: event.at, status: 'queued' }
      return { ...state, title: state.title || titleOf(prompt.text), prompts: [...state.prompts, prompt] }
    }
    case 'prompt.withdrawn':
      return withPrompt(state, event.data.promptId, { status: 'withdrawn' })
    case 'turn.started': {
      const { turnId, promptId } = event.data
      const turn: TurnState = {
        turnId,
        promptId,
        status: 'running',
        startedAt: event.at,
        isStopRequested: false,
        attempt: 1,
        activity: 'Starting',
        steps: 0,
        usage: { inputTokens: 0, outputTokens: 0 },
        items: [],
        captured: {},
        checkpoints: [],
        savedMeanwhile: []
      }
      const base = state.checkpoint?.commit ?? state.base?.commit
      if (base !== undefined) turn.base = base
      return withPrompt({ ...state, turns: [...state.turns, turn] }, promptId, { status: 'running', turnId })
    }
    case 'turn.resumed':
      return withTurn(state, event.data.turnId, turn => ({
        ...addItem(interruptText(turn), { kind: 'notice', seq: event.seq, level: 'info', text: event.data.message }),
        attempt: event.data.attempt,
        activity: 'Going on'
      }))
    case 'stop.requested':
      return withTurn(state, event.data.turnId, turn => ({ ...turn, isStopRequested: true, activity: 'Stopping' }))
    case 'turn.finished': {
      const { turnId, promptId, outcome, failure } = event.data
      const next = withTurn({ ...state, saves: [] }, turnId, turn => ({
        ...settleItems(turn),
        status: outcome,
        finishedAt: event.at,
        activity: '',
        failure
      }))
      return withPrompt(next, promptId, { status: outcome })
    }
    case 'sandbox.starting':
      return withTurn(
        { ...state, sandbox: { status: 'starting' }, base: state.base ?? { commit: event.data.commit, branch: event.data.branch } },
        event.data.turnId,
        turn => ({ ...turn, base: turn.base ?? event.data.commit, activity: 'Starting the sandbox' })
      )
    case 'sandbox.ready': {
      const { sandboxId, turnId, message, startedFrom } = event.data
      const level = startedFrom === 'checkpoint' ? 'warning' : 'info'
      return withTurn({ ...state, sandbox: { status: 'ready', sandboxId } }, turnId, turn => {
        const ready = { ...turn, activity: 'Thinking' }
        return message === '' ? ready : addItem(ready, { kind: 'notice', seq: event.seq, level, text: message })
      })
    }
    case 'sandbox.lost':
      return withTurn({ ...state, sandbox: { status: 'lost' } }, event.data.turnId, turn =>
        addItem(turn, { kind: 'failure', seq: event.seq, failure: event.data.failure })
      )
    case 'workspace.opened':
      return { ...state, base: state.base ?? { commit: event.data.commit, branch: event.data.branch } }
    case 'files.saved': {
      const { by, paths } = event.data
      const isKnown = (path: string) => state.saves.some(save => save.path === path && save.by.personId === by.personId)
      const next = { ...state, saves: [...state.saves, ...paths.filter(path => !isKnown(path)).map(path => ({ by, path }))] }
      const running = runningTurn(state)
      if (running === undefined) return next
      const text = `${by.name} saved ${paths.map(path => nameOf(path)).join(', ')}.`
      return withTurn(next, running.turnId, turn => ({
        ...addItem(turn, { kind: 'notice', seq: event.seq, level: 'info', text }),
        savedMeanwhile: [...new Set([...turn.savedMeanwhile, ...paths])]
      }))
    }
    case 'egress.refused': {
      const { decision, turnId } = event.data
      const egressRefusals = countRefusal(state.egressRefusals, decision)
      const isFirst = egressRefusals.length > state.egressRefusals.length
      const next = { ...state, egressRefusals }
      if (turnId === undefined || !isFirst) return next
      const text = `The sandbox let nothing out to ${decision.host}${decision.port === null ? '' : `:${decision.port}`} (${EGRESS_REASONS[decision.reason]}).`
      return withTurn(next, turnId, turn => addItem(turn, { kind: 'notice', seq: event.seq, level: 'warning', text }))
    }
    case 'step.started':
      return withTurn(state, event.data.turnId, turn => ({ ...interruptText(turn), steps: event.data.number, activity: 'Thinking' }))
    case 'step.text':
      return withTurn(state, event.data.turnId, turn => appendText(turn, event.seq, event.data.stepId, event.data.text))
    case 'step.answered':
      return withTurn(state, event.data.turnId, turn => ({
        ...completeText(turn),
        usage: {
          inputTokens: turn.usage.inputTokens + event.data.usage.inputTokens,
          outputTokens: turn.usage.outputTokens + event.data.usage.outputTokens
        }
      }))
    case 'step.failed': {
      const { failure, retryAt, turnId } = event.data
      return withTurn(state, turnId, turn => addItem(interruptText(turn), { kind: 'failure', seq: event.seq, failure, retryAt }))
    }
    case 'tool.started': {
      const { callId, tool, title, input, turnId } = event.data
      return withTurn(state, turnId, turn =>
        addItem({ ...turn, activity: title }, { kind: 'tool', seq: event.seq, callId, tool, title, input, status: 'running' })
      )
    }
    case 'tool.finished': {
      const { callId, outcome, summary, detail, detailKind, files, pictures, durationMs, turnId } = event.data
      return withTurn(state, turnId, turn => ({
        ...turn,
        activity: 'Thinking',
        items: turn.items.map(item =>
          item.kind === 'tool' && item.callId === callId
            ? {
                ...item,
                status: outcome,
                summary,
                durationMs,
                detail,
                detailKind,
                files,
                pictures
              }
            : item
        )
      }))
    }
    case 'checkpoint.saved': {
      const { commit, parent, files, turnId } = event.data
      // A turn has one step in the work, at its last checkpoint.
      const last = state.work.at(-1)
      const before = last?.kind === 'turn' && last.turnId === turnId ? state.work.slice(0, -1) : state.work
      const work: WorkStep[] = [...before, { kind: 'turn', turnId, commit }]
      return withTurn({ ...state, checkpoint: { commit, files }, work }, turnId, turn => ({
        ...turn,
        checkpoint: commit,
        checkpoints: [...turn.checkpoints, { commit, parent, step: turn.steps }]
      }))
    }
    case 'edits.recorded': {
      const { turnId, commit, files, changed, by } = event.data
      const paths = changed.map(file => file.path)
      const next: SessionState = {
        ...state,
        checkpoint: { commit, files },
        work: [...state.work, { kind: 'edits', commit, by, at: event.at, paths }]
      }
      if (turnId === undefined) return next
      const text = `${by.length === 0 ? 'Changes' : `Changes by ${by.map(person => person.name).join(', ')}`} since the last turn: ${namesOf(paths)}.`
      return withTurn(next, turnId, turn => addItem({ ...turn, base: commit }, { kind: 'notice', seq: event.seq, level: 'info', text }))
    }
    case 'undo.requested':
      return { ...state, undos: [...state.undos, { status: 'requested', at: event.at, ...event.data }] }
    case 'undo.finished': {
      const { operationId, by, turnIds, commit, files, restored, left } = event.data
      const next: SessionState = {
        ...state,
        checkpoint: { commit, files },
        undos: [...state.undos.slice(0, -1), { status: 'finished', operationId, turnIds, restored, left }],
        work: commit === state.checkpoint?.commit ? state.work : [...state.work, { kind: 'undo', commit, by, at: event.at, turnIds }]
      }
      return {
        ...next,
        turns: next.turns.map(turn => (turnIds.includes(turn.turnId) ? { ...turn, undone: { by, at: event.at, left } } : turn))
      }
    }
    case 'undo.failed': {
      const { operationId, turnIds, failure, conflicts } = event.data
      const undos: UndoState[] = [...state.undos.slice(0, -1), { status: 'failed', operationId, turnIds, failure, conflicts }]
      const next: SessionState = { ...state, undos }
      const shownAt = state.turns.findLast(turn => turnIds.includes(turn.turnId))
      if (shownAt === undefined) return next
      return withTurn(next, shownAt.turnId, turn => addItem(turn, { kind: 'failure', seq: event.seq, failure }))
    }
    case 'turns.accepted': {
      const { by, turnIds } = event.data
      return { ...state, turns: state.turns.map(turn => (turnIds.includes(turn.turnId) ? { ...turn, acceptedBy: by } : turn)) }
    }
    case 'proof.started':
      return event.data.phase === 'before'
        ? state
        : withTurn(state, event.data.turnId, turn => ({ ...turn, activity: 'Taking the after picture' }))
    case 'proof.captured': {
      const { phase, page, turnId } = event.data
      return withTurn(state, turnId, turn => ({ ...turn, captured: { ...turn.captured, [phase]: page } }))
    }
    case 'proof.finished': {
      const { proof, turnId } = event.data
      return withTurn(state, turnId, turn => ({ ...addItem(turn, { kind: 'proof', seq: event.seq, proof }), proof }))
    }
    case 'notice.added': {
      const { turnId, level, text } = event.data
      if (turnId === undefined) return state
      return withTurn(state, turnId, turn =>
        addItem(turn.status === 'running' ? { ...turn, activity: text } : turn, { kind: 'notice', seq: event.seq, level, text })
      )
    }
    case 'pull_request.requested':
      return { ...state, pullRequest: { status: 'requested', ...event.data } }
    case 'pull_request.opened':
      return {
        ...state,
        pullRequest: {
          status: 'opened',
          checkpoint: state.pullRequest?.status === 'requested' ? state.pullRequest.checkpoint : undefined,
          ...event.data
        }
      }
    case 'pull_request.failed':
      return { ...state, pullRequest: { status: 'failed', ...event.data } }
    case 'issue.requested': {
      const issue: IssueState = { ...event.data, requestedAt: event.at, status: 'requested' }
      return { ...state, title: state.title || titleOf(issue.title), issues: [...state.issues, issue] }
    }
    case 'issue.opened':
      return withIssue(state, event.data.operationId, { status: 'opened', url: event.data.url, number: event.data.number })
    case 'issue.failed':
      return withIssue(state, event.data.operationId, { status: 'failed', failure: event.data.failure })
  }
}

/**
 * The state with text that has arrived but is not in the log yet. Not a part of the fold: the next event replaces it.
 * A delta that does not join on to the text known so far is left out.
 */
export function withTextDelta(state: SessionState, delta: TextDelta): SessionState {
  return withTurn(state, delta.turnId, turn => {
    const known = turn.items.find(item => item.kind === 'text' && item.stepId === delta.stepId)
    const length = known?.kind === 'text' ? known.text.length : 0
    const overlap = length - delta.offset
    if (overlap < 0 || overlap >= delta.text.length) return turn
    return appendText(turn, state.seq, delta.stepId, delta.text.slice(overlap))
  })
}

const EGRESS_REASONS: Record<EgressDecision['reason'], string> = {
  on_list: 'allowed',
  not_on_list: 'not on the project’s list of hosts',
  host_syntax: 'not a host name',
  port_not_allowed: 'the port is not on the list',
  private_address: 'it resolves to a private address',
  unresolvable: 'the name cannot be resolved',
  not_connect: 'only HTTPS through the proxy is carried',
  byte_budget: 'the sandbox has used up its byte budget',
  connect_failed: 'the host did not answer',
  tls_name_mismatch: 'the TLS connection named another host',
  too_many: 'there were too many connections'
}

const TITLE_LENGTH = 80

function titleOf(text: string): string {
  const line = text.trim().split('\n')[0] ?? ''
  return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1).toWellFormed()}…` : line
}

const NAMES_SHOWN = 5

function namesOf(paths: readonly string[]): string {
  const shown = paths.slice(0, NAMES_SHOWN).map(nameOf).join(', ')
  return paths.length > NAMES_SHOWN ? `${shown} and ${paths.length - NAMES_SHOWN} more` : shown
}

function nameOf(path: string): string {
  return path.split('/').at(-1) ?? path
}

function withPrompt(state: SessionState, promptId: string, change: Partial<PromptState>): SessionState {
  return { ...state, prompts: state.prompts.map(prompt => (prompt.promptId === promptId ? { ...prompt, ...change } : prompt)) }
}

function withTurn(state: SessionState, turnId: string, change: (turn: TurnState) => TurnState): SessionState {
  return { ...state, turns: state.turns.map(turn => (turn.turnId === turnId ? change(turn) : turn)) }
}

function withIssue(state: SessionState, operationId: string, change: Partial<IssueState>): SessionState {
  return { ...state, issues: state.issues.map(issue => (issue.operationId === operationId ? { ...issue, ...change } : issue)) }
}

function addItem(turn: TurnState, item: TimelineItem): TurnState {
  return { ...turn, items: [...turn.items, item] }
}

function appendText(turn: TurnState, seq: number, stepId: string, text: string): TurnState {
  const index = turn.items.findIndex(item => item.kind === 'text' && item.stepId === stepId)
  const item = turn.items[index]
  if (item?.kind !== 'text') return { ...addItem(turn, { kind: 'text', seq, stepId, text, status: 'streaming' }), activity: 'Writing' }
  return { ...turn, items: turn.items.with(index, { ...item, text: item.text + text }) }
}

function setStreamingText(turn: TurnState, status: 'complete' | 'interrupted'): TurnState {
  return { ...turn, items: turn.items.map(item => (item.kind === 'text' && item.status === 'streaming' ? { ...item, status } : item)) }
}

function completeText(turn: TurnState): TurnState {
  return setStreamingText(turn, 'complete')
}

function interruptText(turn: TurnState): TurnState {
  return setStreamingText(turn, 'interrupted')
}

/** At its end a turn has nothing that still runs. */
function settleItems(turn: TurnState): TurnState {
  const settled = interruptText(turn)
  return {
    ...settled,
    items: settled.items.map(item =>
      item.kind === 'tool' && item.status === 'running'
        ? { ...item, status: 'unknown', summary: 'It is not known whether this was carried out.' }
        : item
    )
  }
}

function countRefusal(
  refusals: SessionState['egressRefusals'],
  decision: { host: string; port: number | null; reason: string }
): SessionState['egressRefusals'] {
  const isSame = (entry: { host: string; port: number | null; reason: string }) =>
    entry.host === decision.host && entry.port === decision.port && entry.reason === decision.reason
  if (!refusals.some(isSame)) return [...refusals, { host: decision.host, port: decision.port, reason: decision.reason, count: 1 }]
  return refusals.map(entry => (isSame(entry) ? { ...entry, count: entry.count + 1 } : entry))
}
