import { createReadStream, type WriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { execa } from 'execa'
import { type Engine, engineMessage } from './engine.ts'
import { findImage } from './engine-objects.ts'
import { readIfThere } from './image-context.ts'
import { RELEASE } from './image-network.ts'
import { followImageProgress } from './image-progress.ts'

/** Pulled where a registry answers. By tag: a digest would have to be renewed with every security release of the base. */
export const DEFAULT_BASE = `debian:${RELEASE}-slim`
const OWN_BASE = `fixpoint-base:${RELEASE}`
/** A registry that has sent nothing for this long is taken for unreachable. */
const PULL_SILENCE_MS = 30_000

interface BaseImageOptions {
  engine: Engine
  /** The configured base image; the default where it is not given. */
  setting: string | undefined
  /** Debian sources of this machine, for a base of our own. */
  aptSources: string
  environment: NodeJS.ProcessEnv
  log: WriteStream
  onProgress(text: string): void
  signal?: AbortSignal | undefined
}

/**
 * The name of a base image that the engine has: the configured one or the default, pulled where needed, or else a minimal
 * Debian made here without any registry.
 * @throws FixpointError `image_missing` with what to do.
 */
export async function ensureBaseImage(options: BaseImageOptions): Promise<string> {
  const { engine, setting, onProgress, signal } = options
  const wanted = setting ?? DEFAULT_BASE
  if ((await findImage(engine, wanted, signal)) !== undefined) return wanted
  if (setting === undefined && (await findImage(engine, OWN_BASE, signal)) !== undefined) return OWN_BASE
  onProgress(`pulling ${wanted}`)
  const problem = await pull(wanted, options)
  if (problem === undefined) return wanted
  if (setting !== undefined) {
    throw new FixpointError('image_missing', `The base image ${setting} is not on this engine and cannot be pulled: ${problem}`, {
      hint: 'Check FIXPOINT_SANDBOX_BASE, or load the image with `docker load`.'
    })
  }
  onProgress(`no registry answers (${problem}); making ${OWN_BASE} from Debian’s packages`)
  await makeBase(options, problem)
  return OWN_BASE
}

/** @returns what went wrong, or nothing. */
async function pull(name: string, { engine, log, signal }: BaseImageOptions): Promise<string | undefined> {
  try {
    const stream = await engine.call('pull an image', abortSignal => engine.docker.pull(name, { abortSignal }), signal)
    await followImageProgress(stream, { log, silenceMs: PULL_SILENCE_MS, signal })
    return undefined
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof FixpointError && error.code === 'docker_unavailable') throw error
    return engineMessage(error)
  }
}

async function makeBase(options: BaseImageOptions, problem: string): Promise<void> {
  const { engine, aptSources, environment, log, signal } = options
  await requireMmdebstrap(options, problem)
  const folder = await mkdtemp(join(tmpdir(), 'fixpoint-base-'))
  try {
    const archive = join(folder, 'base.tar')
    const sources = join(folder, 'sources.list')
    await writeFile(sources, aptSources)
    const slim = ['doc', 'man', 'info', 'locale'].map(part => `--dpkgopt=path-exclude=/usr/share/${part}/*`)
    await runLogged(
      'mmdebstrap',
      [
        '--variant=minbase',
        '--include=ca-certificates',
        ...slim,
        '--dpkgopt=path-include=/usr/share/doc/*/copyright',
        RELEASE,
        archive,
        sources
      ],
      { environment, log, signal }
    )
    const [repo, tag] = OWN_BASE.split(':')
    const stream = await engine.call('import an image', () => engine.docker.importImage(createReadStream(archive), { repo, tag }), signal)
    await followImageProgress(stream, { log, signal })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function requireMmdebstrap(options: BaseImageOptions, problem: string): Promise<void> {
  const { aptSources, environment, log, onProgress, signal } = options
  const hint = `Set FIXPOINT_SANDBOX_BASE to a Debian 12 image that this engine can pull or has (docker load), or run once as root on Debian 12.`
  const release = (await readIfThere('/etc/os-release')) ?? ''
  const isDebian = /^ID=debian$/m.test(release) && process.getuid?.() === 0
  if (!isDebian || aptSources === '') {
    throw new FixpointError('image_missing', `There is no base for the sandbox image: ${DEFAULT_BASE} cannot be pulled (${problem}).`, {
      hint
    })
  }
  const found = await execa('mmdebstrap', ['--version'], { reject: false })
  if (!found.failed) return
  onProgress('installing mmdebstrap')
  try {
    await runLogged('apt-get', ['update'], { environment, log, signal })
    await runLogged('apt-get', ['install', '--yes', '--no-install-recommends', 'mmdebstrap'], {
      environment: { ...environment, DEBIAN_FRONTEND: 'noninteractive' },
      log,
      signal
    })
  } catch (error) {
    signal?.throwIfAborted()
    throw new FixpointError('image_missing', 'There is no base for the sandbox image: mmdebstrap, which makes one, cannot be installed.', {
      hint,
      cause: error
    })
  }
}

async function runLogged(
  program: string,
  args: string[],
  { environment, log, signal }: { environment: NodeJS.ProcessEnv; log: WriteStream; signal: AbortSignal | undefined }
): Promise<void> {
  log.write(`$ ${program} ${args.join(' ')}\n`)
  const child = execa(program, args, {
    env: environment,
    extendEnv: false,
    all: true,
    buffer: false,
    stdin: 'ignore',
    ...(signal && { cancelSignal: signal })
  })
  child.all.pipe(log, { end: false })
  await child
}
