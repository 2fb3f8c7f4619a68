import {
  emptySession,
  FixpointError,
  reduceSession,
  type SessionEvent,
  type SessionState,
  sessionIdSchema,
  stripControls
} from '@fixpoint/protocol'
import pc from 'picocolors'
import type { Connection } from './connection.ts'
import { describeEvent, VERDICTS } from './describe-event.ts'
import { EXIT } from './exit-codes.ts'
import { followSession } from './follow-session.ts'
import { formatTable, type Terminal } from './terminal.ts'

/** The session with this id, or with the one id that begins like this. */
export async function findSession(given: string, { client }: Connection): Promise<string> {
  if (sessionIdSchema.safeParse(given).success) return given
  const { sessions } = await client.call('listSessions', { query: { limit: 100 } })
  const prefix = given.startsWith('ses_') ? given : `ses_${given}`
  const matches = sessions.filter(session => session.sessionId.startsWith(prefix))
  const [only] = matches
  if (only && matches.length === 1) return only.sessionId
  if (matches.length === 0)
    throw new FixpointError('session_not_found', `No session begins with “${given.slice(0, 40)}”.`, {
      hint: '`npm run fixpoint -- sessions` lists them.'
    })
  throw new FixpointError('invalid_parameter', `${matches.length} sessions begin with “${given}”.`, { hint: 'Give more of the id.' })
}

export async function listCommand(
  options: { project?: string | undefined; json: boolean },
  { client }: Connection,
  terminal: Terminal
): Promise<number> {
  const { sessions } = await client.call('listSessions', { query: options.project === undefined ? {} : { projectId: options.project } })
  if (options.json) terminal.answer(JSON.stringify(sessions, null, 2))
  else if (sessions.length === 0) terminal.say('There are no sessions yet.')
  else {
    const rows = sessions.map(session => [
      session.sessionId,
      session.status,
      session.verdict ?? '–',
      session.projectId,
      session.updatedAt.slice(0, 16).replace('T', ' '),
      stripControls(session.title)
    ])
    terminal.answer(formatTable([['SESSION', 'STATUS', 'VERDICT', 'PROJECT', 'CHANGED (UTC)', 'TITLE'], ...rows]))
  }
  return EXIT.ok
}

export async function showCommand(
  given: string,
  options: { json: boolean; events: boolean; wait: boolean },
  connection: Connection,
  terminal: Terminal
): Promise<number> {
  const sessionId = await findSession(given, connection)
  if (options.wait) {
    return await interruptible(async signal => {
      const onEvent = (event: SessionEvent) => {
        const line = describeEvent(event)
        if (line !== null) terminal.say(line)
      }
      const state = await followSession(connection, sessionId, onEvent, isQuiet, signal)
      if (options.json) terminal.answer(JSON.stringify(state, null, 2))
      return EXIT.ok
    })
  }
  const state = await readSession(sessionId, connection, event => {
    if (options.events) terminal.answer(JSON.stringify(event))
  })
  if (options.events) return EXIT.ok
  terminal.answer(options.json ? JSON.stringify(state, null, 2) : describeSession(state))
  return EXIT.ok
}

/** The session as its log says now. */
export async function readSession(
  sessionId: string,
  { client }: Connection,
  onEvent: (event: SessionEvent) => void = () => undefined
): Promise<SessionState> {
  let state = emptySession(sessionId)
  for (;;) {
    const { events, head } = await client.call('listEvents', { params: { sessionId }, query: { after: state.seq } })
    for (const event of events) {
      state = reduceSession(state, event)
      onEvent(event)
    }
    if (state.seq >= head) return state
  }
}

/** Nothing runs and nothing waits. */
function isQuiet(state: SessionState): boolean {
  return state.prompts.length > 0 && state.prompts.every(prompt => prompt.status !== 'queued' && prompt.status !== 'running')
}

