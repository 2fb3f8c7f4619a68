import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEngine, engineMessage, engineStatus } from './engine.ts'

let folder = ''
const servers: ReturnType<typeof createServer>[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixpoint-engine-'))
})
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  await rm(folder, { recursive: true })
})

/** An engine that answers as it is told. */
async function engineThat(answer: RequestListener) {
  const server = createServer(answer)
  servers.push(server)
  server.listen(join(folder, 'docker.sock'))
  await once(server, 'listening')
  return createEngine(new Docker({ socketPath: join(folder, 'docker.sock') }))
}

describe('an engine', () => {
  test('that is not there is docker_unavailable at once', async () => {
    const engine = createEngine(new Docker({ socketPath: join(folder, 'nothing.sock') }))
    const startedAt = performance.now()
    await expect(engine.call('list volumes', abortSignal => engine.docker.listVolumes({ abortSignal }))).rejects.toMatchObject({
      code: 'docker_unavailable',
      retryable: true,
      message: 'Docker could not list volumes: nothing answers (ENOENT).'
    })
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })

  test('that takes connections and never answers is docker_unavailable within seconds', async () => {
    const engine = await engineThat(() => undefined)
    const startedAt = performance.now()
    await expect(engine.call('list volumes', abortSignal => engine.docker.listVolumes({ abortSignal }))).rejects.toMatchObject({
      code: 'docker_unavailable'
    })
    expect(performance.now() - startedAt).toBeLessThan(18_000)
  }, 30_000)

  test('that is slow but alive is waited for', async () => {
    const engine = await engineThat((request, response) => {
      if (request.url?.startsWith('/volumes')) setTimeout(() => response.end('{"Volumes":[]}'), 4_000)
      else response.end('[]')
    })
    await expect(engine.call('list volumes', abortSignal => engine.docker.listVolumes({ abortSignal }))).resolves.toEqual({ Volumes: [] })
  }, 10_000)

  test('that breaks off is docker_unavailable', async () => {
    const engine = await engineThat((_request, response) => response.destroy())
    await expect(engine.call('list volumes', abortSignal => engine.docker.listVolumes({ abortSignal }))).rejects.toMatchObject({
      code: 'docker_unavailable'
    })
  })

  test('that refuses is quoted', async () => {
    const engine = await engineThat((_request, response) => {
      response.statusCode = 404
      response.end('{"message":"no such volume: x"}')
    })
    const error: unknown = await engine.call('look', () => engine.docker.getVolume('x').inspect()).catch((reason: unknown) => reason)
    expect(engineStatus(error)).toBe(404)
    expect(engineMessage(error)).toBe('no such volume: x')
  })

  test('that has no space left is storage_full', async () => {
    const engine = await engineThat((_request, response) => {
      response.statusCode = 500
      response.end('{"message":"mkdir /var/lib/x: no space left on device"}')
    })
    await expect(engine.call('create a volume', () => engine.docker.createVolume({ Name: 'x' }))).rejects.toMatchObject({
      code: 'storage_full'
    })
  })

  test('is given up at once when the caller gives up', async () => {
    const engine = await engineThat(() => undefined)
    const abort = new AbortController()
    const call = engine.call('list volumes', abortSignal => engine.docker.listVolumes({ abortSignal }), abort.signal)
    abort.abort(new Error('the person pressed Stop'))
    await expect(call).rejects.toThrow('the person pressed Stop')
  })
})
