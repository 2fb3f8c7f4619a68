/**
 * Storage that speaks S3, in memory, and stricter than most: it takes no request whose signature (version 4) or whose body's hash is
 * not right, keeps to “If-None-Match: *” as Amazon S3 does, and lists a few keys at a time. None of the servers that the package registry has
 * knows writes that depend on a condition.
 */
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { BucketSettings } from '../storage/s3-bucket.ts'

const BUCKET = 'updates'
const REGION = 'eu-central-1'
const KEYS_IN_A_LIST = 4
/** The one account; the S3 client finds it here. */
export const ACCOUNT = { AWS_ACCESS_KEY_ID: 'AKIATESTTESTTEST', AWS_SECRET_ACCESS_KEY: 'a secret of the tests' } as const

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')
const hmac = (key: string | Buffer, content: string) => createHmac('sha256', key).update(content).digest()

interface Answer {
  status: number
  body?: string | Buffer
}

const refusal = (status: number, code: string): Answer => ({
  status,
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}, says the storage.</Message></Error>`
})

export class S3Server {
  readonly settings: BucketSettings
  /** By key, as it is in the bucket. Tests may change it, as whoever has the bucket can. */
  readonly objects = new Map<string, Buffer>()
  /** Whether the storage does what “If-None-Match: *” says. */
  keepsConditions = true
  /** Objects that are not given out, with the code that says why. */
  readonly refused = new Map<string, string>()
  /** Whether storage answers at all. */
  isReachable = true
  /** The next write is done, and its answer gets lost. */
  losesNextAnswer = false
  /** So long a write is under way, so that two can meet; in ms. */
  writeMs = 1
  /** Refusals so far, by their code. */
  readonly refusals: string[] = []
  readonly #server: ReturnType<typeof createServer>
  readonly #beingWritten = new Set<string>()

  private constructor(server: ReturnType<typeof createServer>, endpoint: string) {
    this.#server = server
    this.settings = { bucket: BUCKET, prefix: 'fixpoint/', region: REGION, endpoint, pathStyle: true }
  }

  static async start(): Promise<S3Server> {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const own = new S3Server(server, `http://127.0.0.1:${port}`)
    server.on('request', (request, response) => void own.#pass(request, response))
    return own
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const content = await buffer(request)
    const { status, body } = this.isReachable ? await this.#answer(request, content) : { status: 0, body: undefined }
    const isLost = status === 0 || (this.losesNextAnswer && request.method === 'PUT')
    if (isLost) {
      this.losesNextAnswer = false
      request.socket.destroy()
      return
    }
    const code = /<Code>(\w+)/.exec(String(body))?.[1]
    if (status >= 400 && code !== undefined) this.refusals.push(code)
    response.writeHead(status, { 'Content-Type': 'application/xml' }).end(body)
  }

  async #answer(request: IncomingMessage, content: Buffer): Promise<Answer> {
    const url = new URL(request.url ?? '/', this.settings.endpoint)
    const fault = faultOfSignature(request, url, content)
    if (fault !== null) return refusal(403, fault)
    const [, bucket, ...rest] = url.pathname.split('/')
    if (bucket !== BUCKET) return refusal(404, 'NoSuchBucket')
    const key = decodeURIComponent(rest.join('/'))
    if (request.method === 'PUT') return this.#put(key, content, request.headers['if-none-match'] === '*' && this.keepsConditions)
    if (request.method !== 'GET') return refusal(405, 'MethodNotAllowed')
    if (key === '') return this.#list(url.searchParams)
    const reason = this.refused.get(key)
    if (reason !== undefined) return refusal(reason === 'InternalError' ? 500 : 403, reason)
    const body = this.objects.get(key)
    return body === undefined ? refusal(404, 'NoSuchKey') : { status: 200, body }
  }

  async #put(key: string, content: Buffer, onlyIfNew: boolean): Promise<Answer> {
    if (onlyIfNew && this.objects.has(key)) return refusal(412, 'PreconditionFailed')
    if (onlyIfNew && this.#beingWritten.has(key)) return refusal(409, 'ConditionalRequestConflict')
    this.#beingWritten.add(key)
    await delay(this.writeMs)
    this.#beingWritten.delete(key)
    this.objects.set(key, content)
    return { status: 200 }
  }

  #list(query: URLSearchParams): Answer {
    const after = query.get('continuation-token') ?? ''
    const keys = [...this.objects.keys()].filter(key => key.startsWith(query.get('prefix') ?? '') && key > after).toSorted()
    const shown = keys.slice(0, KEYS_IN_A_LIST)
    const isCut = keys.length > shown.length
    const next = isCut ? `<NextContinuationToken>${shown.at(-1)}</NextContinuationToken>` : ''
    const contents = shown.map(key => `<Contents><Key>${key}</Key></Contents>`).join('')
    return { status: 200, body: `<ListBucketResult><IsTruncated>${isCut}</IsTruncated>${contents}${next}</ListBucketResult>` }
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}

/** By “Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)”. @returns null where all is right */
function faultOfSignature({ method, headers }: IncomingMessage, url: URL, content: Buffer): string | null {
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? ''
    )
  if (parts === null) return 'AccessDenied'
  const [, account, day = '', region = '', signed = '', signature] = parts
  if (account !== ACCOUNT.AWS_ACCESS_KEY_ID) return 'InvalidAccessKeyId'
  if (region !== REGION) return 'AuthorizationHeaderMalformed'
  if (!signed.split(';').includes('host') || headers['x-amz-content-sha256'] !== sha256(content)) return 'XAmzContentSHA256Mismatch'
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).toSorted()
  const named = signed.split(';').map(name => `${name}:${String(headers[name]).trim()}\n`)
  const canonical = [method, url.pathname, query.join('&'), named.join(''), signed, sha256(content)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], `${day}/${region}/s3/aws4_request`, sha256(canonical)].join('\n')
  const key = [region, 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${ACCOUNT.AWS_SECRET_ACCESS_KEY}`, day))
  return hmac(key, toSign).toString('hex') === signature ? null : 'SignatureDoesNotMatch'
}
