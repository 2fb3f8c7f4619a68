/** From a bug report to an issue on a code host, over GitHub's own wire format: once, with its pictures, and with nothing in it that acts. */

import type { IssueState, PageContextInput, SessionEvent } from '@fixpoint/protocol'
import { PNG } from 'pngjs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type CodeHost, type HostRequest, startCodeHost } from './src/code-host.ts'
import { tinyContext } from './src/page-context.ts'
import { ServerProcess } from './src/server-process.ts'
import { makeTinyProject, type TinyProject } from './src/tiny-project.ts'

const TOKEN = 'ghp_0123456789abcdefghijABCDEFGHIJ012345'
const at = '2026-03-01T12:00:00.000Z'

let project: TinyProject
let host: CodeHost
let server: ServerProcess

beforeAll(async () => {
  project = makeTinyProject()
  host = await startCodeHost({ folder: project.folder, token: TOKEN })
  server = await ServerProcess.start({
    config: {
      person: { name: 'Ada @octocat', email: 'ada@example.com' },
      model: { provider: 'google', id: 'scripted', baseUrl: 'http://127.0.0.1:9' },
      github: { apiUrl: `${host.url}/api/v3` },
      projects: [
        { ...project.config, repository: host.repositoryUrl('acme', 'tiny') },
        { ...project.config, projectId: 'local', name: 'Local', origins: ['http://local.test'], repository: { path: project.repository } }
      ]
    },
    environment: { GOOGLE_GENERATIVE_AI_API_KEY: 'unused', FIXPOINT_GITHUB_TOKEN: TOKEN }
  })
})
afterAll(async () => {
  await server.remove()
  await host.close()
  project.remove()
})
afterEach(() => host.setFault(() => null))

const isCreation = ({ side, method, path }: HostRequest) => side === 'api' && method === 'POST' && path.endsWith('/issues')

async function newSession(projectId = 'tiny'): Promise<string> {
  return (await server.client.call('createSession', { body: { projectId } })).sessionId
}

interface Report {
  title?: string
  text?: string
  context?: PageContextInput
}

function report(
  sessionId: string,
  { title = 'The price sits too far right', text = 'It should be below the heading.', context }: Report = {},
  key?: string
) {
  const body = { title, text, context: context ?? tinyContext('.price') }
  return server.client.call('createIssue', { params: { sessionId }, body }, key === undefined ? {} : { idempotencyKey: key })
}

async function settled(sessionId: string, operationId: string): Promise<IssueState> {
  const isEnd = (event: SessionEvent) =>
    (event.type === 'issue.opened' || event.type === 'issue.failed') && event.data.operationId === operationId
  await server.waitForEvent(sessionId, isEnd)
  const issue = (await server.state(sessionId)).issues.find(candidate => candidate.operationId === operationId)
  if (!issue) throw new Error('the session has no such issue')
  return issue
}

