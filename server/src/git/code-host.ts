import { FixpointError } from '@fixpoint/protocol'
import { Octokit } from '@octokit/rest'
import { z } from 'zod'
import type { RemoteAddress } from './repository-address.ts'

export interface PullRequestInput {
  branch: string
  base: string
  title: string
  body: string
}

export interface IssueInput {
  title: string
  body: string
}

/** Where pull requests and issues are opened. */
export interface CodeHost {
  /** The open pull request of the branch, opened now if there is none; its text is brought up to date. */
  ensurePullRequest(input: PullRequestInput, signal: AbortSignal): Promise<{ url: string; number: number }>
  /** The issue that has this operation in its text, if there is one among those that were opened since. */
  findIssue(wanted: { operationId: string; since: string }, signal: AbortSignal): Promise<{ url: string; number: number } | null>
  createIssue(input: IssueInput, signal: AbortSignal): Promise<{ url: string; number: number }>
  /** Where people see a file of a commit. */
  fileUrl(commit: string, path: string): string
}

export interface GitHubOptions {
  address: RemoteAddress
  apiUrl: string
  token: string
  now: () => Date
}

const REQUEST_TIMEOUT_MS = 30_000

const openedSchema = z.object({ html_url: z.url(), number: z.number().int() })

export function createGitHub({ address, apiUrl, token, now }: GitHubOptions): CodeHost {
  const octokit = new Octokit({
    auth: token,
    baseUrl: apiUrl,
    userAgent: 'fixpoint',
    log: { debug() {}, info() {}, warn() {}, error() {} }
  })
  const repository = { owner: address.owner, repo: address.name }

  async function ask<T>(
    work: (request: { signal: AbortSignal }) => Promise<T>,
    hints: Readonly<Record<number, string>>,
    signal: AbortSignal
  ): Promise<T> {
    try {
      return await work({ signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]) })
    } catch (error) {
      signal.throwIfAborted()
      throw describeFailure(error, now(), hints)
    }
  }

  return {
    ensurePullRequest: ({ branch, base, title, body }, signal) =>
      ask(
        async request => {
          // Looked up first: whoever did this before may have died after the host had done it.
          const existing = await octokit.rest.pulls.list({ ...repository, head: `${address.owner}:${branch}`, state: 'open', request })
          const [found] = existing.data
          const { data } = found
            ? await octokit.rest.pulls.update({ ...repository, pull_number: found.number, title, body, request })
            : await octokit.rest.pulls.create({ ...repository, head: branch, base, title, body, request })
          return asOpened(data)
        },
        PULL_REQUEST_HINTS,
        signal
      ),

    findIssue: ({ operationId, since }, signal) =>
      ask(
        async request => {
          const { data } = await octokit.rest.issues.listForRepo({ ...repository, state: 'all', since, per_page: 100, request })
          const found = data.find(issue => issue.pull_request === undefined && (issue.body ?? '').includes(operationId))
          return found === undefined ? null : asOpened(found)
        },
        ISSUE_HINTS,
        signal
      ),

    createIssue: ({ title, body }, signal) =>
      ask(async request => asOpened((await octokit.rest.issues.create({ ...repository, title, body, request })).data), ISSUE_HINTS, signal),

    fileUrl: (commit, path) => `${new URL(address.url).origin}/${address.owner}/${address.name}/blob/${commit}/${path}?raw=true`
  }
}

function asOpened(data: unknown): { url: string; number: number } {
  const { html_url: url, number } = openedSchema.parse(data)
  return { url, number }
}

/** Octokit's RequestError: the host's status, sentence and headers. */
const requestErrorSchema = z.object({
  status: z.number().int(),
  message: z.string(),
  response: z.object({ headers: z.record(z.string(), z.union([z.string(), z.number()]).optional()) }).optional()
})

/** A failure that passes by itself; the operation is tried again when `waitMs` have passed. */
export class TransientHostError extends FixpointError {
  readonly waitMs: number

  constructor(message: string, { waitMs = 0, hint, cause }: { waitMs?: number; hint?: string | undefined; cause: unknown }) {
    super('remote_refused', message, hint === undefined ? { cause } : { hint, cause })
    this.waitMs = waitMs
  }
}

function describeFailure(error: unknown, now: Date, hints: Readonly<Record<number, string>>): FixpointError {
  if (error instanceof FixpointError) return error
  const parsed = requestErrorSchema.safeParse(error)
  if (!parsed.success) return new TransientHostError('The code host did not answer as expected.', { cause: error })
  const { status, message, response } = parsed.data
  const says = message.replace(/[A-Za-z0-9_-]{30,}/g, '[…]').slice(0, 300)
  const text = `The code host answered with status ${status}: ${says}`
  const waitMs = rateLimitWait(status, message, response?.headers ?? {}, now)
  if (waitMs !== null) {
    const until = new Date(now.getTime() + waitMs).toISOString().slice(11, 16)
    return new TransientHostError(text, {
      waitMs,
      hint: `The host limits how much this token may ask. Try again after ${until} UTC.`,
      cause: error
    })
  }
  // Somebody was faster between the look-up and the creation; the next attempt finds it.
  const isThereAlready = status === 422 && /already exists/i.test(message)
  if (status >= 500 || isThereAlready) return new TransientHostError(text, { cause: error })
  return new FixpointError('remote_refused', text, { hint: hints[status], cause: error })
}

/**
 * How long the host wants to be left alone; null where it is not about too many requests. GitHub says so with 429 and with 403
 * (docs.github.com, “Rate limits for the REST API”): by Retry-After, by the time of the reset, and otherwise a minute is asked for.
 */
function rateLimitWait(status: number, message: string, headers: Record<string, string | number | undefined>, now: Date): number | null {
  const isUsedUp = headers['x-ratelimit-remaining'] !== undefined && Number(headers['x-ratelimit-remaining']) === 0
  if (status !== 429 && !(status === 403 && (isUsedUp || /rate limit/i.test(message)))) return null
  const seconds = Number(headers['retry-after'] ?? Number.NaN)
  if (seconds >= 0) return seconds * 1_000
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN)
  if (isUsedUp && reset > 0) return Math.max(0, reset * 1_000 - now.getTime())
  return 60_000
}

const COMMON_HINTS: Readonly<Record<number, string>> = {
  401: 'The token is not valid any more; set a new FIXPOINT_GITHUB_TOKEN.',
  404: 'The repository is not there for this token; check its address and the token’s access.'
}

const PULL_REQUEST_HINTS: Readonly<Record<number, string>> = {
  ...COMMON_HINTS,
  403: 'The token needs the rights “Contents: write” and “Pull requests: write” on this repository.',
  422: 'The code host does not accept this pull request; check that the base branch exists.'
}

const ISSUE_HINTS: Readonly<Record<number, string>> = {
  ...COMMON_HINTS,
  403: 'The token needs the rights “Contents: write” and “Issues: write” on this repository.',
  410: 'Issues are switched off in this repository. Copy or download the report instead.'
}
