import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { FixpointError } from '@fixpoint/protocol'
import type Docker from 'dockerode'
import { execa } from 'execa'
import { DEFAULT_BASE, ensureBaseImage } from './base-image.ts'
import { createEngine, type Engine, engineMessage, engineStatus } from './engine.ts'
import { findImage } from './engine-objects.ts'
import { hashContent, type ImageContent, type ImageParts, layOutContext } from './image-context.ts'
import { hostNetwork } from './image-network.ts'
import { followImageProgress } from './image-progress.ts'

const REPOSITORY = 'fixpoint-sandbox'
const IMAGE_LABEL = 'fixpoint.image'
/** Settings of a proxy that builds take from this machine's environment; both cases are in use. */
const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']

export interface EnsureSandboxImageOptions {
  docker: Docker
  parts: ImageParts
  /** FIXPOINT_SANDBOX_BASE: a Debian 12 image. */
  baseImage?: string | undefined
  /** FIXPOINT_CA_BUNDLE: a file of certificates in PEM; this machine's own where it is not given. */
  caBundle?: string | undefined
  /** For the proxy that the build's downloads go through. */
  environment: NodeJS.ProcessEnv
  /** Takes everything that the build prints. */
  logFile: string
  onProgress(text: string): void
  signal?: AbortSignal | undefined
}

export interface SandboxImage {
  tag: string
  wasBuilt: boolean
  bytes: number
}

/**
 * The image of the sandbox: the one that was built from the same inputs, or a new one.
 * @throws FixpointError `image_missing` naming the log, `docker_unavailable`, `storage_full`, `config_invalid`.
 */
export async function ensureSandboxImage(options: EnsureSandboxImageOptions): Promise<SandboxImage> {
  const { docker, parts, baseImage, caBundle, signal } = options
  const engine = createEngine(docker)
  const content: ImageContent = { parts, network: await hostNetwork(caBundle), base: baseImage ?? DEFAULT_BASE }
  const tag = `${REPOSITORY}:${await hashContent(content)}`
  const existing = (await findImage(engine, tag, signal))?.Size
  if (existing !== undefined) return { tag, wasBuilt: false, bytes: existing }

  await mkdir(dirname(options.logFile), { recursive: true })
  const log = createWriteStream(options.logFile)
  try {
    await build(engine, tag, content, log, options)
  } catch (error) {
    signal?.throwIfAborted()
    throw buildFailure(error, options.logFile)
  } finally {
    log.end()
    await finished(log)
  }
  return { tag, wasBuilt: true, bytes: (await findImage(engine, tag, signal))?.Size ?? 0 }
}

async function build(
  engine: Engine,
  tag: string,
  content: ImageContent,
  log: WriteStream,
  options: EnsureSandboxImageOptions
): Promise<void> {
  const { environment, onProgress, signal } = options
  const base = await ensureBaseImage({
    engine,
    setting: options.baseImage,
    aptSources: content.network.aptSources,
    environment,
    log,
    onProgress,
    signal
  })
  const { Arch: architecture } = await engine.call('say its version', () => engine.docker.version(), signal)
  const folder = await mkdtemp(join(tmpdir(), 'fixpoint-image-'))
  try {
    onProgress('gathering the image’s files')
    await layOutContext(folder, content, architecture)
    const archive = execa('tar', ['-C', folder, '-cf', '-', '.'], { stdout: 'pipe', buffer: false })
    // Where the engine gives up reading, its own words say why; they come below.
    archive.catch(() => undefined)
    const proxies = PROXY_VARIABLES.flatMap(name => (environment[name] ? [[name, environment[name]]] : []))
    const stream = await engine.docker.buildImage(archive.stdout, {
      t: tag,
      buildargs: { BASE: base, ...Object.fromEntries(proxies) },
      labels: { [IMAGE_LABEL]: 'sandbox' },
      // The way this machine itself reaches its package sources.
      networkmode: 'host',
      rm: true,
      forcerm: true,
      ...(signal && { abortSignal: signal })
    })
    await archive
    await followImageProgress(stream, {
      log,
      signal,
      onLine: line => {
        const [, step, steps] = /^Step (\d+)\/(\d+)/.exec(line) ?? []
        if (step !== undefined) onProgress(`building the image, step ${step} of ${steps}`)
      }
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function buildFailure(error: unknown, logFile: string): FixpointError {
  if (error instanceof FixpointError && error.code !== 'image_missing') return error
  const message = engineMessage(error)
  if (/no space left on device/i.test(message))
    return new FixpointError('storage_full', 'The disk is full; the sandbox image could not be built.', { cause: error })
  // The engine repeats the whole command of a step that failed: what it said before that is in the log.
  const short = message.replace(/The command '.*' returned/s, 'A step of its build returned')
  return new FixpointError('image_missing', `The sandbox image could not be built: ${short} The log is ${logFile}.`, {
    hint: error instanceof FixpointError ? error.hint : `Read the end of ${logFile}, mend the cause and run the same command again.`,
    cause: error
  })
}

/**
 * Removes the sandbox images of earlier versions. One that a container still uses stays.
 * @returns how many were removed.
 */
export async function removeOldSandboxImages(docker: Docker, currentTag: string): Promise<number> {
  const engine = createEngine(docker)
  const images = await engine.call('list images', abortSignal =>
    engine.docker.listImages({ filters: { label: [`${IMAGE_LABEL}=sandbox`] }, abortSignal })
  )
  let removed = 0
  for (const { Id, RepoTags } of images) {
    if (RepoTags?.includes(currentTag)) continue
    try {
      await engine.call('remove an image', abortSignal => engine.docker.getImage(Id).remove({ abortSignal }))
      removed += 1
    } catch (error) {
      if (engineStatus(error) !== 409 && engineStatus(error) !== 404) throw error
    }
  }
  return removed
}
