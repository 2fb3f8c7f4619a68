/**
 * A code host on loopback: git's own HTTP server with a token before it, and the part of GitHub's REST API that pull requests
 * and issues need, as strict as GitHub is (docs.github.com/rest/pulls and /rest/issues, version 2022-11-28). What is not exactly right gets GitHub's 4xx.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { z } from 'zod'

export interface HostedPullRequest {
  number: number
  title: string
  body: string
  head: string
  base: string
  state: 'open' | 'closed'
  html_url: string
}

export interface HostedIssue {
  number: number
  title: string
  body: string
  state: 'open' | 'closed'
  html_url: string
  updated_at: string
}

/** A request as the host saw it. */
export interface HostRequest {
  side: 'api' | 'git'
  method: string
  /** Path with query. */
  path: string
  headers: IncomingMessage['headers']
  body: Buffer
}

/** What goes wrong with a request. `after` first does what was asked and then answers like this. */
export type HostFault =
  | { status: number; body?: string | object; headers?: Record<string, string>; after?: boolean }
  /** The connection breaks; `meanwhile` happens right before. */
  | { isReset: true; after?: boolean; meanwhile?: () => Promise<unknown> }
  /** Nothing is ever answered. */
  | { isSilent: true }

export interface CodeHost {
  url: string
  /** Address of a repository below the folder, as in fixpoint.config. */
  repositoryUrl(owner: string, name: string): string
  requests: HostRequest[]
  pullRequests: HostedPullRequest[]
  issues: HostedIssue[]
  /** Decides for each request whether it goes wrong. */
  setFault(decide: (request: HostRequest) => HostFault | null | Promise<HostFault | null>): void
  /** The token that counts from now on. */
  setToken(token: string): void
  close(): Promise<void>
}

const API_DOCS = 'https://docs.github.com/rest/pulls/pulls'

/** GitHub's limits: 65,536 characters of text, 256 of title. */
const newPullSchema = z.strictObject({
  title: z.string().min(1).max(256),
  head: z.string().min(1),
  base: z.string().min(1),
  body: z.string().max(65_536).optional(),
  draft: z.boolean().optional(),
  maintainer_can_modify: z.boolean().optional()
})
const changedPullSchema = z.strictObject({
  title: z.string().min(1).max(256).optional(),
  body: z.string().max(65_536).optional(),
  state: z.enum(['open', 'closed']).optional(),
  base: z.string().optional()
})
const listQuerySchema = z.strictObject({
  head: z
    .string()
    .regex(/^[\w-]+:.+$/)
    .optional(),
  state: z.enum(['open', 'closed', 'all']).default('open'),
  base: z.string().optional(),
  per_page: z.coerce.number().int().min(1).max(100).optional(),
  page: z.coerce.number().int().min(1).optional()
})

const newIssueSchema = z.strictObject({
  title: z.string().min(1).max(256),
  body: z.string().max(65_536).optional(),
  labels: z.array(z.string()).optional(),
  assignees: z.array(z.string()).optional(),
  milestone: z.union([z.string(), z.number()]).nullable().optional()
})
const issueQuerySchema = z.strictObject({
  state: z.enum(['open', 'closed', 'all']).default('open'),
  since: z.iso.datetime().optional(),
  per_page: z.coerce.number().int().min(1).max(100).optional(),
  page: z.coerce.number().int().min(1).optional()
})

/** A refusal in GitHub's form. */
class Refusal extends Error {
  readonly status: number
  readonly body: object
  constructor(status: number, message: string, errors?: object[]) {
    super(message)
    this.status = status
    this.body = { message, ...(errors ? { errors } : {}), documentation_url: API_DOCS, status: String(status) }
  }
}

