import { FixpointError, makeId } from '@fixpoint/protocol'
import { beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import type { PageDraft } from '../draft.ts'
import { finishSending, type Outbox, type SendRequest, sendPrompt } from './send-prompt.ts'
import { connectServer } from './server.ts'
import type { StoredValue } from './stored-value.ts'

const PIXEL = 'data:image/png;base64,iVBORw0KGgo='
const EVERYTHING = { screenshot: true, dom: true, components: true, console: true, steps: true, budget: 8_000 }

const page: PageDraft = {
  tabId: 7,
  revision: 3,
  url: 'http://localhost:5173/products',
  title: 'Products',
  capturedAt: '2026-03-04T09:30:00.000Z',
  viewport: { width: 1440, height: 900, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
  colorScheme: 'light',
  frameworks: ['React 19.3.1'],
  featureFlags: {},
  outline: [
    { level: 0, text: 'main', rank: 1, index: 0, children: 1 },
    { level: 1, text: 'span.price', rank: 0, index: 0, children: 0, pick: 1 }
  ],
  picks: [
    {
      number: 1,
      selectors: ['.price'],
      tag: 'span',
      text: '€42.00',
      box: { x: 0, y: 0, width: 10, height: 10 },
      components: [{ name: 'PriceTag' }],
      props: [{ component: 'PriceTag', props: 'amount=42' }],
      styles: { color: 'red' },
      crop: { dataUrl: PIXEL, mediaType: 'image/png', width: 10, height: 10, bytes: 8, method: 'html2canvas' },
      isComplete: true
    }
  ],
  console: [{ level: 'error', text: 'boom', at: '2026-03-04T09:30:00.000Z' }],
  requests: [],
  masking: '[[],[]]',
  screenshot: { dataUrl: PIXEL, mediaType: 'image/png', width: 1440, height: 900, bytes: 8 },
  redactions: { password: 1 },
  truncated: [],
  problems: []
}

const request: SendRequest = {
  text: 'Line this up',
  projectId: 'shop',
  sessionId: null,
  page,
  recording: null,
  issueTitle: null,
  masking: null,
  choice: EVERYTHING
}

const bodySchema = z.object({ text: z.string(), context: z.unknown().optional() })

/** A server with the promises of the real one: a repeated key has one effect. */
class FakeServer {
  sessions: string[] = []
  prompts: { sessionId: string; body: z.infer<typeof bodySchema>; key: string }[] = []
  uploads = 0
  private sessionOfKey = new Map<string, string>()
  /** Routes whose requests do not get through, and whose answers do not. */
  lostRequests = new Set<string>()
  lostAnswers = new Set<string>()
  refusals = new Map<string, FixpointError>()

  readonly client = connectServer({
    serverUrl: 'http://127.0.0.1:4700',
    token: 'secret',
    client: 'extension/0.1.0',
    fetch: async (address, init) => {
      const { pathname } = new URL(String(address))
      const route = pathname.endsWith('/prompts') ? 'createPrompt' : pathname.endsWith('/artifacts') ? 'uploadArtifact' : 'createSession'
      if (this.lostRequests.has(route)) throw new TypeError('Failed to fetch')
      const refusal = this.refusals.get(route)
      if (refusal !== undefined) return Response.json(refusal.toProblem('req_1'), { status: refusal.status })
      const answer = this.work(route, pathname, String(init?.body), new Headers(init?.headers).get('idempotency-key') ?? '')
      if (this.lostAnswers.has(route)) throw new TypeError('Failed to fetch')
      return answer
    }
  })

  private work(route: string, pathname: string, body: string, key: string): Response {
    if (route === 'createSession') return this.createSession(key)
    if (route === 'uploadArtifact') {
      return Response.json({ artifactId: String(++this.uploads).padStart(64, '0'), width: 1, height: 1, bytes: 8 })
    }
    const parsed = bodySchema.parse(JSON.parse(body))
    const known = this.prompts.find(prompt => prompt.key === key)
    if (known === undefined) this.prompts.push({ sessionId: pathname.split('/')[3] ?? '', body: parsed, key })
    else if (JSON.stringify(known.body) !== JSON.stringify(parsed)) {
      const conflict = new FixpointError('idempotency_conflict', 'another request')
      return Response.json(conflict.toProblem('req_1'), { status: conflict.status })
    }
    return Response.json({ promptId: idOf('prompt', this.prompts.length), seq: 1 })
  }

  private createSession(key: string): Response {
    const sessionId = this.sessionOfKey.get(key) ?? idOf('session', this.sessions.length + 1)
    if (!this.sessionOfKey.has(key)) this.sessions.push(sessionId)
    this.sessionOfKey.set(key, sessionId)
    return Response.json({
      sessionId,
      projectId: 'shop',
      title: '',
      status: 'idle',
      createdAt: page.capturedAt,
      updatedAt: page.capturedAt,
      createdBy: { personId: idOf('person', 1), name: 'Ada', email: 'ada@example.com' },
      seq: 1,
      verdict: null
    })
  }
}

function idOf(kind: 'session' | 'prompt' | 'person', number: number): string {
  return makeId(kind, count => new Uint8Array(count).fill(number))
}

let server: FakeServer
let kept: Outbox | null
let sessions: string[]
let stages: string[]
let random: number

const outbox: StoredValue<Outbox> = {
  key: 'outbox:x',
  read: async () => structuredClone(kept),
  write: async value => {
    kept = structuredClone(value)
  },
  subscribe: () => () => undefined
}

const options = () => ({
  server: server.client,
  outbox,
  randomBytes: (count: number) => new Uint8Array(count).fill(++random),
  onStage: (stage: string) => void stages.push(stage),
  onDelivered: async () => undefined,
  onSession: (sessionId: string) => void sessions.push(sessionId)
})

beforeEach(() => {
  server = new FakeServer()
  kept = null
  sessions = []
  stages = []
  random = 0
})

test('a first prompt starts the session, uploads the pictures and names them', async () => {
  const sent = await sendPrompt(request, options())
  expect(server.sessions).toEqual([sent.sessionId])
  expect(sessions).toEqual([sent.sessionId])
  expect(stages).toEqual(['session', 'pictures', 'pictures', 'prompt'])
  expect(server.prompts).toHaveLength(1)
  expect(server.prompts[0]?.body).toMatchObject({
    text: 'Line this up',
    context: {
      screenshot: { artifactId: '1'.padStart(64, '0') },
      picks: [{ number: 1, crop: { artifactId: '2'.padStart(64, '0') } }],
      redactions: { password: 1 }
    }
  })
  expect(sent.tabId).toBe(7)
  expect(kept).toBeNull()
})

test('in a session that is there, only the prompt is sent', async () => {
  await sendPrompt({ ...request, sessionId: idOf('session', 9), page: null }, options())
  expect(server.sessions).toEqual([])
  expect(server.uploads).toBe(0)
  expect(server.prompts[0]).toMatchObject({ sessionId: idOf('session', 9), body: { text: 'Line this up' } })
})

test('what the person leaves out does not leave the browser', async () => {
  await sendPrompt(
    { ...request, choice: { screenshot: false, dom: false, components: false, console: false, steps: false, budget: 8_000 } },
    options()
  )
  expect(server.uploads).toBe(0)
  const body = JSON.stringify(server.prompts[0]?.body)
  for (const secret of ['boom', 'PriceTag', '€42.00', 'span.price', 'React']) expect(body).not.toContain(secret)
})

test.each(['createSession', 'uploadArtifact', 'createPrompt'])(
  'when the answer to %s is lost, sending again does nothing twice',
  async route => {
    server.lostAnswers.add(route)
    await expect(sendPrompt(request, options())).rejects.toMatchObject({ code: 'server_unreachable' })
    server.lostAnswers.clear()
    await sendPrompt(request, options())
    expect(server.sessions).toHaveLength(1)
    expect(server.prompts).toHaveLength(1)
    expect(kept).toBeNull()
  }
)

test.each(['createSession', 'createPrompt'])('without a page, too, when the answer to %s is lost', async route => {
  server.lostAnswers.add(route)
  await expect(sendPrompt({ ...request, page: null }, options())).rejects.toMatchObject({ code: 'server_unreachable' })
  server.lostAnswers.clear()
  await sendPrompt({ ...request, page: null }, options())
  expect(server.sessions).toHaveLength(1)
  expect(server.prompts).toHaveLength(1)
  expect(kept).toBeNull()
})

test('a panel that was closed before it had kept the session finds it by its key', async () => {
  const words = { ...request, page: null }
  await sendPrompt(words, {
    ...options(),
    outbox: { ...outbox, write: async value => void (value?.sessionId === null && (await outbox.write(value))) }
  })
  expect(kept).toMatchObject({ sessionId: null, body: { text: words.text } })
  expect(await finishSending(options())).toBeNull()
  await sendPrompt(words, options())
  expect(server.sessions).toHaveLength(1)
  expect(server.prompts).toHaveLength(1)
})

test('so too when the chosen session has become the new one in between', async () => {
  server.lostAnswers.add('createPrompt')
  await expect(sendPrompt(request, options())).rejects.toThrow()
  server.lostAnswers.clear()
  await sendPrompt({ ...request, sessionId: sessions[0] ?? null }, options())
  expect(server.prompts).toHaveLength(1)
})

test('a panel that was closed while sending finishes when it is opened again', async () => {
  server.lostAnswers.add('createPrompt')
  await expect(sendPrompt(request, options())).rejects.toThrow()
  server.lostAnswers.clear()
  const sent = await finishSending(options())
  expect(sent).toMatchObject({ sessionId: server.sessions[0], tabId: 7 })
  expect(server.prompts).toHaveLength(1)
  expect(await finishSending(options())).toBeNull()
})

test('one that was closed earlier finishes nothing: the text is still in the composer', async () => {
  server.lostAnswers.add('uploadArtifact')
  await expect(sendPrompt(request, options())).rejects.toThrow()
  server.lostAnswers.clear()
  expect(await finishSending(options())).toBeNull()
  expect(server.prompts).toHaveLength(0)
})

test('another text is another prompt, in the session that was started', async () => {
  server.lostRequests.add('createPrompt')
  await expect(sendPrompt(request, options())).rejects.toThrow()
  server.lostRequests.clear()
  await sendPrompt({ ...request, text: 'Make it bold', sessionId: sessions[0] ?? null }, options())
  expect(server.sessions).toHaveLength(1)
  expect(server.prompts.map(prompt => prompt.body)).toMatchObject([{ text: 'Make it bold' }])
})

test('a session that was asked for while nothing got through is not asked for twice', async () => {
  server.lostAnswers.add('createSession')
  await expect(sendPrompt(request, options())).rejects.toThrow()
  server.lostAnswers.clear()
  await sendPrompt({ ...request, text: 'other words' }, options())
  expect(server.sessions).toHaveLength(1)
})

test('nor one for words alone', async () => {
  server.lostAnswers.add('createSession')
  await expect(sendPrompt({ ...request, page: null }, options())).rejects.toThrow()
  server.lostAnswers.clear()
  await sendPrompt({ ...request, page: null, text: 'other words' }, options())
  expect(server.sessions).toHaveLength(1)
})

test('the same text into another session is another prompt', async () => {
  server.lostAnswers.add('createPrompt')
  await expect(sendPrompt({ ...request, sessionId: idOf('session', 8) }, options())).rejects.toThrow()
  server.lostAnswers.clear()
  await sendPrompt({ ...request, sessionId: idOf('session', 9) }, options())
  expect(server.prompts.map(prompt => prompt.sessionId)).toEqual([idOf('session', 8), idOf('session', 9)])
})

test('after a refusal the next attempt is a new one', async () => {
  server.refusals.set('createPrompt', new FixpointError('capture_url_mismatch', 'another project'))
  await expect(sendPrompt(request, options())).rejects.toMatchObject({ code: 'capture_url_mismatch' })
  expect(kept).toBeNull()
})
