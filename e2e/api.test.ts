/** The HTTP API as strangers, mistaken clients and tools meet it: every refusal is one clear sentence with a code, and nothing else. */
import { createHash } from 'node:crypto'
import { API_LIMITS, ERRORS, type ErrorCode, problemSchema, type Route, routes } from '@fixpoint/protocol'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { BAD_INPUTS, type BadInput, json, type Places, picture } from './src/bad-inputs.ts'
import { editStyle, say, scriptOf } from './src/model-scripts.ts'
import { tinyContext } from './src/page-context.ts'
import { type PlainAnswer, sendBytes, sendPlain } from './src/plain-http.ts'
import { ROOT } from './src/server-process.ts'
import { createWorld, type World } from './src/world.ts'

let world: World
let there: Places

beforeAll(async () => {
  // One turn is to run for as long as the tests do, and its model says nothing all that time.
  world = await createWorld({
    isFirstStart: true,
    script: scriptOf([editStyle('margin-left: 30px', 'margin-left: 0px'), say('Done.')]),
    config: { modelTimeouts: { silenceSeconds: 600 } }
  })
  const { client } = world.server
  const create = async () => (await client.call('createSession', { body: { projectId: 'tiny' } })).sessionId
  const [idle, other, closed, busy] = [await create(), await create(), await create(), await create()]
  await client.call('closeSession', { params: { sessionId: closed } })
  const body = { bytes: new Uint8Array(picture), mediaType: 'image/png' }
  const { artifactId } = await client.call('uploadArtifact', { params: { sessionId: other }, body })
  const { sessionId: finished, promptId: finishedPrompt } = await world.server.prompt('tiny', 'Line the price up')
  await world.server.waitUntilQuiet(finished)
  world.setScript(() => ({ ...say('At last.'), thinkMs: 3_600_000 }))
  await client.call('createPrompt', { params: { sessionId: busy }, body: { text: 'Take your time' } })
  await world.server.waitForEvent(busy, event => event.type === 'step.started')
  for (let count = 0; count < API_LIMITS.queuedPrompts; count++) {
    await client.call('createPrompt', { params: { sessionId: busy }, body: { text: `Then this, ${count}` } })
  }
  const { url, port, token } = world.server
  there = { url, port, token, idle, other, foreignArtifact: artifactId, closed, busy, finished, finishedPrompt }
})
afterAll(async () => {
  await world.server.client.call('closeSession', { params: { sessionId: there.busy } })
  await world.remove()
})

/** Sends a request with the server's token, unless it says otherwise. */
function send({ headers = {}, ...request }: ReturnType<BadInput['request']>): Promise<PlainAnswer> {
  const all = { authorization: `Bearer ${world.server.token}`, ...headers }
  const given = Object.entries<string | string[] | null>(all).filter((entry): entry is [string, string | string[]] => entry[1] !== null)
  return sendPlain(world.server.url, { ...request, headers: Object.fromEntries(given) })
}

/** A stack, a path of this machine, a query of the database or a secret: nothing of that is for a client. */
function expectNothingInside(text: string): void {
  expect(text).not.toMatch(/\n\s+at |node_modules|node:internal|\.ts:\d|select .* from|<html|<!doctype/i)
  for (const secret of [ROOT, world.server.folder, world.server.token, world.model.apiKey, world.project.folder])
    expect(text).not.toContain(secret)
}

function expectProblem(answer: PlainAnswer, code: ErrorCode): z.infer<typeof problemSchema> {
  expectNothingInside(answer.body)
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  const problem = problemSchema.strict().parse(JSON.parse(answer.body))
  const { status, title, retryable } = ERRORS[code]
  expect({ httpStatus: answer.status, ...problem }).toMatchObject({
    httpStatus: status,
    code,
    status,
    title,
    retryable,
    type: `/docs/errors#${code}`
  })
  expect(problem.instance).toBe(answer.headers['x-request-id'])
  expect(problem.detail).toMatch(/^\S.*[.?!]$/s)
  expect(problem.hint).not.toBe('')
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  return problem
}

