import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { Operations, OperationsOptions } from './operations.ts'
import { diskSpace } from './processes/disk-space.ts'

/** So much may be on the way in each stream before the receiver has taken it; the default of 64 KB would slow bundles down. */
const WINDOW_BYTES = 4 * 1024 * 1024
/** Megabytes that the connection's streams may hold; the default of 10 would break off large bodies. */
const SESSION_MEMORY = 256

/** Milliseconds for the answer to get through the streams. */
const LOAD_PAUSE = 2

/**
 * Serves the sandbox's operations to the one client at the other end of the connection.
 *
 * Health is answered from here: all the rest takes longer to load than the server should wait for the first answer, and
 * is loaded right after it.
 * @param connection carries HTTP/2 without TLS
 * @returns when the connection has ended and everything that was started has been killed
 */
export async function serve(connection: Duplex, options: OperationsOptions): Promise<void> {
  let operations: Promise<Operations> | undefined
  const load = () => {
    operations ??= import('./operations.ts').then(({ Operations }) => Operations.open(options))
    return operations
  }

  const server = createServer({ maxSessionMemory: SESSION_MEMORY, settings: { initialWindowSize: WINDOW_BYTES, enablePush: false } })
  server.on('stream', (stream, headers) => {
    stream.on('error', error => process.stderr.write(`sandboxd: ${String(headers[':path'])}: ${error.message}\n`))
    if (headers[':path'] === '/v1/health') {
      answerHealth(stream, headers, options.workspace).catch(error => {
        reportFailedStart(error)
        stream.destroy()
      })
      // Not before the answer is out: loading holds up everything else.
      stream.once('close', () => setTimeout(() => load().catch(reportFailedStart), LOAD_PAUSE))
      return
    }
    load()
      .then(async loaded => await loaded.answer(stream, headers))
      .catch(error => {
        reportFailedStart(error)
        stream.destroy()
      })
  })

  await ended(server, connection)
  ;(await operations)?.close()
}

async function answerHealth(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, workspace: string): Promise<void> {
  if (headers[':method'] !== 'GET') {
    stream.respond({ ':status': 405, allow: 'GET' }, { endStream: true })
    return
  }
  const disk = await diskSpace(workspace)
  stream.respond({ ':status': 200, 'content-type': 'application/json' })
  stream.end(JSON.stringify({ version: 1, pid: process.pid, uptimeMs: performance.now(), disk }))
}

function ended(server: Http2Server, connection: Duplex): Promise<void> {
  return new Promise(resolve => {
    server.on('session', session => {
      session.setLocalWindowSize(2 * WINDOW_BYTES)
      session.on('error', error => process.stderr.write(`sandboxd: the connection failed: ${error.message}\n`))
      session.on('close', () => resolve())
    })
    connection.on('end', () => resolve())
    connection.on('close', () => resolve())
    connection.on('error', error => process.stderr.write(`sandboxd: the connection failed: ${error.message}\n`))
    server.emit('connection', connection)
  })
}

function reportFailedStart(error: unknown): void {
  process.stderr.write(`sandboxd: cannot work: ${error instanceof Error ? error.stack : String(error)}\n`)
}
