import { randomUUID } from 'node:crypto'
import { text as readAll } from 'node:stream/consumers'
import {
  FixpointError,
  type PageContextInput,
  type PromptState,
  type SessionState,
  stripControls,
  type TurnState
} from '@fixpoint/protocol'
import { parse as parseSelector } from 'css-what'
import type { Connection } from './connection.ts'
import { describeEvent, VERDICTS } from './describe-event.ts'
import { EXIT } from './exit-codes.ts'
import { followSession } from './follow-session.ts'
import type { Terminal } from './terminal.ts'

export interface RunOptions {
  project?: string | undefined
  session?: string | undefined
  url?: string | undefined
  select: string[]
  viewport: { width: number; height: number }
  colorScheme: 'light' | 'dark'
  wait: boolean
  json: boolean
  timeoutSeconds?: number | undefined
  requireVerified: boolean
}

/** Sends a prompt as the panel does, and waits for its end if asked to. @returns the exit code. */
export async function runCommand(prompt: string, options: RunOptions, connection: Connection, terminal: Terminal): Promise<number> {
  const { client } = connection
  const text = prompt === '-' ? await readAll(process.stdin) : prompt
  const context = contextOf(options)
  const sessionId = options.session ?? (await createSession(options, connection))
  const { promptId } = await client.call(
    'createPrompt',
    { params: { sessionId }, body: context ? { text, context } : { text } },
    { idempotencyKey: randomUUID() }
  )
  terminal.say(`session ${sessionId}`)
  if (!options.wait) {
    terminal.answer(options.json ? JSON.stringify({ sessionId, promptId }) : sessionId)
    return EXIT.ok
  }

  const interrupted = new AbortController()
  const onInterrupt = () => interrupted.abort(new Error('interrupted'))
  process.once('SIGINT', onInterrupt)
  const timeout = options.timeoutSeconds === undefined ? [] : [AbortSignal.timeout(options.timeoutSeconds * 1_000)]
  const signal = AbortSignal.any([interrupted.signal, ...timeout])
  try {
    const state = await followSession(
      connection,
      sessionId,
      event => {
        const line = describeEvent(event)
        if (line !== null) terminal.say(line)
      },
      current => isFinished(findPrompt(current, promptId)),
      signal
    )
    return report(state, promptId, options, terminal)
  } catch (error) {
    if (!signal.aborted) throw error
    terminal.say(`The session goes on without this command. Follow it with: fixpoint show ${sessionId} --wait`)
    return interrupted.signal.aborted ? EXIT.interrupted : EXIT.timeout
  } finally {
    process.removeListener('SIGINT', onInterrupt)
  }
}

async function createSession({ project, url }: RunOptions, { client }: Connection): Promise<string> {
  const projectId = project ?? (url === undefined ? undefined : (await client.call('matchProject', { query: { url } })).projectId)
  if (projectId === undefined) {
    throw new FixpointError('invalid_parameter', 'A project is needed.', { hint: 'Name it with --project, or the page with --url.' })
  }
  return (await client.call('createSession', { body: { projectId } }, { idempotencyKey: randomUUID() })).sessionId
}