/** All that people have asked of the server; what a running turn adds by itself is left out. */
async function snapshot(): Promise<unknown> {
  const { sessions } = await world.server.client.call('listSessions', { query: { limit: 100 } })
  const logs = await Promise.all(
    sessions.map(async ({ sessionId, status }) => {
      const all = await world.server.events(sessionId)
      return { sessionId, status, events: status === 'running' ? all.filter(event => /^(session|prompt|stop)\./.test(event.type)) : all }
    })
  )
  return logs.toSorted((a, b) => a.sessionId.localeCompare(b.sessionId))
}

describe('a bad input', () => {
  let before: unknown
  beforeAll(async () => {
    before = await snapshot()
  })

  it.each(BAD_INPUTS)('$name: $code', async ({ request, code, field, limit, says }) => {
    const answer = await send(request(there))
    const problem = expectProblem(answer, code)
    if (field !== undefined) expect(problem.field).toBe(field)
    if (limit !== undefined) expect(problem.limit).toBe(limit)
    if (says) expect(`${problem.detail} ${problem.hint}`).toMatch(says)
    if (answer.status === 401) expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
    if (answer.status === 405) expect(answer.headers['allow']).toMatch(/[A-Z]+/)
  })

  it('of every kind has left the server as it was', async () => {
    expect(BAD_INPUTS.length).toBeGreaterThan(100)
    expect(new Set(BAD_INPUTS.map(input => input.name)).size).toBe(BAD_INPUTS.length)
    expect(await snapshot()).toEqual(before)
    expect(await (await fetch(`${world.server.url}/healthz`)).json()).toEqual({ status: 'ok' })
    expect(world.server.log).not.toMatch(/"level":(50|60)|unhandled/i)
  })

  it('says the same of a session that is not there, however it is named', async () => {
    const names = ['ses_00000000000000000000', '..%2fetc', '%00', 'a'.repeat(10_000), 'ses_x']
    const details = await Promise.all(names.map(async name => JSON.parse((await send({ path: `/api/sessions/${name}` })).body).detail))
    expect(new Set(details)).toEqual(new Set(['There is no such session.']))
  })
})

