import { once } from 'node:events'
import { createServer } from 'node:http'
import { createApiClient, PROTOCOL_VERSION } from '@fixpoint/protocol'
import express from 'express'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problemHandler } from './problems.ts'
import { checkOrigin, checkProtocol } from './security.ts'

const EXTENSION = 'chrome-extension://dmlpgeomecbdojbpnbhejhlgpnojgldc'
const app = express()
  .use(checkOrigin(() => ({ hostNames: new Set(), origins: new Set([EXTENSION]) })))
  .use(checkProtocol)
  .get('/healthz', (_request, response) => {
    response.json({ status: 'ok' })
  })
  .use(problemHandler(pino({ level: 'silent' })))
const server = createServer(app)
let url = ''

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  url = `http://127.0.0.1:${address.port}`
})

afterAll(() => server.close())

const askWith = (version: string) => fetch(`${url}/healthz`, { headers: { 'Fixpoint-Protocol': version, origin: EXTENSION } })

test('a client of the same version is answered, and one that says none', async () => {
  expect((await askWith(String(PROTOCOL_VERSION))).status).toBe(200)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  // Our own client says its version.
  expect(await createApiClient({ serverUrl: url, fetch }).call('getHealth', {})).toEqual({ status: 'ok' })
})

test.each([
  [String(PROTOCOL_VERSION - 1), 426, 'client_too_old', 'Update the client.'],
  [String(PROTOCOL_VERSION + 1), 400, 'protocol_unsupported', 'Update the server.'],
  ['newest', 400, 'protocol_unsupported', expect.stringContaining('leave the header out')]
])('version %s is refused, in a way that the panel can read', async (version, status, code, hint) => {
  const answer = await askWith(version)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('access-control-allow-origin')).toBe(EXTENSION)
  expect(await answer.json()).toMatchObject({ code, hint })
})

test('pages of allowed origins may send the header', async () => {
  const headers = { origin: EXTENSION, 'access-control-request-method': 'GET', 'access-control-request-headers': 'fixpoint-protocol' }
  const answer = await fetch(`${url}/healthz`, { method: 'OPTIONS', headers })
  expect(answer.headers.get('access-control-allow-headers')).toContain('Fixpoint-Protocol')
})
