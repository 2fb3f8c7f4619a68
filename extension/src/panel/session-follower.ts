import {
  emptySession,
  eventBatchSchema,
  type Failure,
  FixpointError,
  type FollowRequest,
  followAnswerSchema,
  reduceSession,
  type SessionEvent,
  type SessionState,
  type TextDelta,
  textDeltaSchema,
  withTextDelta
} from '@fixpoint/protocol'

/** What a follower needs of the connection. Each `on…` returns how to end listening; what arrives is parsed here. */
export interface LogSocket {
  isConnected(): boolean
  follow(request: FollowRequest, answer: (answer: unknown) => void): void
  unfollow(sessionId: string): void
  onConnect(listener: () => void): () => void
  onEvents(listener: (batch: unknown, acknowledge: () => void) => void): () => void
  onDelta(listener: (delta: unknown) => void): () => void
}

export interface FollowedSession {
  /** The fold over the log as far as it has arrived, with the text that is being written now. */
  state: SessionState
  /** `current` when everything that the server had at the last `follow` is in the state. */
  status: 'loading' | 'current' | 'failed'
  failure?: Failure
}

/** A fold to go on from, and the log that it belongs to. */
export interface KnownSession {
  state: SessionState
  epoch: string
}

export interface SessionFollower {
  snapshot(): FollowedSession
  subscribe(listener: () => void): () => void
  /** The fold for a later follower of the same session; null before the server has answered. */
  known(): KnownSession | null
  /** Asks again after a failure. */
  retry(): void
  stop(): void
}

interface FollowerOptions {
  socket: LogSocket
  sessionId: string
  known?: KnownSession | undefined
  /** Calls back soon; texts that arrive until then are shown together. */
  schedule: (callback: () => void) => void
}

/** Gaps in a row without a new event in between; then the log is loaded from its beginning, and then given up. */
const GAPS_UNTIL_RESTART = 3

/**
 * Follows a session's log: every event once and in order, over any number of connections. After each connection it asks for what
 * comes after the last event that it has; when events are missing it asks again; when the log is another one (a backup was
 * restored) it starts over and keeps showing what it had until the new one arrives.
 */
export function followSession({ socket, sessionId, known, schedule }: FollowerOptions): SessionFollower {
  const listeners = new Set<() => void>()
  let folded = known?.state ?? emptySession(sessionId)
  let epoch = known?.epoch ?? null
  /** What is shown while the log is loaded from its beginning once more. */
  let former: SessionState | null = null
  let tail: TextDelta | null = null
  let head = Number.POSITIVE_INFINITY
  let failure: Failure | null = null
  let request = 0
  let gaps = 0
  let isStopped = false
  let isTold = true
  let current: FollowedSession = makeSnapshot()

  const endings = [socket.onConnect(ask), socket.onEvents(receiveBatch), socket.onDelta(receiveDelta)]
  if (socket.isConnected()) ask()

  function ask() {
    if (isStopped || !socket.isConnected()) return
    const number = ++request
    socket.follow({ sessionId, after: folded.seq }, answer => {
      // An answer to an earlier question says nothing about what comes now.
      if (number === request && !isStopped) receiveAnswer(answer)
    })
  }

  function receiveAnswer(answer: unknown) {
    const parsed = followAnswerSchema.safeParse(answer)
    if (!parsed.success) return fail(unreadable('The server’s answer to “follow” cannot be read.', parsed.error))
    if ('problem' in parsed.data) {
      const { code, detail, hint } = parsed.data.problem
      if ((code === 'resync_required' || code === 'seq_ahead') && folded.seq > 0) return restart()
      return fail(new FixpointError(code, detail, { hint }))
    }
    const isOtherLog = epoch !== null && epoch !== parsed.data.epoch && folded.seq > 0
    epoch = parsed.data.epoch
    if (isOtherLog) return restart()
    head = parsed.data.head
    failure = null
    tell()
  }

  function restart() {
    former = former ?? folded
    folded = emptySession(sessionId)
    tail = null
    head = Number.POSITIVE_INFINITY
    ask()
    tell()
  }

  function receiveBatch(batch: unknown, acknowledge: () => void) {
    const parsed = eventBatchSchema.safeParse(batch)
    if (!parsed.success) return fail(unreadable('The server sent an event that this version cannot read.', parsed.error))
    if (isStopped || parsed.data.sessionId !== sessionId) return
    for (const event of parsed.data.events) {
      if (event.seq <= folded.seq) continue
      if (event.seq > folded.seq + 1) return handleGap()
      folded = reduceSession(folded, event)
      if (endsText(event, tail)) tail = null
      gaps = 0
      former = null
    }
    acknowledge()
    tell()
  }

  /** Not acknowledged: asking again replaces this delivery. */
  function handleGap() {
    gaps += 1
    tell()
    if (gaps < GAPS_UNTIL_RESTART) return ask()
    if (gaps === GAPS_UNTIL_RESTART) return restart()
    fail(new FixpointError('resync_required', 'The server leaves out events of this session.'))
  }

  function receiveDelta(received: unknown) {
    const parsed = textDeltaSchema.safeParse(received)
    // A delta is only a foretaste of an event; one that cannot be read is not missed.
    if (!parsed.success || isStopped || parsed.data.sessionId !== sessionId) return
    const delta = parsed.data
    const isNext = tail?.stepId === delta.stepId && delta.offset <= tail.offset + tail.text.length && delta.offset >= tail.offset
    tail = tail !== null && isNext ? { ...tail, text: tail.text.slice(0, delta.offset - tail.offset) + delta.text } : delta
    if (!isTold) return
    isTold = false
    schedule(tell)
  }

  function fail(error: FixpointError) {
    failure = error.toFailure()
    tell()
  }

  function tell() {
    isTold = true
    if (isStopped) return
    current = makeSnapshot()
    for (const listener of listeners) listener()
  }

  function makeSnapshot(): FollowedSession {
    const state = former ?? (tail === null || !isStreaming(folded, tail) ? folded : withTextDelta(folded, tail))
    if (failure !== null) return { state, status: 'failed', failure }
    return { state, status: folded.seq >= head && former === null ? 'current' : 'loading' }
  }

  return {
    snapshot: () => current,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    known: () => (epoch === null || former !== null ? null : { state: folded, epoch }),
    retry() {
      failure = null
      gaps = 0
      tell()
      ask()
    },
    stop() {
      isStopped = true
      for (const end of endings) end()
      if (socket.isConnected()) socket.unfollow(sessionId)
    }
  }
}

/** Whether the log now says everything about the text that the tail is a part of. */
function endsText(event: SessionEvent, tail: TextDelta | null): boolean {
  if (tail === null) return false
  switch (event.type) {
    case 'step.started':
      return event.data.stepId !== tail.stepId
    case 'step.answered':
    case 'step.failed':
      return event.data.stepId === tail.stepId
    case 'turn.finished':
    case 'turn.resumed':
      return event.data.turnId === tail.turnId
    default:
      return false
  }
}

/** A late piece of a text that is complete or was broken off is not shown any more. */
function isStreaming(state: SessionState, { turnId, stepId }: TextDelta): boolean {
  const turn = state.turns.find(candidate => candidate.turnId === turnId)
  if (turn?.status !== 'running') return false
  const text = turn.items.find(item => item.kind === 'text' && item.stepId === stepId)
  return text === undefined || (text.kind === 'text' && text.status === 'streaming')
}

function unreadable(message: string, cause: unknown): FixpointError {
  return new FixpointError('protocol_unsupported', message, { hint: 'Bring the extension and the server to the same version.', cause })
}
