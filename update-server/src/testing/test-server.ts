import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { UpdatesConfig } from '../config.ts'
import { DASHBOARD_FOLDER, serve } from '../serve.ts'
import type { BucketSettings } from '../storage/s3-bucket.ts'
import { sampleId } from './sample-extension.ts'

/** Tokens of the people in the tests' configuration. */
export const TOKENS = { ada: 'token-of-ada', grace: 'token-of-grace', visitor: 'token-of-visitor' } as const
export type Person = keyof typeof TOKENS

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')

/** A real update server on a free port, with a data folder of its own. */
export interface TestServer {
  url: string
  dataFolder: string
  config: UpdatesConfig
  /** Asks the API as one person. @param body JSON, or a CRX */
  ask(person: Person, method: 'GET' | 'POST', path: string, body?: object): Promise<{ status: number; body: unknown }>
  publish(version: string, crx: Buffer, query?: string, extensionId?: string): Promise<{ status: number; body: unknown }>
  approve(version: string, extensionId?: string): Promise<{ status: number; body: unknown }>
  promote(version: string, ring: string, percentage?: number): Promise<{ status: number; body: unknown }>
  /** Stops the server and starts it again on the same folder and port. */
  restart(): Promise<void>
  /** Stops the server; what is on the disk stays until `close`. */
  stop(): Promise<void>
  close(): Promise<void>
}

export async function startTestServer({
  extensionIds = [sampleId],
  dashboardFolder = DASHBOARD_FOLDER,
  bucket
}: {
  extensionIds?: string[]
  dashboardFolder?: string
  /** Keeps the releases in place of the data folder. */
  bucket?: BucketSettings
} = {}): Promise<TestServer> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'fixpoint-updates-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const storage: UpdatesConfig['storage'] = bucket === undefined ? { kind: 'folder', folder: dataFolder } : { kind: 'bucket', ...bucket }
  const config: UpdatesConfig = {
    publicUrl: url,
    host: '127.0.0.1',
    port,
    storage,
    extensions: extensionIds.map((id, index) => ({ id, name: `Sample ${index + 1}` })),
    rings: ['canary', 'early', 'all'],
    people: [
      { name: 'ada', tokenSha256: hashOf(TOKENS.ada), roles: ['publisher', 'approver'] },
      { name: 'grace', tokenSha256: hashOf(TOKENS.grace), roles: ['approver'] },
      { name: 'visitor', tokenSha256: hashOf(TOKENS.visitor), roles: ['viewer'] }
    ]
  }
  const start = () => serve(config, pino({ level: 'silent' }), dashboardFolder)
  let running = await start()
  const ask: TestServer['ask'] = async (person, method, path, body) => {
    const isCrx = Buffer.isBuffer(body)
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${TOKENS[person]}`,
        ...(body === undefined ? {} : { 'Content-Type': isCrx ? 'application/x-chrome-extension' : 'application/json' })
      },
      ...(body === undefined ? {} : { body: isCrx ? new Uint8Array(body) : JSON.stringify(body) })
    })
    return { status: response.status, body: await response.json() }
  }
  return {
    url,
    dataFolder,
    config,
    ask,
    publish: (version, crx, query = '', extensionId = sampleId) =>
      ask('ada', 'POST', `/api/releases/${extensionId}/${version}${query}`, crx),
    approve: (version, extensionId = sampleId) => ask('grace', 'POST', `/api/releases/${extensionId}/${version}/approval`, {}),
    promote: (version, ring, percentage = 100) => ask('ada', 'POST', `/api/rings/${sampleId}/${ring}/promotion`, { version, percentage }),
    restart: async () => {
      await running.close()
      running = await start()
    },
    stop: () => running.close(),
    close: async () => {
      await running.close()
      await rm(dataFolder, { recursive: true, force: true })
    }
  }
}

/** A port that nothing listens on at this moment. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
