import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { connectServer, requestIdOf } from './server.ts'

const SESSION = 'ses_00000000000000000001'
const artifact = (letter: string) => letter.repeat(64)

beforeEach(() => {
  let count = 0
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => `blob:${++count}`)
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation(() => undefined)
})

afterEach(() => vi.restoreAllMocks())

function serverWith(fetch: typeof globalThis.fetch) {
  return connectServer({ serverUrl: 'http://127.0.0.1:4700', token: 'secret', client: 'extension/0.1.0', fetch })
}

function problem(): Response {
  const body = {
    type: '/x',
    title: 't',
    status: 404,
    detail: 'There is no such session.',
    instance: 'req_fromthebody',
    code: 'session_not_found',
    hint: 'h',
    retryable: false
  }
  return new Response(JSON.stringify(body), { status: 404 })
}

test('pictures are fetched once with the token and freed at the end', async () => {
  const fetch = vi.fn(async () => new Response('png'))
  const server = serverWith(fetch)
  const urls = await Promise.all([server.artifacts.url(SESSION, artifact('a')), server.artifacts.url(SESSION, artifact('a'))])
  expect(urls).toEqual(['blob:1', 'blob:1'])
  expect(fetch).toHaveBeenCalledOnce()
  expect(fetch).toHaveBeenCalledWith(
    expect.stringContaining(artifact('a')),
    expect.objectContaining({
      headers: expect.objectContaining({
        authorization: 'Bearer secret',
        'Fixpoint-Protocol': '1',
        'Fixpoint-Client': 'extension/0.1.0'
      })
    })
  )
  server.dispose()
  await vi.waitFor(() => expect(URL.revokeObjectURL).toHaveBeenCalledWith('blob:1'), { timeout: 15_000 })
})

test('a picture that could not be had is asked for again', async () => {
  const fetch = vi.fn(async () => problem())
  const server = serverWith(fetch)
  await expect(server.artifacts.url(SESSION, artifact('a'))).rejects.toMatchObject({ code: 'session_not_found' })
  fetch.mockImplementation(async () => new Response('png'))
  expect(await server.artifacts.url(SESSION, artifact('a'))).toBe('blob:1')
})

test('of very many pictures the ones not used for longest are freed', async () => {
  const server = serverWith(async () => new Response('png'))
  for (let number = 0; number < 151; number++) await server.artifacts.url(SESSION, String(number).padStart(64, '0'))
  await vi.waitFor(() => expect(URL.revokeObjectURL).toHaveBeenCalledTimes(1), { timeout: 15_000 })
  expect(URL.revokeObjectURL).toHaveBeenCalledWith('blob:1')
})

test('texts are read as UTF-8', async () => {
  const server = serverWith(async () => new Response('diff – ä'))
  expect(await server.artifacts.text(SESSION, artifact('b'))).toBe('diff – ä')
})

test('an error knows the request that the server’s log has', async () => {
  const error = await serverWith(async () => problem())
    .call('getSession', { params: { sessionId: SESSION } })
    .catch((thrown: unknown) => thrown)
  expect(requestIdOf(error)).toBe('req_fromthebody')
  const withHeader = await serverWith(async () => {
    const response = problem()
    response.headers.set('x-request-id', 'req_fromtheheader')
    return response
  })
    .call('getSession', { params: { sessionId: SESSION } })
    .catch((thrown: unknown) => thrown)
  expect(requestIdOf(withHeader)).toBe('req_fromtheheader')
  expect(requestIdOf('nothing')).toBeUndefined()
})

test('a server that does not answer in time is unreachable', async () => {
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort())
  const server = serverWith(async (_address, init) => {
    init?.signal?.throwIfAborted()
    return new Response('{}')
  })
  await expect(server.call('getMe', {})).rejects.toMatchObject({ code: 'server_unreachable', message: expect.stringContaining('30 s') })
})
