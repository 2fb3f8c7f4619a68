import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { isErrno } from '../server/src/store/errno.ts'
import type { BenchWorld } from './bench-world.ts'
import type { Figure, Part } from './figure.ts'
import { summarise } from './measure.ts'

const IDLE_MS = 20_000
const READINGS = 5
const STARTS = 3

/** What the server takes while it does nothing, and how long it takes to start on the data that it has. */
export async function benchServer({ shop, withDatabase, preparedMs }: BenchWorld): Promise<Part> {
  const afterFirst = await idleMemory(
    'Server idle, first start',
    'after its first start, in which it made its database and prepared the demo',
    shop.server.pid
  )
  const starts: number[] = []
  for (let start = 0; start < STARTS; start++) starts.push(await withDatabase(async () => undefined))
  return {
    figures: [
      {
        what: 'Server start',
        how: 'from the start of its process, on the data it has, until /healthz answers (asked every 50 ms)',
        unit: 'ms',
        ours: summarise(starts)
      },
      await idleMemory('Server idle', 'after a start on the data it has', shop.server.pid),
      afterFirst
    ],
    remarks: [
      `The demo project was installed in a prepared workspace ${(preparedMs / 1_000).toFixed(1)} s after the first start of the server; that happens once for a commit.`
    ]
  }
}

/** Waits until the server has had nothing to do for a while, and reads what it and its children take. */
export async function idleMemory(what: string, when: string, pid: number): Promise<Figure> {
  await delay(IDLE_MS)
  const readings: number[] = []
  for (let reading = 0; reading < READINGS; reading++) {
    readings.push(await residentMegabytes(pid))
    await delay(200)
  }
  return {
    what,
    how: `resident memory (VmRSS) of the server’s process and all below it, ${IDLE_MS / 1_000} s ${when}, pages that they share counted for each`,
    unit: 'MB',
    ours: summarise(readings),
    wanted: { atMost: 600 }
  }
}

/** Sum over a process and all below it. Reads /proc, so it needs Linux. */
async function residentMegabytes(root: number): Promise<number> {
  const processes = new Map<number, { parent: number; kilobytes: number }>()
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const status = await readStatus(name)
    const field = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
    processes.set(Number(name), { parent: field('PPid'), kilobytes: field('VmRSS') })
  }
  const sum = (pid: number): number => {
    const below = [...processes].filter(([, { parent }]) => parent === pid).map(([child]) => sum(child))
    return below.reduce((total, kilobytes) => total + kilobytes, processes.get(pid)?.kilobytes ?? 0)
  }
  const kilobytes = sum(root)
  if (kilobytes === 0) throw new Error(`There is no process ${root}.`)
  // The kernel's kB are 1,024 bytes.
  return (kilobytes * 1_024) / 1e6
}

/** Empty where the process has ended meanwhile. */
async function readStatus(pid: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/status`, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ESRCH')) return ''
    throw error
  }
}
