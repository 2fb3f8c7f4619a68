import { constants, type IncomingHttpHeaders, performServerHandshake, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex, Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { type EgressDecision, egressRefusedReportSchema } from '@fixpoint/protocol/sandbox'
import { type AllowListEntry, findEntry, parseTarget, type RefusalReason, type Target, usableAddresses } from './egress-policy.ts'
import type { SandboxLogger } from './logger.ts'
import type { Network } from './network.ts'
import { MAX_CLIENT_HELLO_BYTES, readFirstBytes } from './tls-client-hello.ts'

/** A name server that does not answer within this time is taken for one that never will. */
const RESOLVE_TIMEOUT_MS = 5_000
const CONNECT_TIMEOUT_MS = 10_000
/** Addresses of one name that are tried, one after the other. */
const MAX_ADDRESSES = 3
const HTTPS_PORT = 443
const MAX_REPORT_BYTES = 16 * 1024

export interface EgressOptions {
  allowList: readonly AllowListEntry[]
  network: Network
  /** Bytes that may pass in both directions together, over the life of the sandbox. */
  budget: ByteBudget
  /** Connections open or asked for at one time. */
  maxConnections: number
  onDecision(decision: EgressDecision): void
  logger: SandboxLogger
}

/** Counts what passes; kept by the sandbox, so that a proxy that was started anew goes on with the same count. */
export interface ByteBudget {
  remaining: number
}

export interface EgressSession {
  /** Resolves when the proxy in the sandbox takes connections; never where it ends before that. */
  ready: Promise<void>
  /** Resolves when the session has ended, with every connection closed. */
  ended: Promise<void>
  close(): void
}

/**
 * The server's end of a sandbox's way out: an HTTP/2 session on which the sandbox asks for connections with CONNECT. Everything
 * that arrives is untrusted, whoever sent it.
 */
export function serveEgress(socket: Socket, options: EgressOptions): EgressSession {
  const session = performServerHandshake(socket, {
    settings: { initialWindowSize: 4 * 1024 * 1024, maxConcurrentStreams: 2 * options.maxConnections, enableConnectProtocol: false }
  })
  session.setLocalWindowSize(16 * 1024 * 1024)
  let open = 0
  session.on('stream', (request: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    request.on('error', error => options.logger.debug({ err: error }, 'a connection of a sandbox ended with an error'))
    if (headers[':method'] === 'POST' && headers[':path'] === '/v1/refused') {
      void takeReport(request, options)
      return
    }
    if (headers[':method'] !== 'CONNECT') {
      request.respond({ ':status': 405 }, { endStream: true })
      return
    }
    open += 1
    const closed = new Promise(resolve => request.once('close', resolve))
    const asked = connectOut(request, headers[':authority'] ?? '', open > options.maxConnections, options)
    // One that was given up at once still counts until its look-up has ended, or giving up would be a way around the limit.
    void Promise.allSettled([closed, asked]).then(() => {
      open -= 1
    })
  })
  session.on('error', error => options.logger.warn({ err: error }, 'the way out of a sandbox failed'))
  return {
    // The proxy connects once it listens; its settings are the first thing it says.
    ready: new Promise(resolve => session.once('remoteSettings', () => resolve())),
    ended: new Promise(resolve => session.once('close', resolve)),
    close: () => session.destroy()
  }
}

async function connectOut(request: ServerHttp2Stream, authority: string, isOverLimit: boolean, options: EgressOptions): Promise<void> {
  const target = parseTarget(authority)
  const shown = target ?? { host: authority.slice(0, 300), port: null }
  const gone = new AbortController()
  request.once('close', () => gone.abort())

  const refuse = (reason: RefusalReason) => {
    options.onDecision({ ...shown, isAllowed: false, reason })
    if (request.closed || request.destroyed) return
    request.respond({ ':status': 403, 'fixpoint-reason': reason }, { endStream: true })
  }
  if (target === undefined) return refuse('host_syntax')
  const entry = findEntry(target, options.allowList)
  if (typeof entry === 'string') return refuse(entry)
  if (isOverLimit) return refuse('too_many')
  if (options.budget.remaining <= 0) return refuse('byte_budget')
  const upstream = await reach(target, entry, gone.signal, options)
  if (typeof upstream === 'string') return refuse(upstream)
  if (request.closed || request.destroyed) {
    upstream.destroy()
    return
  }
  options.onDecision({ ...shown, isAllowed: true, reason: 'on_list' })
  join(request, upstream, target, options)
}

/** Resolves the name once and connects to one of its admissible addresses: what was checked is what is connected to. */
async function reach(target: Target, entry: AllowListEntry, gone: AbortSignal, options: EgressOptions): Promise<Duplex | RefusalReason> {
  const { network, logger } = options
  const timeUp = AbortSignal.any([gone, AbortSignal.timeout(RESOLVE_TIMEOUT_MS)])
  const resolved = await Promise.race([
    network.resolveHost(target.host).catch((error: unknown) => {
      logger.debug({ err: error, host: target.host }, 'a host could not be resolved')
      return []
    }),
    delay(RESOLVE_TIMEOUT_MS, [], { signal: timeUp, ref: false }).catch(() => [])
  ])
  if (resolved.length === 0) return 'unresolvable'
  const usable = usableAddresses(resolved, entry)
  if (usable.length === 0) return 'private_address'
  for (const address of usable.slice(0, MAX_ADDRESSES)) {
    try {
      return await network.connect(address, target.port, AbortSignal.any([gone, AbortSignal.timeout(CONNECT_TIMEOUT_MS)]))
    } catch (error) {
      logger.debug({ err: error, host: target.host, address: address.address }, 'an address did not answer')
    }
  }
  return 'connect_failed'
}

/** Joins the two ends, once the program has shown that it wants the host that it named. */
function join(request: ServerHttp2Stream, upstream: Duplex, target: Target, options: EgressOptions): void {
  const { budget, logger, onDecision } = options
  const end = () => {
    upstream.destroy()
    if (!request.closed) request.close(constants.NGHTTP2_CANCEL)
  }
  const endFor = (reason: RefusalReason) => {
    onDecision({ ...target, isAllowed: false, reason })
    end()
  }
  upstream.on('error', error => {
    logger.debug({ err: error, host: target.host }, 'a connection out of a sandbox ended with an error')
    end()
  })
  // After an orderly end the last bytes may still be on their way to the program.
  upstream.once('close', () => {
    if (!upstream.readableEnded) end()
  })
  request.once('close', () => upstream.destroy())

  const spend = (bytes: number) => {
    const hadSome = budget.remaining > 0
    budget.remaining -= bytes
    if (hadSome && budget.remaining <= 0) endFor('byte_budget')
    return budget.remaining > 0
  }

  upstream.on('data', (chunk: Buffer) => {
    if (!spend(chunk.length)) return end()
    if (!request.write(chunk)) {
      upstream.pause()
      request.once('drain', () => upstream.resume())
    }
  })
  upstream.once('end', () => request.end())

  let held: Buffer | undefined = Buffer.alloc(0)
  request.on('data', (chunk: Buffer) => {
    if (!spend(chunk.length)) return end()
    let passing = chunk
    if (held !== undefined) {
      held = Buffer.concat([held, chunk])
      const verdict = judgeFirstBytes(held, target)
      if (verdict === 'wait') return
      if (verdict === 'refuse') return endFor('tls_name_mismatch')
      passing = held
      held = undefined
    }
    if (!upstream.write(passing)) {
      request.pause()
      upstream.once('drain', () => request.resume())
    }
  })
  request.once('end', () => upstream.end())

  request.respond({ ':status': 200 })
}

/**
 * Whether the first bytes fit the host that was asked for. A host that shares its address with others, as behind a content
 * delivery network, would otherwise be a door to all of them. On port 443 nothing but TLS passes.
 */
function judgeFirstBytes(bytes: Buffer, target: Target): 'wait' | 'pass' | 'refuse' {
  const first = readFirstBytes(bytes)
  if (first.kind === 'incomplete') return bytes.length > MAX_CLIENT_HELLO_BYTES ? 'refuse' : 'wait'
  if (first.kind === 'other') return target.port === HTTPS_PORT ? 'refuse' : 'pass'
  // Addresses are never sent as a server name (RFC 6066 §3).
  const isForTarget = first.serverName === target.host || (first.serverName === undefined && /^[\d.]+$/.test(target.host))
  return isForTarget ? 'pass' : 'refuse'
}

/** What the proxy in the sandbox refused by itself, to be shown like the server's own refusals. */
async function takeReport(request: ServerHttp2Stream, options: EgressOptions): Promise<void> {
  try {
    const { method, target } = egressRefusedReportSchema.parse(JSON.parse(await readText(request, MAX_REPORT_BYTES)))
    // The host alone, as with every other refusal, where the request names one.
    const host = URL.parse(target)?.hostname || `${method} ${target}`.slice(0, 300)
    options.onDecision({ host, port: null, isAllowed: false, reason: 'not_connect' })
    request.respond({ ':status': 204 }, { endStream: true })
  } catch (error) {
    options.logger.debug({ err: error }, 'a sandbox sent a report that cannot be read')
    request.close(constants.NGHTTP2_PROTOCOL_ERROR)
  }
}

async function readText(stream: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    const buffer = Buffer.from(chunk)
    bytes += buffer.length
    if (bytes > maxBytes) throw new RangeError(`more than ${maxBytes} bytes`)
    chunks.push(buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}
