import { setTimeout as delay } from 'node:timers/promises'
import { FixpointError } from '@fixpoint/protocol'
import Docker from 'dockerode'

/** How long a call may stay without an answer before the engine is asked whether it is there at all. */
const PATIENCE_MS = 3_000
/** How long the engine may take to answer that. */
const PING_TIMEOUT_MS = 2_000
/** The longest that any single call may take on an engine that answers: creating a container on a busy disk. */
const CALL_TIMEOUT_MS = 120_000

/** What Node says when nothing listens at the engine's address, or the connection breaks. */
const CONNECTION_ERRORS = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EACCES', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND'])

/**
 * Calls to the Docker engine that end: with the answer, with the engine's own error, or with `docker_unavailable` a few seconds
 * after the engine has stopped answering.
 */
export interface Engine {
  docker: Docker
  /**
   * @param what the call, for the error's sentence: “create a container”.
   * @param run must pass its signal on to the engine.
   * @throws FixpointError `docker_unavailable`; the signal's reason where the caller gave up; else the engine's error.
   */
  call<T>(what: string, run: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>
}

/** The engine that the machine's environment names (DOCKER_HOST and its companions), or the local one. */
export function systemDocker(): Docker {
  return new Docker()
}

export function createEngine(docker: Docker): Engine {
  return {
    docker,
    async call(what, run, signal) {
      signal?.throwIfAborted()
      const over = new AbortController()
      const running = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal])
      const done = new AbortController()
      const watch = watchEngine(docker, done.signal).then(reason => {
        if (reason === undefined) return
        const error = unavailable(what, reason)
        over.abort(error)
        throw error
      })
      const call = run(running)
      try {
        // The watcher only ever ends the race by failing; the call itself may ignore its signal.
        return await Promise.race([call, watch.then(() => call), rejectOnAbort(signal, done.signal)])
      } catch (error) {
        // Whatever the call still says after it was given up has been answered for here.
        call.catch(() => undefined)
        signal?.throwIfAborted()
        throw translate(what, error)
      } finally {
        done.abort()
      }
    }
  }
}

/** Resolves with what is wrong once the engine is known not to answer; with nothing when the call has ended. */
async function watchEngine(docker: Docker, done: AbortSignal): Promise<string | undefined> {
  const startedAt = performance.now()
  while (await elapsed(PATIENCE_MS, done)) {
    if (performance.now() - startedAt > CALL_TIMEOUT_MS) return `it did not finish within ${CALL_TIMEOUT_MS / 1_000} s`
    const timeUp = AbortSignal.any([AbortSignal.timeout(PING_TIMEOUT_MS), done])
    const answered = await Promise.race([
      // A question that costs the engine nothing; unlike ping and version it can be given up.
      docker.listContainers({ limit: 1, filters: { label: ['fixpoint.nothing'] }, abortSignal: timeUp }).then(
        () => true,
        () => false
      ),
      elapsed(PING_TIMEOUT_MS, done).then(() => false)
    ])
    if (done.aborted) return undefined
    if (!answered) return 'it has stopped answering'
  }
  return undefined
}

/** @returns false when `done` came first. */
function elapsed(ms: number, done: AbortSignal): Promise<boolean> {
  return delay(ms, true, { signal: done, ref: false }).catch(() => false)
}

function rejectOnAbort(signal: AbortSignal | undefined, done: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done })
  })
}

function unavailable(what: string, reason: string, cause?: unknown): FixpointError {
  return new FixpointError('docker_unavailable', `Docker could not ${what}: ${reason}.`, { cause })
}

function translate(what: string, error: unknown): unknown {
  if (error instanceof FixpointError || !(error instanceof Error)) return error
  if ('code' in error && typeof error.code === 'string' && CONNECTION_ERRORS.has(error.code)) {
    return unavailable(what, error.code === 'EACCES' ? 'this user may not use it' : `nothing answers (${error.code})`, error)
  }
  if (engineStatus(error) === undefined && /socket hang up|aborted/i.test(error.message))
    return unavailable(what, 'the connection broke', error)
  if (/no space left on device/i.test(error.message)) {
    return new FixpointError('storage_full', `Docker could not ${what}: its disk is full.`, { cause: error })
  }
  return error
}

/** The HTTP status of an error that the engine answered with. */
export function engineStatus(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined
}

/** What the engine said was wrong, on one line, without the client library's words around it. */
export function engineMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message
    .replace(/^\(HTTP code \d+\)[^-]*- /, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 500)
}