describe('an issue', () => {
  it('has the steps, the pictures and who reported it, and nothing in it acts', async () => {
    const sessionId = await newSession()
    const bytes = PNG.sync.write(new PNG({ width: 3, height: 3 }))
    const upload = () =>
      server.client.call('uploadArtifact', { params: { sessionId }, body: { bytes: new Uint8Array(bytes), mediaType: 'image/png' } })
    const { artifactId, width, height } = await upload()
    const context = tinyContext('.price', {
      annotated: { artifactId, width, height, marks: [] },
      steps: [
        { kind: 'navigation', at, url: 'http://tiny.test/' },
        {
          kind: 'click',
          at,
          element: { tag: 'p', name: '@octocat closes #1 <img src=x> ![x](https://evil.example/x)', selectors: ['.price'] }
        }
      ],
      console: [{ level: 'error', text: 'broke\n```\n@octocat', at }]
    })
    const { operationId } = await report(sessionId, { context, text: 'See @octocat\n# and this' })
    const issue = await settled(sessionId, operationId)
    const [hosted] = host.issues
    expect(issue).toMatchObject({ status: 'opened', number: hosted?.number, url: hosted?.html_url })
    expect(hosted?.title).toBe('The price sits too far right')
    const body = hosted?.body ?? ''
    expect(body).toContain('1. Began at `http://tiny.test/`')
    expect(body).toContain(operationId)
    const [outside = '', inside = ''] = [body.replace(/(`{3,})text\n[\s\S]*?\n\1/g, ''), /(`{3,})text\n([\s\S]*?)\n\1/.exec(body)?.[2]]
    expect(outside).not.toMatch(/@octocat|#1\b|(?<!\\)<img|https:\/\/evil/)
    expect(inside).toContain('@octocat')

    // The picture is in the repository at the commit that the address names.
    const [, commit = '', file = ''] = /\/blob\/([0-9a-f]{40})\/(\S+?)\?raw=true/.exec(body) ?? []
    expect(project.git('rev-parse', `fixpoint/${sessionId}-pictures`)).toBe(commit)
    expect(project.git('cat-file', '-s', `${commit}:${file}`)).toBe(String(bytes.length))
    expect((await server.state(sessionId)).title).toBe('The price sits too far right')
  })

  it('is opened once for one key, also when the answer is lost or the server is killed after the host has it', async () => {
    const sessionId = await newSession()
    const before = host.issues.length
    let isLost = false
    host.setFault(request => {
      if (isLost || !isCreation(request)) return null
      isLost = true
      return { isReset: true, after: true }
    })
    const first = await report(sessionId, {}, 'a-key')
    expect(await report(sessionId, {}, 'a-key')).toMatchObject({ operationId: first.operationId })
    expect(await settled(sessionId, first.operationId)).toMatchObject({ status: 'opened' })
    expect(host.issues).toHaveLength(before + 1)

    const killed = Promise.withResolvers<void>()
    const meanwhile = () => server.kill().finally(killed.resolve)
    host.setFault(request => (isCreation(request) ? { isReset: true, after: true, meanwhile } : null))
    const second = await report(sessionId, { title: 'Another one' })
    await killed.promise
    host.setFault(() => null)
    await server.restart()
    expect(await settled(sessionId, second.operationId)).toMatchObject({ status: 'opened' })
    expect(host.issues).toHaveLength(before + 2)
  })

  it('fails with a reason where the code host does not take it', async () => {
    const sessionId = await newSession()
    const refusal = { message: 'Issues has been disabled in this repository.', documentation_url: 'https://docs.github.com/v3/issues/' }
    host.setFault(request => (isCreation(request) ? { status: 410, body: refusal } : null))
    const { operationId } = await report(sessionId)
    expect(await settled(sessionId, operationId)).toMatchObject({
      status: 'failed',
      failure: { code: 'remote_refused', hint: expect.stringContaining('switched off') }
    })
  })

  it('is refused at once where there can be none', async () => {
    await expect(
      report(await newSession('local'), { context: { ...tinyContext('.price'), url: 'http://local.test/' } })
    ).rejects.toMatchObject({
      code: 'issues_unavailable'
    })
    const sessionId = await newSession()
    await expect(report(sessionId, { title: ' ' })).rejects.toMatchObject({ code: 'pr_title_invalid' })
    await expect(report(sessionId, { context: { ...tinyContext('.price'), url: 'http://elsewhere.test/' } })).rejects.toMatchObject({
      code: 'capture_url_mismatch'
    })
    await expect(report(sessionId, { text: `the key is ${TOKEN}` })).rejects.toMatchObject({ code: 'secret_in_output' })
    const missing = { artifactId: '0'.repeat(64), width: 1, height: 1 }
    await expect(report(sessionId, { context: tinyContext('.price', { screenshot: missing }) })).rejects.toMatchObject({
      code: 'artifact_not_found'
    })
    expect((await server.state(sessionId)).issues).toEqual([])
  })
})
