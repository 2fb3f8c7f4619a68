import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemEdges } from '../server/src/edges.ts'
import { createSandboxDriver } from '../server/src/sandbox/driver.ts'
import { systemDocker } from '../server/src/sandbox/engine.ts'
import { sessionNames } from '../server/src/sandbox/names.ts'
import { systemNetwork } from '../server/src/sandbox/network.ts'
import { defaultSandboxSettings } from '../server/src/sandbox/settings.ts'

export interface Row {
  name: string
  /** Medians. */
  ours: number
  peer: number
  unit: string
  /** How many times better or longer, as the goal says it. */
  ratio: number
  goal: string
}

const CALLS = 500
const PEER_CALLS = 20
const STARTS = 15

/**
 * A call through the tunnel against a `docker exec`, and a sandbox that is ready against a plain `docker run` of the same image.
 * Both sides of a pair are measured in turns, so that they see the same machine.
 * @param image FIXPOINT_SANDBOX_IMAGE, as `npm start` builds it.
 */
export async function benchSandbox(image = process.env['FIXPOINT_SANDBOX_IMAGE']): Promise<Row[]> {
  if (image === undefined) throw new Error('FIXPOINT_SANDBOX_IMAGE names no image.')
  const silent = { debug: () => {}, info: () => {}, warn: console.error, error: console.error }
  const instanceId = `bench-${randomBytes(6).toString('hex')}`
  const settings = { ...defaultSandboxSettings, preparedPerProject: 0, instanceId, image }
  const driver = createSandboxDriver({ docker: systemDocker(), settings, logger: silent, network: systemNetwork, edges: systemEdges })
  const folder = await mkdtemp(join(tmpdir(), 'fixpoint-bench-'))
  try {
    const { commit, bundleFile } = await makeRepository(folder)
    const bundle = async () => createReadStream(bundleFile)
    const prepared = await driver.prepare({ projectId: 'bench', commit, branch: 'main', bundle, onOutput: () => undefined })
    const open = (sessionId: string) => driver.open({ sessionId, prepared, allowedHosts: [], onEgress: () => undefined })

    const ready: number[] = []
    const plain: number[] = []
    for (let start = 0; start < STARTS; start += 1) {
      plain.push(await timed(() => docker('run', '--rm', '--entrypoint', '', image, 'true')))
      let close = async () => {}
      ready.push(
        await timed(async () => {
          const sandbox = await open(`start-${start}`)
          close = () => sandbox.close({ removeWorkspace: true })
        })
      )
      await close()
    }

    const sandbox = await open('calls')
    const { container } = sessionNames(instanceId, 'calls')
    const read = () => sandbox.request('files/read', { path: 'a.txt' })
    for (let call = 0; call < 50; call += 1) await read()
    const calls: number[] = []
    const execs: number[] = []
    for (let round = 0; round < PEER_CALLS; round += 1) {
      execs.push(await timed(() => docker('exec', container, 'cat', '/workspace/a.txt')))
      for (let call = 0; call < CALLS / PEER_CALLS; call += 1) calls.push(await timed(read))
    }
    await sandbox.close({ removeWorkspace: true })

    return [
      row(
        'tool call through the tunnel, against docker exec',
        median(calls),
        median(execs),
        median(execs) / median(calls),
        '≥ 40 × faster'
      ),
      row(
        'sandbox ready, against docker run --rm of its image',
        median(ready),
        median(plain),
        median(ready) / median(plain),
        '≤ 1.5 × as long'
      )
    ]
  } finally {
    await driver.reap({ sessionIds: new Set() })
    await rm(folder, { recursive: true })
  }
}

function row(name: string, ours: number, peer: number, ratio: number, goal: string): Row {
  const rounded = (value: number) => Math.round(value * 100) / 100
  return { name, ours: rounded(ours), peer: rounded(peer), unit: 'ms', ratio: rounded(ratio), goal }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

const docker = (...args: string[]) => command('docker', args)

async function command(program: string, args: string[], cwd?: string): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd })
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with status ${code}`)
  return output.trim()
}

async function makeRepository(folder: string): Promise<{ commit: string; bundleFile: string }> {
  const bundleFile = join(folder, 'repository.bundle')
  const git = (...args: string[]) => command('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.org', ...args], folder)
  await git('init', '--quiet', '--initial-branch=main')
  await writeFile(join(folder, 'a.txt'), 'a line of text\n'.repeat(100))
  await git('add', 'a.txt')
  await git('commit', '--quiet', '--message', 'First')
  await git('bundle', 'create', '--quiet', bundleFile, 'main')
  return { commit: await git('rev-parse', 'HEAD'), bundleFile }
}

if (import.meta.main) console.table(await benchSandbox())