/** @param folder holds bare repositories as owner/name.git. */
export async function startCodeHost({ folder, token: firstToken }: { folder: string; token: string }): Promise<CodeHost> {
  let token = firstToken
  let decide: Parameters<CodeHost['setFault']>[0] = () => null
  const requests: HostRequest[] = []
  const pullRequests: HostedPullRequest[] = []
  const issues: HostedIssue[] = []
  let url = ''

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // The other side may have gone, as a server that is killed does.
      if (!response.destroyed) response.destroy(error instanceof Error ? error : undefined)
    })
  })

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    const path = incoming.url ?? '/'
    const request: HostRequest = {
      side: path.startsWith('/api/v3/') ? 'api' : 'git',
      method: incoming.method ?? '',
      path,
      headers: incoming.headers,
      body
    }
    requests.push(request)
    const fault = await decide(request)
    if (fault && 'isSilent' in fault) return
    const reply = !fault || fault.after ? await (request.side === 'api' ? replyOfApi(request) : replyOfGit(request)) : null
    if (fault && 'isReset' in fault) {
      await fault.meanwhile?.()
      response.destroy()
    } else if (fault) {
      const text = typeof fault.body === 'object' ? JSON.stringify(fault.body) : (fault.body ?? '')
      const type = typeof fault.body === 'object' ? 'application/json; charset=utf-8' : 'text/html'
      response.writeHead(fault.status, { 'content-type': type, ...fault.headers }).end(text)
    } else if (reply) response.writeHead(reply.status, reply.headers).end(reply.body)
  }

  async function replyOfApi(request: HostRequest): Promise<Reply> {
    try {
      return jsonReply(...api(request))
    } catch (error) {
      if (error instanceof Refusal) return jsonReply(error.status, error.body)
      throw error
    }
  }

  /** @returns status and JSON of the answer. @throws Refusal */
  function api(request: HostRequest): [number, unknown] {
    const { headers, method } = request
    if (!headers['user-agent'])
      throw new Refusal(403, 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header')
    const given = /^(?:token|bearer) (.+)$/i.exec(headers.authorization ?? '')?.[1]
    if (headers.authorization !== undefined && given !== token) throw new Refusal(401, 'Bad credentials')
    const address = new URL(request.path, url)
    const [, owner = '', name = '', kind, number] =
      /^\/api\/v3\/repos\/([\w-]+)\/([\w.-]+)\/(pulls|issues)(?:\/(\d+))?$/.exec(address.pathname) ?? []
    const repository = join(folder, owner, `${name}.git`)
    // To those who may not see it, a repository is not there.
    if (owner === '' || given === undefined || !existsSync(repository)) throw new Refusal(404, 'Not Found')
    if (!/application\/(vnd\.github(\.v3)?\+)?json|\*\/\*/.test(headers.accept ?? '')) throw new Refusal(415, 'Unsupported Media Type')
    if (kind === 'issues') {
      if (number !== undefined) throw new Refusal(404, 'Not Found')
      return method === 'POST' ? openIssue(request, `${url}/${owner}/${name}`) : listIssues(address)
    }
    if (method === 'GET' && number === undefined) {
      const query = listQuerySchema.safeParse(Object.fromEntries(address.searchParams))
      if (!query.success) throw new Refusal(422, 'Validation Failed', issuesOf(query.error))
      const { head, state, base } = query.data
      const found = pullRequests.filter(
        pull =>
          (state === 'all' || pull.state === state) &&
          (head === undefined || head === `${owner}:${pull.head}`) &&
          (base === undefined || base === pull.base)
      )
      return [200, found.map(pull => wire(pull, owner))]
    }
    if (method === 'POST' && number === undefined) {
      const input = parseBody(newPullSchema, request)
      checkBranches(repository, input.head, input.base)
      if (pullRequests.some(pull => pull.state === 'open' && pull.head === input.head && pull.base === input.base)) {
        throw new Refusal(422, 'Validation Failed', [
          { resource: 'PullRequest', code: 'custom', message: `A pull request already exists for ${owner}:${input.head}.` }
        ])
      }
      const next = pullRequests.length + issues.length + 1
      const pull: HostedPullRequest = {
        number: next,
        title: input.title,
        body: input.body ?? '',
        head: input.head,
        base: input.base,
        state: 'open',
        html_url: `${url}/${owner}/${name}/pull/${next}`
      }
      pullRequests.push(pull)
      return [201, wire(pull, owner)]
    }
    const pull = pullRequests.find(candidate => String(candidate.number) === number)
    if (!pull) throw new Refusal(404, 'Not Found')
    if (method === 'PATCH') Object.assign(pull, parseBody(changedPullSchema, request))
    else if (method !== 'GET') throw new Refusal(404, 'Not Found')
    return [200, wire(pull, owner)]
  }

  /** GitHub numbers issues and pull requests of a repository together. */
  function openIssue(request: HostRequest, pages: string): [number, unknown] {
    const { title, body = '' } = parseBody(newIssueSchema, request)
    const number = pullRequests.length + issues.length + 1
    const issue: HostedIssue = {
      number,
      title,
      body,
      state: 'open',
      html_url: `${pages}/issues/${number}`,
      updated_at: new Date().toISOString()
    }
    issues.push(issue)
    return [201, { ...issue, id: 2_000 + number, user: { login: 'fixpoint-bot' }, labels: [], comments: 0 }]
  }

  /** With the pull requests among them, as GitHub lists them. */
  function listIssues(address: URL): [number, unknown] {
    const query = issueQuerySchema.safeParse(Object.fromEntries(address.searchParams))
    if (!query.success) throw new Refusal(422, 'Validation Failed', issuesOf(query.error))
    const { state, since } = query.data
    const found = issues.filter(
      issue => (state === 'all' || issue.state === state) && (since === undefined || Date.parse(issue.updated_at) >= Date.parse(since))
    )
    const pulls = pullRequests.map(({ number, title, body, state: pullState, html_url }) => ({
      ...{ number, title, body, state: pullState, html_url },
      pull_request: { html_url }
    }))
    return [200, [...pulls, ...found.toReversed()]]
  }

  async function replyOfGit(request: HostRequest): Promise<Reply> {
    const given = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (given === undefined || Buffer.from(given, 'base64').toString('utf8') !== `x-access-token:${token}`) {
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="GitHub"' }, body: Buffer.from('Invalid username or token.') }
    }
    const { pathname, search } = new URL(request.path, url)
    const [repository = ''] = /^\/[\w-]+\/[\w.-]+\.git(?=\/)/.exec(pathname) ?? []
    if (repository === '' || !existsSync(join(folder, repository)))
      return { status: 404, headers: {}, body: Buffer.from('Repository not found.') }
    return await gitBackend(folder, request, pathname, search.slice(1))
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  url = `http://127.0.0.1:${address.port}`

  return {
    url,
    repositoryUrl: (owner, name) => `${url}/${owner}/${name}.git`,
    requests,
    pullRequests,
    issues,
    setFault(next) {
      decide = next
    },
    setToken(next) {
      token = next
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

interface Reply {
  status: number
  headers: Record<string, string>
  body: Buffer
}

function jsonReply(status: number, value: unknown): Reply {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'x-github-media-type': 'github.v3; format=json' }
  return { status, headers, body: Buffer.from(JSON.stringify(value)) }
}

function wire(pull: HostedPullRequest, owner: string) {
  const { head, base, ...rest } = pull
  return {
    ...rest,
    id: 1_000 + pull.number,
    user: { login: 'fixpoint-bot' },
    head: { ref: head, label: `${owner}:${head}` },
    base: { ref: base }
  }
}

function parseBody<T extends z.ZodType>(schema: T, request: HostRequest): z.output<T> {
  if (!/^application\/json/.test(request.headers['content-type'] ?? '')) throw new Refusal(415, 'Unsupported Media Type')
  let value: unknown
  try {
    value = JSON.parse(request.body.toString('utf8'))
  } catch {
    throw new Refusal(400, 'Problems parsing JSON')
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new Refusal(422, 'Validation Failed', issuesOf(parsed.error))
  return parsed.data
}

function issuesOf(error: z.ZodError): object[] {
  return error.issues.map(issue => ({ resource: 'PullRequest', field: issue.path.join('.'), code: 'invalid', message: issue.message }))
}

/** Both are there, have history in common, and the head has something that the base has not. */
function checkBranches(repository: string, head: string, base: string): void {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: repository, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const isThere = (branch: string) => git('for-each-ref', `refs/heads/${branch}`).trim() !== ''
  for (const [field, branch] of [
    ['head', head],
    ['base', base]
  ] as const) {
    if (!isThere(branch)) throw new Refusal(422, 'Validation Failed', [{ resource: 'PullRequest', field, code: 'invalid' }])
  }
  const custom = (message: string) => new Refusal(422, 'Validation Failed', [{ resource: 'PullRequest', code: 'custom', message }])
  try {
    git('merge-base', base, head)
  } catch {
    throw custom(`The ${head} branch has no history in common with ${base}`)
  }
  if (git('rev-list', '--count', `${base}..${head}`).trim() === '0') throw custom(`No commits between ${base} and ${head}`)
}

/** Runs `git http-backend` as a web server does (RFC 3875, git-http-backend(1)). */
function gitBackend(folder: string, request: HostRequest, pathInfo: string, query: string): Promise<Reply> {
  const header = (name: string) => String(request.headers[name] ?? '')
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      REMOTE_USER: 'x-access-token',
      REMOTE_ADDR: '127.0.0.1',
      REQUEST_METHOD: request.method,
      PATH_INFO: pathInfo,
      QUERY_STRING: query,
      CONTENT_TYPE: header('content-type'),
      CONTENT_LENGTH: String(request.body.byteLength),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol')
    },
    stdio: ['pipe', 'pipe', 'ignore']
  })
  // What has no body is not read to its end by git, and writing would fail.
  if (request.body.byteLength > 0) child.stdin.end(request.body)
  else child.stdin.destroy()
  return buffer(child.stdout).then(output => {
    const end = output.indexOf('\r\n\r\n')
    const lines = output.subarray(0, end).toString('latin1').split('\r\n')
    const headers = Object.fromEntries(
      lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])
    )
    const { status, ...rest } = headers
    return { status: Number.parseInt(status ?? '200', 10), headers: rest, body: output.subarray(end + 4) }
  })
}