/** What the panel would have captured, as far as a command line can know it; the sandbox finds the elements on its own page. */
function contextOf({ url, select, viewport, colorScheme }: RunOptions): PageContextInput | null {
  if (url === undefined) {
    if (select.length === 0) return null
    throw new FixpointError('invalid_parameter', '--select needs --url.', { hint: 'Say which page the element is on.' })
  }
  return {
    url,
    title: '',
    capturedAt: new Date().toISOString(),
    viewport: { ...viewport, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
    colorScheme,
    picks: select.map((selector, index) => ({
      number: index + 1,
      selectors: [requireSelector(selector)],
      tag: 'element',
      box: { x: 0, y: 0, width: 0, height: 0 },
      components: [],
      styles: {}
    }))
  }
}

/** A browser says only after minutes of work that there is no such element. */
function requireSelector(selector: string): string {
  let parsed: ReturnType<typeof parseSelector>
  try {
    parsed = parseSelector(selector)
  } catch (cause) {
    throw notASelector(selector, cause instanceof Error ? `: ${cause.message}` : '')
  }
  if (parsed.length > 0 && parsed.every(parts => parts.every(isStandard) && !isTraversal(parts[0]) && !isTraversal(parts.at(-1))))
    return selector
  throw notASelector(selector, '')
}

/** What jQuery and libraries like it have of their own, and no browser. */
const NOT_OF_CSS = new Set(
  'contains icontains visible hidden eq gt lt first last even odd input button radio selected submit text image file password reset header parent animated'.split(
    ' '
  )
)

function isStandard(token: ReturnType<typeof parseSelector>[number][number]): boolean {
  if (token.type === 'tag') return /^(?:--|-?[_a-zA-Z\u{80}-\u{10ffff}\\])/u.test(token.name)
  if (token.type === 'pseudo') return !NOT_OF_CSS.has(token.name)
  return token.type !== 'parent' && token.type !== 'column-combinator'
}

function isTraversal(token: ReturnType<typeof parseSelector>[number][number] | undefined): boolean {
  return token !== undefined && ['child', 'descendant', 'sibling', 'adjacent'].includes(token.type)
}

function notASelector(selector: string, why: string): FixpointError {
  return new FixpointError('invalid_parameter', `“${stripControls(selector).slice(0, 200)}” is not a CSS selector${why}.`, {
    hint: 'Use what document.querySelector takes, in quotes: --select ".price-tag".'
  })
}

function findPrompt(state: SessionState, promptId: string): PromptState | undefined {
  return state.prompts.find(prompt => prompt.promptId === promptId)
}

function isFinished(prompt: PromptState | undefined): boolean {
  return prompt !== undefined && prompt.status !== 'queued' && prompt.status !== 'running'
}

function report(state: SessionState, promptId: string, options: RunOptions, terminal: Terminal): number {
  const prompt = findPrompt(state, promptId)
  const turn = state.turns.find(candidate => candidate.turnId === prompt?.turnId)
  const verdict = turn?.proof?.verdict
  if (options.json) terminal.answer(JSON.stringify(summarise(state, prompt, turn), null, 2))
  else if (turn) describeTurn(turn, terminal)
  if (turn?.failure) terminal.fail(turn.failure)
  switch (prompt?.status) {
    case 'done':
      return verdict?.value === 'looks_wrong' || (options.requireVerified && verdict?.value !== 'verified') ? EXIT.notProven : EXIT.ok
    case 'stopped':
    case 'withdrawn':
      return EXIT.stopped
    default:
      return EXIT.failure
  }
}

function describeTurn(turn: TurnState, terminal: Terminal): void {
  const said = turn.items.findLast(item => item.kind === 'text')
  if (said?.kind === 'text') terminal.answer(stripControls(said.text).trim())
  const verdict = turn.proof?.verdict
  if (verdict) {
    terminal.answer(VERDICTS[verdict.value])
    for (const reason of verdict.reasons)
      terminal.answer(`  ${reason.holds === null ? '–' : reason.holds ? '✓' : '✗'} ${stripControls(reason.text)}`)
  }
  for (const file of turn.proof?.files ?? [])
    terminal.answer(`  ${file.status} ${stripControls(file.path)} +${file.added ?? '?'} −${file.removed ?? '?'}`)
}

function summarise(state: SessionState, prompt: PromptState | undefined, turn: TurnState | undefined) {
  return {
    sessionId: state.sessionId,
    promptId: prompt?.promptId,
    turnId: turn?.turnId,
    outcome: prompt?.status,
    failure: turn?.failure,
    verdict: turn?.proof?.verdict ?? null,
    files: turn?.proof?.files ?? [],
    text: turn?.items.flatMap(item => (item.kind === 'text' ? [item.text.trim()] : [])).join('\n\n') ?? '',
    proof: turn?.proof ?? null,
    usage: turn?.usage,
    pullRequest: state.pullRequest
  }
}