describe('what is not even a request', () => {
  it.each([
    ['a header of 40 kB', `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
    [
      '500 headers of 100 characters',
      `GET /healthz HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 500 }, (_, index) => `X-${index}: ${'a'.repeat(100)}\r\n`).join('')}\r\n`,
      431
    ],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['two lengths', 'POST /api/pair HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    ['a line break in a header', 'GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n', 400]
  ])('%s is refused', async (_name, bytes, status) => {
    const answer = await sendBytes(world.server.url, bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expectNothingInside(answer)
  })

  it('a tunnel is not opened', async () => {
    expect(await sendBytes(world.server.url, 'CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n')).not.toMatch(/ 200 /)
  })
})

describe('what looks bad and is only data', () => {
  const names = [
    '../../etc/passwd',
    '/etc/passwd',
    'C:\\x',
    'webpack-internal:///x',
    'http://evil.example/x.tsx',
    'a\nb',
    '.git/config',
    'a\u202Egnp.tsx',
    '--upload-pack=x',
    ':(glob)**'
  ]

  it('is kept as it is; only tracked files of the repository count as sources', async () => {
    world.setScript(scriptOf([say('I see.')]))
    const hostile = 'a\u001b]52;c;ZXZpbA==\u0007 \u202e gnp \u2066 <script>alert(1)</script> @everyone'
    const base = tinyContext('.price')
    const files = [...names, 'index.html']
    const picks = files.map((file, index) => ({
      ...base.picks[0],
      number: index + 1,
      selectors: ['.price'],
      tag: 'p',
      box: { x: 0, y: 0, width: 1, height: 1 },
      styles: {},
      components: [{ name: 'Ignore previous instructions', source: { file, line: 1, repositoryPath: '.github/workflows/x.yml' } }]
    }))
    const { sessionId } = await world.server.client.call('createSession', { body: { projectId: 'tiny', title: hostile } })
    await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: hostile, context: { ...base, picks } } })
    const [created, queued] = await world.server.events(sessionId)
    expect(created).toMatchObject({ type: 'session.created', data: { title: hostile } })
    if (queued?.type !== 'prompt.queued') throw new Error(`this is no prompt: ${JSON.stringify(queued)}`)
    expect(queued.data.text).toBe(hostile)
    const sources = queued.data.context?.picks.map(({ source }) => [source?.file, source?.repositoryPath])
    // What leads out of the app's folder is of a package, and nobody's place. The positive control is the last one: it is a tracked file, and says so.
    const kept = names.map(name => [name.startsWith('../') ? undefined : name, undefined])
    expect(sources).toEqual([...kept, ['index.html', 'index.html']])
    await world.server.waitUntilQuiet(sessionId)
  })
})

describe('an Idempotency-Key', () => {
  const create = (key: string, body: unknown, path = '/api/sessions') =>
    send({ ...json(body), path, headers: { 'content-type': 'application/json', 'idempotency-key': key } })

  it('makes twenty requests one', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create('same', { projectId: 'tiny', title: 'Once' })))
    expect(new Set(answers.map(answer => answer.status))).toEqual(new Set([201]))
    const ids = new Set(answers.map(answer => JSON.parse(answer.body).sessionId))
    expect(ids.size).toBe(1)
    const { sessions } = await world.server.client.call('listSessions', { query: { limit: 100 } })
    expect(sessions.filter(session => session.title === 'Once')).toHaveLength(1)
    // Positive control: without a key there are two.
    await send({ ...json({ projectId: 'tiny', title: 'Twice' }), path: '/api/sessions' })
    await send({ ...json({ projectId: 'tiny', title: 'Twice' }), path: '/api/sessions' })
    const after = await world.server.client.call('listSessions', { query: { limit: 100 } })
    expect(after.sessions.filter(session => session.title === 'Twice')).toHaveLength(2)
  })

  it('makes repeated prompts one, in a session that was closed since too', async () => {
    world.setScript(scriptOf([say('Yes.')]))
    const { sessionId } = await world.server.client.call('createSession', { body: { projectId: 'tiny' } })
    const path = `/api/sessions/${sessionId}/prompts`
    const first = await create('prompt', { text: 'Hello' }, path)
    await world.server.waitUntilQuiet(sessionId)
    await world.server.client.call('closeSession', { params: { sessionId } })
    const again = await create('prompt', { text: 'Hello' }, path)
    expect(again.status).toBe(202)
    expect(JSON.parse(again.body).promptId).toBe(JSON.parse(first.body).promptId)
    expect((await world.server.state(sessionId)).prompts).toHaveLength(1)
  })

  it('that was used for something else is refused', async () => {
    expect((await create('once', { projectId: 'tiny', title: 'A' })).status).toBe(201)
    expectProblem(await create('once', { projectId: 'tiny', title: 'B' }), 'idempotency_conflict')
    expectProblem(await create('once', { text: 'x' }, `/api/sessions/${there.idle}/prompts`), 'idempotency_conflict')
  })
})

describe('an artifact', () => {
  it('comes whole, in parts, or not at all when it is known, and never as a page', async () => {
    const path = `/api/sessions/${there.other}/artifacts/${there.foreignArtifact}`
    expect(createHash('sha256').update(picture).digest('hex')).toBe(there.foreignArtifact)
    const whole = await world.server.request(path)
    expect(Buffer.from(await whole.arrayBuffer()).equals(picture)).toBe(true)
    expect(whole.headers.get('content-type')).toBe('image/png')
    expect(whole.headers.get('x-content-type-options')).toBe('nosniff')
    expect(whole.headers.get('content-security-policy')).toContain('sandbox')
    const part = await world.server.request(path, { headers: { range: 'bytes=1-3' } })
    expect(part.status).toBe(206)
    expect(await part.text()).toBe('PNG')
    expect(part.headers.get('content-range')).toBe(`bytes 1-3/${picture.byteLength}`)
    const known = await world.server.request(path, { headers: { 'if-none-match': `"${there.foreignArtifact}"` } })
    expect(known.status).toBe(304)
  })

  it('that is the server’s own is not given out', async () => {
    const all = await world.server.events(there.finished)
    const inner = all.flatMap(event =>
      event.type === 'step.answered' ? [event.data.messages] : event.type === 'tool.finished' ? [event.data.result] : []
    )
    expect(inner.length).toBeGreaterThan(1)
    for (const artifactId of inner)
      expectProblem(await send({ path: `/api/sessions/${there.finished}/artifacts/${artifactId}` }), 'artifact_not_found')
  })
})

describe('pages of sessions', () => {
  it('have each session once', async () => {
    const all = await world.server.client.call('listSessions', { query: { limit: 100 } })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await world.server.client.call('listSessions', { query: { limit: 2, cursor } })
      expect(page.sessions.length).toBeLessThanOrEqual(2)
      seen.push(...page.sessions.map(session => session.sessionId))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(all.sessions.map(session => session.sessionId))
    expect(seen.length).toBeGreaterThan(5)
    const none = await world.server.client.call('listSessions', { query: { projectId: 'nope' } })
    expect(none.sessions).toEqual([])
  })
})

describe('an allowed origin', () => {
  it('may use the server and read its answers', async () => {
    const { origin } = new URL(world.server.url)
    const answer = await send({ path: '/api/projects', headers: { origin } })
    expect(answer.status).toBe(200)
    expect(answer.headers['access-control-allow-origin']).toBe(origin)
    expect(answer.headers['vary']).toContain('Origin')
    const preflight = await send({
      method: 'OPTIONS',
      path: '/api/sessions',
      headers: { origin, authorization: null, 'access-control-request-method': 'POST' }
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers['access-control-allow-headers']).toContain('Authorization')
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined()
  })
})

describe('for those who run the server', () => {
  it('/healthz and /readyz answer without a token', async () => {
    const health = await fetch(`${world.server.url}/healthz`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
    const ready = await fetch(`${world.server.url}/readyz`)
    expect(ready.status).toBe(200)
    const state = routes.getReadiness.response.parse(await ready.json())
    expect(state).toMatchObject({ status: 'ready', checks: { database: { isReady: true }, docker: { isReady: true } } })
    expectNothingInside(JSON.stringify(state))
  })

  it('/metrics counts requests, turns, tool calls and sandboxes, and names nobody', async () => {
    const answer = await world.server.request('/metrics')
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
    const text = await answer.text()
    expect(text).toMatch(/^fixpoint_turns_total\{outcome="done"\} [1-9]/m)
    expect(text).toMatch(/^fixpoint_tool_call_duration_milliseconds_count\{tool="edit",outcome="succeeded"\} [1-9]/m)
    // The one that runs for as long as these tests do, and perhaps one that an earlier test has begun.
    expect(text).toMatch(/^fixpoint_turns_running [1-9]\d*$/m)
    expect(text).toMatch(
      /^fixpoint_http_request_duration_milliseconds_count\{method="GET",route="\/api\/sessions\/:sessionId",status="404"\} [1-9]/m
    )
    // Every line is a comment or a sample.
    for (const line of text.trim().split('\n')) expect(line).toMatch(/^#|^$|^[a-z0-9_]+(\{[^}]*\})? \S+$/)
    for (const inner of [there.idle, there.foreignArtifact, 'Ada', world.server.token]) expect(text).not.toContain(inner)
  })

  it('pages and documents have headers that keep other pages out', async () => {
    for (const path of ['/', '/pair', '/docs', '/docs/errors']) {
      const page = await fetch(world.server.url + path)
      expect(page.status).toBe(200)
      expect(page.headers.get('content-security-policy')).toMatch(/default-src '(none|self)'/)
      expect(page.headers.get('x-frame-options')).toBe('SAMEORIGIN')
      expect(page.headers.get('x-powered-by')).toBeNull()
    }
    const errors = await (await fetch(`${world.server.url}/docs/errors`)).text()
    for (const code of Object.keys(ERRORS)) expect(errors).toContain(`id="${code}"`)
  })

  const documentSchema = z.looseObject({
    openapi: z.string(),
    servers: z.array(z.object({ url: z.string() })),
    paths: z.record(
      z.string(),
      z.record(
        z.string(),
        z.looseObject({ operationId: z.string(), responses: z.record(z.string(), z.unknown()), security: z.array(z.unknown()).optional() })
      )
    )
  })

  it('/openapi.json is an OpenAPI 3.1 document with every route and every code that it answers', async () => {
    const document = documentSchema.parse(await (await fetch(`${world.server.url}/openapi.json`)).json())
    expect(document.openapi).toMatch(/^3\.1\./)
    expect(document.servers).toEqual([{ url: world.server.url }])
    const outcome = await new Validator().validate(structuredClone(document))
    expect(outcome.errors).toBeUndefined()
    expect(outcome.valid).toBe(true)
    // Positive control: the validator does find what is wrong.
    expect((await new Validator().validate({ ...document, paths: { '/x': { get: { responses: 7 } } } })).valid).toBe(false)

    for (const [name, route] of Object.entries<Route>(routes)) {
      const operation = document.paths[route.path]?.[route.method]
      expect(operation?.operationId, `${route.method} ${route.path}`).toBe(name)
      expect(Object.keys(operation?.responses ?? {})).toEqual(
        expect.arrayContaining([String(route.status), ...route.errors.map(code => String(ERRORS[code].status))])
      )
      if (route.access === 'open') expect(operation?.security).toEqual([])
    }
    const documented = Object.values(document.paths).flatMap(path => Object.keys(path))
    expect(documented).toHaveLength(Object.keys(routes).length)
    expect(JSON.stringify(document)).not.toContain(world.server.token)
  })
})

describe('too many requests', () => {
  /** Requests until one is refused, or all have been made. */
  async function exhaust(
    request: () => ReturnType<BadInput['request']>,
    most: number
  ): Promise<{ taken: number; refusal: PlainAnswer | null }> {
    for (let taken = 0; taken < most; taken += 25) {
      const answers = await Promise.all(Array.from({ length: Math.min(25, most - taken) }, () => send(request())))
      const refusal = answers.find(answer => answer.status === 429)
      if (refusal) return { taken: taken + answers.filter(answer => answer.status !== 429).length, refusal }
    }
    return { taken: most, refusal: null }
  }

  function expectLimited(refusal: PlainAnswer | null): void {
    if (!refusal) throw new Error('no request was refused')
    expectProblem(refusal, 'rate_limited')
    expect(Number(refusal.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(refusal.headers['retry-after'])).toBeLessThanOrEqual(600)
  }

  it('with one token are refused; another token still works', async () => {
    const { code } = await world.server.client.call('createPairingCode', {})
    const paired = await send({
      ...json({ code: code.toLowerCase().replace('-', ' '), client: 'a test' }),
      path: '/api/pair',
      headers: { 'content-type': 'application/json', authorization: null }
    })
    expect(paired.status).toBe(201)
    const { token } = JSON.parse(paired.body)
    const { taken, refusal } = await exhaust(() => ({ path: '/api/me', headers: { authorization: `Bearer ${token}` } }), 1_100)
    expectLimited(refusal)
    expect(taken).toBeGreaterThanOrEqual(1_000)
    expect((await send({ path: '/api/me' })).status).toBe(200)
    // A code works once.
    const again = await send({ ...json({ code, client: 'another' }), path: '/api/pair' })
    expectProblem(again, 'pairing_code_invalid')
  })

  it('for pairing are refused after a few attempts', async () => {
    const { taken, refusal } = await exhaust(() => ({ ...json({ code: '22222222', client: 'x' }), path: '/api/pair' }), 25)
    expectLimited(refusal)
    expect(taken).toBeLessThanOrEqual(10)
  })

  it('with tokens that are none are refused', async () => {
    const { refusal } = await exhaust(() => ({ path: '/api/me', headers: { authorization: `Bearer ${Math.random()}` } }), 400)
    expectLimited(refusal)
    expect((await send({ path: '/api/me' })).status).toBe(200)
  })
})
