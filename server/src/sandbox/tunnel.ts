import { type ClientHttp2Stream, connect, constants, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from 'node:http2'
import type { Socket } from 'node:net'
import { type Duplex, Readable } from 'node:stream'
import { errorFromFailure, FixpointError, problemSchema } from '@fixpoint/protocol'
import type { LocalTarget } from '@fixpoint/protocol/sandbox'
import { parseJson } from '../parse-json.ts'
import { byteChannel } from './byte-channel.ts'

/** Room for data on its way: what 100 MB/s need where an answer takes some hundred milliseconds. */
const STREAM_WINDOW = 16 * 1024 * 1024
const CONNECTION_WINDOW = 64 * 1024 * 1024
/** MB that Node lets one session hold; more than the connection's window. */
const SESSION_MEMORY = 128
const LONGEST_PING_INTERVAL_MS = 2_000
/** The largest answer that is read into memory: a file of 2 million characters with room for escapes, or a picture. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

/** To be answered by something that listens already. */
const CONNECT_TIMEOUT_MS = 15_000

export interface CallOptions {
  signal?: AbortSignal | undefined
  /** Time for the whole answer, from the call to its last byte. */
  timeoutMs: number
}

/**
 * HTTP/2 to sandboxd over its standard streams. Every call ends: with an answer, with the problem that sandboxd answered (as a
 * `FixpointError`), with the signal's reason when the caller gives up, with `outcome_unknown` when the time is up, or with
 * `sandbox_lost` when the connection is gone. Giving up resets the stream, which ends what it started in the sandbox.
 */
export interface Tunnel {
  /** Calls whose answer is small: one JSON value or one picture. `body` is bytes when it is a stream, JSON otherwise. */
  fetch(method: 'GET' | 'POST', path: string, body: unknown, options: CallOptions): Promise<Buffer>
  /**
   * A call whose answer is read as it comes; whatever ends the call also ends the stream, with the error said above. There is no
   * stream where sandboxd answers that there is nothing (204).
   */
  open(method: 'GET' | 'POST', path: string, body: unknown, options: CallOptions): Promise<Readable | undefined>
  /** Joins with something that listens in the sandbox; the stream ends with an error of the kinds said above. */
  connect(target: LocalTarget, signal?: AbortSignal): Promise<Duplex>
  /** Resolves with what ended the connection, in words, once it has ended. */
  ended: Promise<string>
  close(): void
}

interface TunnelOptions {
  /** Without a sign of life for this long the connection counts as gone. */
  silenceTimeoutMs: number
  /** When the other side was last heard of, as `performance.now()` gives it. */
  lastHeard(): number
}

export function openTunnel(stdio: Socket, { silenceTimeoutMs, lastHeard }: TunnelOptions): Tunnel {
  const openStreams = new Set<ClientHttp2Stream>()
  let endedBy: string | undefined
  const end = (why: string) => {
    if (endedBy !== undefined) return
    endedBy = why
    clearInterval(pinging)
    for (const stream of openStreams) stream.destroy(lost())
    session.destroy()
    stdio.destroy()
    resolveEnded(why)
  }
  const { promise: ended, resolve: resolveEnded } = Promise.withResolvers<string>()

  // Before the session listens: the calls that are under way shall fail with our words and not with those of Node.
  stdio.once('end', () => end('sandboxd has ended'))
  stdio.once('close', () => end('the connection was closed'))
  stdio.once('error', error => end(`the connection broke (${error.message})`))

  const session = connect('http://sandbox', {
    createConnection: () => stdio,
    settings: { initialWindowSize: STREAM_WINDOW, enablePush: false },
    maxSessionMemory: SESSION_MEMORY
  })
  session.once('connect', () => {
    // Node tells of the connection one tick later, whatever has become of it since; a call to a session that is gone throws.
    if (!session.destroyed) session.setLocalWindowSize(CONNECTION_WINDOW)
  })
  session.on('error', error => end(`the connection broke (${error.message})`))
  session.once('goaway', () => end('sandboxd ended the connection'))
  session.once('close', () => end('the connection was closed'))

  const pingInterval = Math.min(LONGEST_PING_INTERVAL_MS, silenceTimeoutMs / 4)
  let heardAt = performance.now()
  let lookedAt = heardAt
  const pinging = setInterval(() => {
    const now = performance.now()
    // While this process itself stood still, as on a machine that slept, nothing could be heard: that is not the other side's silence.
    if (now - lookedAt > 2 * pingInterval) heardAt = now
    lookedAt = now
    const silentMs = now - Math.max(heardAt, lastHeard())
    if (silentMs > silenceTimeoutMs) return end(`it has not answered for ${Math.round(silentMs / 1_000)} s`)
    if (session.closed || session.destroyed) return
    session.ping(error => {
      if (error === null) heardAt = performance.now()
    })
  }, pingInterval)
  pinging.unref()

  async function open(method: 'GET' | 'POST', path: string, body: unknown, options: CallOptions): Promise<Readable | undefined> {
    options.signal?.throwIfAborted()
    if (endedBy !== undefined) throw lost()
    const isStream = body instanceof Readable
    // It says goodbye or breaks before the tick in which we hear of it; asking it then would throw in Node's words.
    if (session.closed || session.destroyed) throw lost()
    const stream = session.request({
      ':method': method,
      ':path': path,
      ...(body === undefined ? {} : { 'content-type': isStream ? 'application/octet-stream' : 'application/json' })
    })
    openStreams.add(stream)
    stream.once('close', () => openStreams.delete(stream))
    endWhenOver(stream, path, options)
    const broken = (error: Error | undefined) => reasonOf(error, endedBy !== undefined, path)
    const headers = responseOf(stream, broken)
    const answer = bodyOf(stream, broken)
    if (isStream) send(body, stream)
    else stream.end(body === undefined ? undefined : JSON.stringify(body))

    const { ':status': status } = await headers
    if (status === 200) return answer
    if (status === 204) {
      answer.resume()
      return undefined
    }
    throw problemFrom(await readAll(answer), path, status)
  }

  async function connectTo(target: LocalTarget, signal?: AbortSignal): Promise<Duplex> {
    signal?.throwIfAborted()
    if (endedBy !== undefined || session.closed || session.destroyed) throw lost()
    const stream = session.request({ ':method': 'CONNECT', ':authority': target })
    openStreams.add(stream)
    stream.once('close', () => openStreams.delete(stream))
    const answered = new AbortController()
    const limit = AbortSignal.any([answered.signal, AbortSignal.timeout(CONNECT_TIMEOUT_MS), ...(signal ? [signal] : [])])
    const giveUp = () => {
      if (!answered.signal.aborted) stream.close(constants.NGHTTP2_CANCEL)
    }
    limit.addEventListener('abort', giveUp, { once: true })
    const broken = (error: Error | undefined) => reasonOf(error, endedBy !== undefined, target)
    const { ':status': status } = await responseOf(stream, broken)
    answered.abort()
    limit.removeEventListener('abort', giveUp)
    if (status === 200) return byteChannel(stream, broken)
    throw problemFrom(await readAll(bodyOf(stream, broken)), target, status)
  }

  return {
    ended,
    open,
    connect: connectTo,
    async fetch(method, path, body, options) {
      const stream = await open(method, path, body, options)
      return stream === undefined ? Buffer.alloc(0) : readAll(stream)
    },
    close: () => end('it was closed')
  }
}

function lost(cause?: Error): FixpointError {
  return new FixpointError('sandbox_lost', 'The sandbox was lost while it was at work.', { cause })
}

/** What a stream's end before its time means. Node's own errors say that one stream was reset, or that the session is broken. */
function reasonOf(error: Error | undefined, isTunnelOver: boolean, path: string): Error {
  const code = error !== undefined && 'code' in error ? String(error.code) : ''
  if (error !== undefined && !code.startsWith('ERR_HTTP2_')) return error
  if (isTunnelOver || (error !== undefined && code !== 'ERR_HTTP2_STREAM_ERROR')) return lost(error)
  return new FixpointError('outcome_unknown', `The sandbox broke off its answer to ${path}.`, { cause: error })
}

/** Ends the stream when the caller gives up or the time is up, until it has closed by itself. */
function endWhenOver(stream: ClientHttp2Stream, path: string, { signal, timeoutMs }: CallOptions): void {
  const giveUp = () => {
    const reason: unknown = signal?.reason
    stream.close(constants.NGHTTP2_CANCEL)
    stream.destroy(reason instanceof Error ? reason : new DOMException('The call was given up.', 'AbortError'))
  }
  const timer = setTimeout(() => {
    stream.close(constants.NGHTTP2_CANCEL)
    stream.destroy(new FixpointError('outcome_unknown', `The sandbox did not answer ${path} within ${Math.round(timeoutMs / 1_000)} s.`))
  }, timeoutMs)
  signal?.addEventListener('abort', giveUp, { once: true })
  stream.once('close', () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
  })
}