function describeSession(state: SessionState): string {
  const lines = [
    pc.bold(stripControls(state.title) || state.sessionId),
    pc.dim(
      `${state.sessionId} · ${state.projectName} · ${state.createdAt.slice(0, 16).replace('T', ' ')} UTC${state.isClosed ? ' · closed' : ''}`
    )
  ]
  for (const prompt of state.prompts) {
    lines.push('', `${pc.bold(stripControls(prompt.author.name))}: ${stripControls(prompt.text).trim()} ${pc.dim(`(${prompt.status})`)}`)
    const turn = state.turns.find(candidate => candidate.turnId === prompt.turnId)
    for (const item of turn?.items ?? []) {
      if (item.kind === 'text')
        lines.push(
          `  ${stripControls(item.text).trim().replaceAll('\n', '\n  ')}${item.status === 'interrupted' ? pc.dim(' (interrupted)') : ''}`
        )
      else if (item.kind === 'tool') lines.push(pc.dim(`  · ${stripControls(item.summary ?? item.title)}`))
      else if (item.kind === 'notice') lines.push(pc.dim(`  ${stripControls(item.text)}`))
      else if (item.kind === 'failure') lines.push(pc.yellow(`  ${stripControls(item.failure.message)}`))
      else {
        lines.push(`  ${pc.bold(VERDICTS[item.proof.verdict.value])}`)
        for (const reason of item.proof.verdict.reasons)
          lines.push(`    ${reason.holds === null ? '–' : reason.holds ? '✓' : '✗'} ${stripControls(reason.text)}`)
      }
    }
    if (turn?.acceptedBy) lines.push(`  Accepted by ${stripControls(turn.acceptedBy.name)}`)
    if (turn?.undone) lines.push(`  Undone by ${stripControls(turn.undone.by.name)}`)
    if (turn?.failure) lines.push(pc.red(`  ${stripControls(turn.failure.message)} [${turn.failure.code}]`), `  ${turn.failure.hint}`)
  }
  const request = state.pullRequest
  if (request?.status === 'opened')
    lines.push('', `Pull request: ${request.url ?? `branch ${request.branch} at ${request.commit.slice(0, 12)}`}`)
  return lines.join('\n')
}

export async function stopCommand(given: string, connection: Connection, terminal: Terminal): Promise<number> {
  const sessionId = await findSession(given, connection)
  await connection.client.call('stopSession', { params: { sessionId } })
  terminal.say('stopping')
  return EXIT.ok
}

export async function pullRequestCommand(
  given: string,
  options: { title?: string | undefined; confirmProtectedPaths: boolean; json: boolean },
  connection: Connection,
  terminal: Terminal
): Promise<number> {
  const sessionId = await findSession(given, connection)
  const { title, confirmProtectedPaths } = options
  const { operationId } = await connection.client.call('createPullRequest', {
    params: { sessionId },
    body: title === undefined ? { confirmProtectedPaths } : { title, confirmProtectedPaths }
  })
  return await interruptible(async signal => {
    const isOver = ({ pullRequest }: SessionState) => pullRequest?.operationId === operationId && pullRequest.status !== 'requested'
    const { pullRequest: request } = await followSession(connection, sessionId, () => undefined, isOver, signal)
    if (options.json) terminal.answer(JSON.stringify(request, null, 2))
    if (request?.status === 'failed') {
      terminal.fail(request.failure)
      return EXIT.failure
    }
    if (request?.status === 'opened' && !options.json) terminal.answer(request.url ?? `${request.branch} ${request.commit}`)
    return EXIT.ok
  })
}

/** Runs what waits for something; Ctrl-C ends the waiting, not what is waited for. */
export async function interruptible(action: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const interrupted = new AbortController()
  const onInterrupt = () => interrupted.abort(new Error('interrupted'))
  process.once('SIGINT', onInterrupt)
  try {
    return await action(interrupted.signal)
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
    return EXIT.interrupted
  } finally {
    process.removeListener('SIGINT', onInterrupt)
  }
}

export async function clientsCommand(options: { json: boolean }, { client }: Connection, terminal: Terminal): Promise<number> {
  const { clients } = await client.call('listClients', {})
  if (options.json) terminal.answer(JSON.stringify(clients, null, 2))
  else {
    const rows = clients.map(({ clientId, name, connectedAt, isCurrent }) => [
      clientId,
      connectedAt.slice(0, 16).replace('T', ' '),
      `${stripControls(name)}${isCurrent ? ' (this one)' : ''}`
    ])
    terminal.answer(formatTable([['CLIENT', 'CONNECTED (UTC)', 'NAME'], ...rows]))
  }
  return EXIT.ok
}

export async function disconnectCommand(clientId: string, { client }: Connection, terminal: Terminal): Promise<number> {
  await client.call('disconnectClient', { params: { clientId } })
  terminal.say('disconnected; what it has open ends within five seconds')
  return EXIT.ok
}

export async function pairCommand(options: { json: boolean }, { client }: Connection, terminal: Terminal): Promise<number> {
  const pairing = await client.call('createPairingCode', {})
  if (options.json) terminal.answer(JSON.stringify(pairing))
  else {
    terminal.say('Paste this link into the Fixpoint panel. It works once, for ten minutes.')
    terminal.answer(pairing.link)
  }
  return EXIT.ok
}
