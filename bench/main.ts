// All benches, or those that are named. `npm run bench` sets up what they need and calls this.
import { writeFile } from 'node:fs/promises'
import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { benchAfterPicture } from './after-picture.ts'
import { type BenchWorld, createBenchWorld } from './bench-world.ts'
import { benchCapture } from './capture.ts'
import { benchCatchUp } from './catch-up.ts'
import { type Figure, isReached, type Part, timesFaster } from './figure.ts'
import { benchFirstEvent } from './first-event.ts'
import { giveAllBack, oweBack } from './giving-back.ts'
import { benchIde } from './ide.ts'
import { benchServer } from './memory.ts'
import { benchSandbox } from './sandbox.ts'
import { benchSizes } from './sizes.ts'
import { benchStart } from './start.ts'
import { formatTable } from './table.ts'
import { benchUpdateServer } from './update-server.ts'

let world: Promise<BenchWorld> | null = null
/** One server for all parts that need one: preparing its project takes longer than measuring. */
const sharedWorld = () => {
  world ??= createBenchWorld().then(made => {
    oweBack(made.remove)
    return made
  })
  return world
}

/** In this order: what needs a quiet machine before what leaves a server at work. */
const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  sandbox: benchSandbox,
  sizes: benchSizes,
  'update-server': benchUpdateServer,
  capture: benchCapture,
  ide: benchIde,
  server: async () => benchServer(await sharedWorld()),
  'first-event': async () => benchFirstEvent(await sharedWorld()),
  'after-picture': async () => benchAfterPicture(await sharedWorld()),
  'catch-up': async () => benchCatchUp(await sharedWorld()),
  start: benchStart
}

const { positionals: wanted, values: options } = readArguments()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.error('  … ending')
    void giveAllBack().finally(() => process.exit(130))
  })
}
process.exitCode = options.list ? listParts() : await runParts()

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { json: { type: 'string' }, list: { type: 'boolean', default: false } } })
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : String(error)}\nUsage: npm run bench -- [PART …] [--json FILE], or --list for the parts.`
    )
    process.exit(2)
  }
}

function listParts(): number {
  console.log(Object.keys(PARTS).join('\n'))
  return 0
}

async function runParts(): Promise<number> {
  const unknown = wanted.filter(part => !(part in PARTS))
  if (unknown.length > 0) {
    console.error(`There is no part ${unknown.join(', ')}. The parts are ${Object.keys(PARTS).join(', ')}.`)
    return 2
  }
  const machine = {
    startedAt: new Date().toISOString(),
    processors: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    memoryGigabytes: Math.round(totalmem() / 1e9),
    node: process.versions.node,
    loadAtStart: loadavg()[0] ?? 0
  }
  const figures: Figure[] = []
  const remarks: string[] = []
  const failures: { part: string; error: string }[] = []
  try {
    for (const [part, run] of Object.entries(PARTS)) {
      if (wanted.length > 0 && !wanted.includes(part)) continue
      const startedAt = performance.now()
      console.error(`  … ${part}`)
      try {
        const measured = await run()
        figures.push(...measured.figures)
        remarks.push(...measured.remarks)
        console.error(`  ✓ ${part} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`)
      } catch (error) {
        // The other parts are still worth measuring; this one is reported as not measured.
        console.error(`  ✗ ${part}`, error)
        failures.push({ part, error: error instanceof Error ? error.message : String(error) })
      }
    }
  } finally {
    await giveAllBack()
  }
  report(figures, remarks, failures, machine)
  if (options.json !== undefined) {
    const results = figures.map(figure => ({ ...figure, timesFaster: timesFaster(figure), isReached: isReached(figure) }))
    await writeFile(options.json, `${JSON.stringify({ machine, figures: results, remarks, failures }, null, 2)}\n`)
  }
  return failures.length === 0 ? 0 : 1
}

function report(
  figures: readonly Figure[],
  remarks: readonly string[],
  failures: readonly { part: string; error: string }[],
  machine: { processors: string; memoryGigabytes: number; node: string; loadAtStart: number }
): void {
  const { processors, memoryGigabytes, node, loadAtStart } = machine
  console.log(`\n${processors}, ${memoryGigabytes} GB, Node ${node}, load at the start ${loadAtStart.toFixed(1)}\n`)
  if (loadAtStart > 1) console.log('The machine was busy with other work, so these figures are worse than they would be on a quiet one.\n')
  console.log(formatTable(figures))
  if (remarks.length > 0) console.log(`\n${remarks.join('\n')}`)
  for (const { part, error } of failures) console.log(`\nNot measured: ${part}. ${error}`)
  const withGoal = figures.filter(figure => isReached(figure) !== undefined)
  const reached = withGoal.filter(figure => isReached(figure) === true)
  console.log(`\n${reached.length} of ${withGoal.length} goals reached`)
}
