/** Load from wrk on one processor, and what a process on the other takes for it. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Of Linux: USER_HZ, the unit of processor times in /proc, is 100 on all of its architectures. */
const TICKS_PER_SECOND = 100

export interface LoadRun {
  /** Answers that came. */
  count: number
  perSecond: number
  /** Processor time of the server for one of them, in µs. */
  processorMicroseconds: number
}

/** Programs that `npm run bench` has unpacked. @throws Error where it could not */
export function benchTools(): { nginx: string; wrk: string; libraries: string } {
  const folder = process.env['FIXPOINT_BENCH_TOOLS']
  if (folder === undefined) throw new Error('There is no nginx and no wrk to measure with: they come from Debian’s packages.')
  return {
    nginx: join(folder, 'usr', 'sbin', 'nginx'),
    wrk: join(folder, 'usr', 'bin', 'wrk'),
    libraries: join(folder, 'usr', 'lib', `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`)
  }
}

/** Lets a process, with all of its threads, run on one processor only. */
export async function pinToProcessor(pid: number, processor: number): Promise<void> {
  await execute('taskset', ['--all-tasks', '--cpu-list', '--pid', String(processor), String(pid)])
}

/**
 * Asks one address after the other, and begins again.
 * @param addresses path and query; `%d` in one stands for a number that never comes twice @throws Error where an answer is no success
 */
export async function runLoad(
  pid: number,
  {
    origin,
    addresses,
    seconds,
    connections,
    folder
  }: { origin: string; addresses: readonly string[]; seconds: number; connections: number; folder: string }
): Promise<LoadRun> {
  const { wrk, libraries } = benchTools()
  const script = join(folder, 'load.lua')
  await writeFile(script, scriptFor(addresses))
  const before = await processorSeconds(pid)
  const options = ['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`, '--script', script]
  const { stdout } = await execute('taskset', ['--cpu-list', '1', wrk, ...options, origin], {
    env: { ...process.env, LD_LIBRARY_PATH: libraries }
  })
  const spent = (await processorSeconds(pid)) - before
  const [, count, duration, failures] = /^(\d+) (\d+) (\d+)$/m.exec(stdout) ?? []
  if (failures !== '0') throw new Error(`Not every answer was a success:\n${stdout}`)
  return {
    count: Number(count),
    perSecond: (Number(count) / Number(duration)) * 1e6,
    processorMicroseconds: (spent / Number(count)) * 1e6
  }
}

/** Requests are made before the run: making them during it would be wrk's work, not the server's. */
function scriptFor(addresses: readonly string[]): string {
  return `
local made, number = {}, ${Date.now()} * 1000
init = function()
  for index, address in ipairs({ ${addresses.map(address => JSON.stringify(address)).join(', ')} }) do
    made[index] = address:find("%%d") and address or wrk.format("GET", address)
  end
end
local at = 0
request = function()
  at = at % #made + 1
  if made[at]:sub(1, 1) ~= "/" then return made[at] end
  number = number + 1
  return wrk.format("GET", (made[at]:gsub("%%d", string.format("%.0f", number))))
end
done = function(summary)
  local errors = summary.errors
  print(string.format("%d %d %d", summary.requests, summary.duration, errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
`
}

async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name of the program, in brackets, may have blanks; user and system time are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
