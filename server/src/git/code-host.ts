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

/** Where pull requests are opened. */
export interface CodeHost {
  /** The open pull request of the branch, opened now if there is none; its text is brought up to date. */
  ensurePullRequest(input: PullRequestInput, signal: AbortSignal): Promise<{ url: string; number: number }>
  /** Where people see a file of a commit. */
  fileUrl(commit: string, path: string): string
}

export interface GitHubOptions {
  address: RemoteAddress
  apiUrl: string
  token: string
}

const REQUEST_TIMEOUT_MS = 30_000

const pullRequestSchema = z.object({ html_url: z.url(), number: z.number().int() })

export function createGitHub({ address, apiUrl, token }: GitHubOptions): CodeHost {
  const octokit = new Octokit({
    auth: token,
    baseUrl: apiUrl,
    userAgent: 'fixpoint',
    log: { debug() {}, info() {}, warn() {}, error() {} }
  })
  const repository = { owner: address.owner, repo: address.name }

  return {
    async ensurePullRequest({ branch, base, title, body }, signal) {
      const request = { signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]) }
      try {
        // Looked up first: whoever did this before may have died after the host had done it.
        const existing = await octokit.rest.pulls.list({ ...repository, head: `${address.owner}:${branch}`, state: 'open', request })
        const [found] = existing.data
        const { data } = found
          ? await octokit.rest.pulls.update({ ...repository, pull_number: found.number, title, body, request })
          : await octokit.rest.pulls.create({ ...repository, head: branch, base, title, body, request })
        const { html_url: url, number } = pullRequestSchema.parse(data)
        return { url, number }
      } catch (error) {
        signal.throwIfAborted()
        throw describeFailure(error)
      }
    },

    fileUrl: (commit, path) => `${new URL(address.url).origin}/${address.owner}/${address.name}/blob/${commit}/${path}?raw=true`
  }
}

/** Octokit's RequestError: the host's status and sentence. */
const requestErrorSchema = z.object({ status: z.number().int(), message: z.string() })

/** A failure that passes by itself; the operation is tried again. */
export class TransientHostError extends FixpointError {}

function describeFailure(error: unknown): FixpointError {
  if (error instanceof FixpointError) return error
  const parsed = requestErrorSchema.safeParse(error)
  if (!parsed.success) return new TransientHostError('remote_refused', 'The code host did not answer as expected.', { cause: error })
  const { status, message } = parsed.data
  const says = message.replace(/[A-Za-z0-9_-]{30,}/g, '[…]').slice(0, 300)
  const text = `The code host answered with status ${status}: ${says}`
  const isTransient = status >= 500 || status === 429 || /secondary rate limit/i.test(message)
  const hint = HINTS[status]
  return isTransient
    ? new TransientHostError('remote_refused', text, { cause: error })
    : new FixpointError('remote_refused', text, { hint, cause: error })
}

const HINTS: Record<number, string> = {
  401: 'The token is not valid any more; set a new FIXPOINT_GITHUB_TOKEN.',
  403: 'The token needs the rights “Contents: write” and “Pull requests: write” on this repository.',
  404: 'The repository is not there for this token; check its address and the token’s access.',
  422: 'The code host does not accept this pull request; check that the base branch exists.'
}
