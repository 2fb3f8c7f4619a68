import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort, ROOT } from '../e2e/src/server-process.ts'
import { openDatabase } from '../server/src/store/database.ts'
import { isErrno } from '../server/src/store/errno.ts'
import { removeSandboxesOf } from './bench-world.ts'
import type { Part } from './figure.ts'
import { oweBack } from './giving-back.ts'
import { summarise } from './measure.ts'

const STARTS = 3
/** The first start makes its database; where the machine is fresh it also sets everything up. */
const FIRST_START_MS = 600_000
const END_MS = 30_000

/** How long a person waits who starts Fixpoint on a machine where it ran before. */
export async function benchStart(): Promise<Part> {
  const folder = await mkdtemp(join(tmpdir(), 'fixpoint-bench-start-'))
  const remove = oweBack(() => rm(folder, { recursive: true, force: true }))
  try {
    const environment: NodeJS.ProcessEnv = {
      ...process.env,
      FIXPOINT_DATA: folder,
      FIXPOINT_PORT: String(await freePort()),
      FIXPOINT_DEMO_PORT: String(await freePort()),
      FIXPOINT_NO_BROWSER: '1'
    }
    await timeStart(environment)
    const times: number[] = []
    for (let start = 0; start < STARTS; start++) times.push(await timeStart(environment))
    return {
      figures: [
        {
          what: 'Second npm start',
          how: '`npm start` where everything is set up and the data folder is there, from the start of npm until it prints that it is ready',
          unit: 'ms',
          ours: summarise(times),
          wanted: { atMost: 15_000 }
        }
      ],
      remarks: []
    }
  } finally {
    await removeSandboxesIn(folder)
    await remove()
  }
}

/** Starts everything, and ends it when it is ready. @returns how long it took to be so, in ms. */
async function timeStart(environment: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now()
  // A group of its own: what npm has started ends with it.
  const child = spawn('npm', ['start'], { cwd: ROOT, env: environment, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  const end = oweBack(() => endGroup(child))
  try {
    await untilReady(child)
    return performance.now() - startedAt
  } finally {
    await end()
  }
}

async function untilReady(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let printed = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8')
    if (/^Ready after /m.test(printed)) resolve()
  })
  child.once('error', reject)
  child.once('exit', () => reject(new Error(`npm start ended: ${printed.slice(-500)}`)))
  const timer = setTimeout(() => reject(new Error(`npm start was not ready: ${printed.slice(-500)}`)), FIRST_START_MS)
  try {
    await promise
  } finally {
    clearTimeout(timer)
  }
}

/** Tells the group to end, waits until nothing of it is left, and makes it where it does not; npm may be the first to go. */
async function endGroup({ pid }: ChildProcess): Promise<void> {
  if (pid === undefined) return
  const givenUpAt = performance.now() + END_MS
  let isThere = signalGroup(pid, 'SIGTERM')
  while (isThere) {
    await delay(50)
    isThere = signalGroup(pid, performance.now() < givenUpAt ? 0 : 'SIGKILL')
  }
}

/** @returns whether there is anything in the group */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal)
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return false
    throw error
  }
}

/** The server prepares the demo for its first session as soon as it runs. */
async function removeSandboxesIn(folder: string): Promise<void> {
  const database = join(folder, 'database')
  if (!existsSync(database)) return
  const { db, close } = await openDatabase(database)
  try {
    await removeSandboxesOf(db)
  } finally {
    await close()
  }
}