type Broken = (error: Error | undefined) => Error

function responseOf(stream: ClientHttp2Stream, broken: Broken): Promise<IncomingHttpHeaders & IncomingHttpStatusHeader> {
  return new Promise((resolve, reject) => {
    let isAnswered = false
    stream.once('response', headers => {
      isAnswered = true
      resolve(headers)
    })
    // Stays for the stream's life: whoever reads the body gets the error from there.
    stream.on('error', error => {
      if (!isAnswered) reject(broken(error))
    })
    stream.once('close', () => {
      if (!isAnswered) reject(broken(undefined))
    })
  })
}

/**
 * The answer's body as a stream of its own. Node says of an HTTP/2 stream that it is closed as soon as both sides have sent
 * everything, read or not, and then refuses to iterate over it or to pipe it (“premature close”).
 */
function bodyOf(stream: ClientHttp2Stream, broken: Broken): Readable {
  const body = new Readable({
    read: () => stream.resume(),
    destroy(error, done) {
      // A reader that leaves early ends the call.
      if (!stream.closed) stream.close(constants.NGHTTP2_CANCEL)
      done(error)
    }
  })
  // An error that nobody waits for any more is one of a call that has been answered for.
  body.on('error', () => undefined)
  stream.on('data', chunk => {
    if (!body.push(chunk)) stream.pause()
  })
  stream.once('end', () => body.push(null))
  stream.once('error', error => body.destroy(broken(error)))
  stream.once('close', () => {
    if (!stream.readableEnded) body.destroy(broken(undefined))
  })
  stream.pause()
  return body
}

/** Sends the body, as far as the other side takes it: it may answer with a refusal before it has read everything. */
function send(body: Readable, stream: ClientHttp2Stream): void {
  body.once('error', error => stream.destroy(error))
  stream.once('close', () => body.destroy())
  body.pipe(stream)
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    const buffer = Buffer.from(chunk)
    bytes += buffer.length
    if (bytes > MAX_ANSWER_BYTES) throw new FixpointError('outcome_unknown', 'The sandbox answered with more than it may.')
    chunks.push(buffer)
  }
  return Buffer.concat(chunks)
}

/** The error that sandboxd answered with. What it says is shown to people and models, never trusted. */
function problemFrom(body: Buffer, path: string, status: number | undefined): FixpointError {
  const text = body.toString('utf8')
  const problem = problemSchema.safeParse(parseJson(text))
  if (!problem.success)
    return new FixpointError('outcome_unknown', `The sandbox answered ${path} with status ${status} and nothing that can be read.`)
  return errorFromFailure({ ...problem.data, message: problem.data.detail })
}
