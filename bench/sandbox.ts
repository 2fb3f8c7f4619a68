import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { sandboxImage } from '../e2e/src/server-process.ts'
import type { Sandbox } from '../server/src/sandbox/driver.ts'
import { systemDocker } from '../server/src/sandbox/engine.ts'
import { sessionNames } from '../server/src/sandbox/names.ts'
import { runCommand } from './command.ts'
import type { Part } from './figure.ts'
import { oweBack } from './giving-back.ts'
import { summarise, timed } from './measure.ts'
import { benchDriver, removeSandboxes } from './remove-sandboxes.ts'

/** Turns of ours and peer; ours has many calls in each, because one is too short to be timed well among slow neighbours. */
const ROUNDS = 20
const CALLS_IN_ROUND = 25
const STARTS = 15
const WARM_UP = 3
/** Before each turn: the engine tidies up after an exec for some time, which must not count as the time of what comes next. */
const SETTLE_MS = 150

/** What a sandbox costs: one call in it, and one more of it. Ours and the peer take turns on the same engine and image. */
export async function benchSandbox(): Promise<Part> {
  const image = sandboxImage()
  const docker = systemDocker()
  const instanceId = `bench-${randomBytes(6).toString('hex')}`
  const driver = benchDriver(instanceId)
  const folder = await mkdtemp(join(tmpdir(), 'fixpoint-bench-'))
  const giveBack = oweBack(async () => {
    await removeSandboxes(instanceId)
    await rm(folder, { recursive: true })
  })
  try {
    const { commit, bundleFile } = await makeRepository(folder)
    const bundle = async () => createReadStream(bundleFile)
    const prepared = await driver.prepare({ projectId: 'bench', commit, branch: 'main', bundle, onOutput: () => undefined })
    const open = (sessionId: string) => driver.open({ sessionId, prepared, allowedHosts: [], onEgress: () => undefined })

    const starts = await timeStarts(open, image)
    const sandbox = await open('calls')
    try {
      const calls = await timeCalls(sandbox, sessionNames(instanceId, 'calls').container, docker)
      return { figures: [...calls, ...starts], remarks: [] }
    } finally {
      await sandbox.close({ removeWorkspace: true })
    }
  } finally {
    await giveBack()
  }
}

async function timeCalls(sandbox: Sandbox, container: string, docker: ReturnType<typeof systemDocker>): Promise<Part['figures']> {
  const read = () => sandbox.request('files/read', { path: 'a.txt' })
  const run = () => sandbox.exec({ command: 'true', timeoutMs: 10_000 })
  const execRead = () => runCommand('docker', ['exec', container, 'cat', '/workspace/a.txt'])
  const execRun = () => runCommand('docker', ['exec', container, 'true'])
  const engineRead = async () => {
    const exec = await docker
      .getContainer(container)
      .exec({ Cmd: ['cat', '/workspace/a.txt'], AttachStdout: true, AttachStderr: true, Tty: false })
    const output = await buffer(await exec.start({}))
    if (!output.includes('a line of text')) throw new Error('The engine did not give the file.')
  }

  const times: Record<'read' | 'run' | 'execRead' | 'execRun' | 'engineRead', number[]> = {
    read: [],
    run: [],
    execRead: [],
    execRun: [],
    engineRead: []
  }
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const note = async (name: keyof typeof times, action: () => Promise<unknown>, count = 1) => {
      await delay(SETTLE_MS)
      for (let call = 0; call < count; call += 1) {
        const ms = await timed(action)
        if (round >= 0) times[name].push(ms)
      }
    }
    await note('execRead', execRead)
    await note('read', read, CALLS_IN_ROUND)
    await note('engineRead', engineRead)
    await note('execRun', execRun)
    await note('run', run, 3)
  }

  const dockerExec = { name: 'docker exec', reading: summarise(times.execRead) }
  return [
    {
      what: 'Tool call: read a file',
      how: 'files/read of a file of 100 lines through the tunnel, numbered and cut as the agent gets it; “docker exec CONTAINER cat” of the same file in the same container, from the start of the program to its end',
      unit: 'ms',
      ours: summarise(times.read),
      peer: dockerExec,
      wanted: { timesFaster: 40 }
    },
    {
      what: 'Tool call: read a file, without docker’s program',
      how: 'the same; the peer is an exec of the same cat through the engine’s own socket from this process, which is as little as an exec can be',
      unit: 'ms',
      ours: summarise(times.read),
      peer: { name: 'exec on the engine’s socket', reading: summarise(times.engineRead) }
    },
    {
      what: 'Tool call: run a command',
      how: '“true” by the bash of the sandbox through the tunnel, in its own process group, to its exit code; “docker exec CONTAINER true”, which needs no bash',
      unit: 'ms',
      ours: summarise(times.run),
      peer: { name: 'docker exec', reading: summarise(times.execRun) }
    }
  ]
}

async function timeStarts(open: (sessionId: string) => Promise<Sandbox>, image: string): Promise<Part['figures']> {
  const ready: number[] = []
  const plain: number[] = []
  for (let start = -1; start < STARTS; start += 1) {
    const { firstOutputMs } = await runCommand('docker', ['run', '--rm', '--entrypoint', '', image, 'echo', 'ready'])
    const startedAt = performance.now()
    const sandbox = await open(`start-${start + 1}`)
    const readyMs = performance.now() - startedAt
    await sandbox.close({ removeWorkspace: true })
    if (start < 0) continue
    plain.push(firstOutputMs)
    ready.push(readyMs)
  }
  return [
    {
      what: 'Sandbox ready',
      how: 'a session’s workspace over the prepared one, the locked-down container and the answer of sandboxd in it; “docker run --rm IMAGE echo ready” until that is printed',
      unit: 'ms',
      ours: summarise(ready),
      peer: { name: 'docker run', reading: summarise(plain) },
      wanted: { timesAsLong: 1.5 }
    }
  ]
}

async function makeRepository(folder: string): Promise<{ commit: string; bundleFile: string }> {
  const bundleFile = join(folder, 'repository.bundle')
  const git = (...args: string[]) => runCommand('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.org', ...args], folder)
  await git('init', '--quiet', '--initial-branch=main')
  await writeFile(join(folder, 'a.txt'), 'a line of text\n'.repeat(100))
  await git('add', 'a.txt')
  await git('commit', '--quiet', '--message', 'First')
  await git('bundle', 'create', '--quiet', bundleFile, 'main')
  return { commit: (await git('rev-parse', 'HEAD')).output, bundleFile }
}
