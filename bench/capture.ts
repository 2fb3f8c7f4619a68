import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { estimateTokens } from '@fixpoint/protocol'
import type { CDPSession, Page, Worker } from 'playwright'
import { build } from 'vite'
import { z } from 'zod'
import { ROOT } from '../e2e/src/server-process.ts'
import { inspectInPage } from '../extension/src/inspector/inspect-in-page.ts'
import { elementReferenceSchema } from '../extension/src/message-schemas.ts'
import { fitOutline } from '../extension/src/page-context/fit-outline.ts'
import { outlineLineSchema } from '../extension/src/page-context/outline-schema.ts'
import { readPageWorld } from '../extension/src/page-world/read-page-world.ts'
import { HOSTILE_TARGETS, hostilePage } from '../extension/tests/hostile-pages.ts'
import { servePages } from '../extension/tests/pages.ts'
import { Person, value } from '../extension/tests/person.ts'
import type { Figure, Part, Wanted } from './figure.ts'
import { summarise, timed } from './measure.ts'

const EXTENSION = join(ROOT, 'extension', '.output', 'chrome-mv3')
const SIZES = [1_000, 10_000, 50_000] as const
const ROUNDS = 7
const HOVERS = 100
const PRICE = `document.querySelectorAll('.price-tag')[3]`
/** Drawing a copy of a page of this size takes minutes. */
const LARGEST_DRAWN = 10_000

/** One way to capture a page: what it takes, and what comes of it. */
interface Way {
  name: string
  capture: () => Promise<string>
  rounds: number
}

interface Measured {
  /** Main-thread time of each round, in ms. */
  busy: number[]
  /** Longest time in each round in which the page's thread did nothing else, in ms. */
  longest: number[]
  bytes: number
  tokens: number
}

/** Captures pages of three sizes in Chromium with the extension, in turns with others' ways to capture. */
export async function benchCapture(): Promise<Part> {
  await promisify(execFile)('pnpm', ['--filter', '@fixpoint/extension', 'build'], { cwd: ROOT })
  const server = await servePage()
  const person = await Person.start({ extensionFolder: EXTENSION })
  const figures: Figure[] = []
  const remarks: string[] = []
  try {
    for (const size of SIZES) {
      const { page, tabId } = await person.open(server.address)
      const elements = z.number().parse(await page.evaluate(`renderCatalogue(${size})`))
      const bench = await CaptureBench.prepare(person, page, tabId)
      const measured = await bench.run(size)
      figures.push(...captureFigures(size, measured))
      remarks.push(...captureRemarks(size, elements, measured))
      figures.push(...(await bench.hover(size)))
    }
    figures.push(...(await hostileFigures(person)))
  } finally {
    await person.close()
    await server.close()
  }
  return { figures, remarks }
}

const HEAVIEST = ['a million nodes', 'a million texts', 'attribute of 50 MB', 'deep document'] as const
const HOSTILE_ROUNDS = 3
const AT_ONCE_MS = 50
const QUIET_LIMIT_MS = 60_000
/** Made when the page is there: Playwright waits half a minute for no page. */
const FRAMES = 1_000
const frames = `for (let i = 0; i < ${FRAMES}; i++) document.body.append(document.createElement('iframe'))`

/** How long the heaviest pages that mean ill take to be captured, by the clock, without pictures. */
async function hostileFigures(person: Person): Promise<Figure[]> {
  const figures: Figure[] = []
  const names = [...HEAVIEST, 'a thousand frames'] as const
  const server = await servePages(
    Object.fromEntries(names.map((name, index) => [`/${index}`, hostilePage(name === 'a thousand frames' ? '' : HOSTILE_TARGETS[name])]))
  )
  try {
    for (const [index, name] of names.entries()) {
      const { page, tabId } = await person.open(`${server.origin}/${index}`)
      if (name === 'a thousand frames') await page.evaluate(frames)
      const bench = await CaptureBench.prepare(person, page, tabId, 'document.getElementById("target")')
      await bench.quiet()
      figures.push({
        what: `Context of a hostile page, ${name}`,
        how: 'By the clock, from asking the page to its answer: what is private, outline and pick, without components, props and pictures',
        unit: 'ms',
        ours: summarise(await bench.answers(HOSTILE_ROUNDS)),
        wanted: { atMost: 1_000 }
      })
    }
  } finally {
    await server.close()
  }
  return figures
}

function captureFigures(size: number, measured: ReadonlyMap<string, Measured>): Figure[] {
  const ours = measured.get('ours')
  const rrweb = measured.get('rrweb-snapshot')
  if (!ours || !rrweb) throw new Error('Not everything was measured.')
  const isMain = size === 10_000
  const of = size.toLocaleString('en')
  const figure = (
    what: string,
    how: string,
    values: readonly number[],
    unit: Figure['unit'],
    wanted?: Wanted,
    peer?: Figure['peer']
  ): Figure => ({
    what: `${what}, ${of} nodes`,
    how,
    unit,
    ours: summarise(values),
    ...(peer && { peer }),
    ...(wanted && { wanted })
  })
  return [
    figure(
      'Context',
      'Main-thread time (CDP `TaskDuration`) of the whole page context without pictures: search for what is private, outline, pick, failed requests, components with the places of their code, and props. Peer: `snapshot(document)` and its JSON',
      ours.busy,
      'ms',
      isMain ? { timesAsLong: 0.3 } : undefined,
      { name: 'rrweb-snapshot', reading: summarise(rrweb.busy) }
    ),
    figure(
      'Context, longest task',
      'The longest task of the page’s main thread while it is captured, in processor time, by Chromium’s trace',
      ours.longest,
      'ms',
      { atMost: 50 },
      { name: 'rrweb-snapshot', reading: summarise(rrweb.longest) }
    ),
    figure('Context, tokens', 'Estimated for the outline at the default budget', [ours.tokens], 'tokens', { atMost: 8_000 })
  ]
}

function captureRemarks(size: number, elements: number, measured: ReadonlyMap<string, Measured>): string[] {
  const rows = [...measured].map(
    ([name, { busy, longest, bytes, tokens }]) =>
      `  ${name.padEnd(16)} main thread ${summarise(busy).median.toFixed(1).padStart(8)} ms   longest task ${summarise(longest).median.toFixed(1).padStart(8)} ms   ${String(bytes).padStart(9)} bytes   about ${tokens} tokens`
  )
  return [`Capture of ${size.toLocaleString('en')} nodes (${elements} elements):`, ...rows]
}

const traceSchema = z.object({
  traceEvents: z.array(
    z.object({
      name: z.string(),
      pid: z.number(),
      tid: z.number(),
      /** Beginning and length, in µs. */
      ts: z.number(),
      dur: z.number().optional(),
      /** Time of the thread's processor, in µs. */
      tdur: z.number().optional(),
      args: z.object({ name: z.string().optional(), data: z.object({ type: z.string().optional() }).optional() }).optional()
    })
  )
})
type TraceEvent = z.infer<typeof traceSchema>['traceEvents'][number]
const collectedSchema = z.looseObject({
  outline: z.array(outlineLineSchema),
  references: z.array(z.object({ line: z.number(), element: elementReferenceSchema })),
  picks: z.array(z.unknown()).length(1)
})
const inspectedSchema = z.object({ elements: z.array(z.looseObject({ components: z.array(z.unknown()).min(1) })).length(1) })

class CaptureBench {
  readonly #person: Person
  readonly #page: Page
  readonly #tabId: number
  readonly #session: CDPSession
  readonly #worker: Worker

  private constructor(person: Person, page: Page, tabId: number, session: CDPSession, worker: Worker) {
    this.#person = person
    this.#page = page
    this.#tabId = tabId
    this.#session = session
    this.#worker = worker
  }

  /** @param picked an expression for the element that a person would have picked */
  static async prepare(person: Person, page: Page, tabId: number, picked = PRICE): Promise<CaptureBench> {
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    const worker = await person.browser.worker()
    const bench = new CaptureBench(person, page, tabId, session, worker)
    await bench.#inPage(`{ files: ['/picker.js', '/page-context.js', '/source-locations.js'] }`)
    await bench.#inPage(`{ func: () => { fixpoint.picker.picks.set(1, { kind: 'element', element: ${picked} }) } }`)
    return bench
  }

  /** Until the page answers at once: Playwright looks into each new frame, which takes seconds with a thousand, and is not what is measured. */
  async quiet(): Promise<void> {
    const giveUpAt = performance.now() + QUIET_LIMIT_MS
    for (let calm = 0; calm < 3; ) {
      const ms = await timed(() => this.#inPage('{ func: () => 1 }'))
      calm = ms < AT_ONCE_MS ? calm + 1 : 0
      if (performance.now() > giveUpAt) throw new Error('The page does not come to rest.')
      await delay(100)
    }
  }

  /** How long the page takes to answer what its context is, by the clock, in ms. */
  async answers(rounds: number): Promise<number[]> {
    const times: number[] = []
    for (let round = 0; round < rounds; round++) {
      const before = performance.now()
      collectedSchema.parse(await this.#inPage('{ func: () => fixpoint.collectContext([1]) }'))
      times.push(performance.now() - before)
    }
    return times
  }

  /** Injects with the extension's own rights, into its own world. */
  async #inPage(injection: string): Promise<unknown> {
    return this.#worker.evaluate(
      `chrome.scripting.executeScript({ target: { tabId: ${this.#tabId} }, ...${injection} }).then(([first]) => first?.result)`
    )
  }

  async run(size: number): Promise<Map<string, Measured>> {
    const evaluate = (name: string) => async () => String(await this.#page.evaluate(`peers[${JSON.stringify(name)}]()`))
    const ways: Way[] = [
      { name: 'ours', capture: () => this.#ours(), rounds: ROUNDS },
      { name: 'rrweb-snapshot', capture: evaluate('rrweb-snapshot'), rounds: ROUNDS },
      {
        name: 'aria snapshot',
        capture: () => this.#page.locator('body').ariaSnapshot({ timeout: 180_000 }),
        rounds: size <= LARGEST_DRAWN ? 3 : 1
      },
      { name: 'react-grab', capture: evaluate('react-grab'), rounds: ROUNDS },
      ...(size <= LARGEST_DRAWN ? [{ name: 'html2canvas', capture: evaluate('html2canvas'), rounds: 2 }] : [])
    ]
    const measured = new Map<string, Measured>(ways.map(({ name }) => [name, { busy: [], longest: [], bytes: 0, tokens: 0 }]))
    for (let round = -1; round < ROUNDS; round++) {
      for (const { name, capture, rounds } of ways) {
        const found = measured.get(name)
        if (!found || round >= rounds) continue
        const before = await this.#taskDuration()
        const result = await capture()
        const busy = (await this.#taskDuration()) - before
        const longest = await this.#longestTask(capture)
        // The first round is the warm-up.
        if (round < 0) continue
        found.busy.push(busy)
        found.longest.push(longest)
        found.bytes = Buffer.byteLength(result)
        found.tokens = estimateTokens(name === 'html2canvas' ? '' : result)
      }
    }
    const ours = measured.get('ours')
    if (ours) {
      const { outline } = collectedSchema.parse(JSON.parse(await this.#ours()))
      const { text } = fitOutline(outline, 7_000, 120_000)
      ours.tokens = estimateTokens(text)
      ours.bytes = Buffer.byteLength(text)
    }
    return measured
  }

  /** Of the page's main thread, in ms of its processor, by Chromium's own trace. */
  async #longestTask(work: () => Promise<unknown>): Promise<number> {
    const tasks = (await this.#traced([], work)).filter(({ name }) => name.endsWith('RunTask'))
    return Math.max(0, ...tasks.map(({ tdur }) => (tdur ?? 0) / 1_000))
  }

  /** What Chromium's trace says of pages' main threads meanwhile. */
  async #traced(categories: readonly string[], work: () => Promise<unknown>): Promise<TraceEvent[]> {
    const browser = this.#page.context().browser()
    if (!browser) throw new Error('The browser has gone.')
    await browser.startTracing(this.#page, { categories: ['toplevel', '__metadata', ...categories] })
    let trace: Buffer
    try {
      await work()
    } finally {
      trace = await browser.stopTracing()
    }
    const { traceEvents } = traceSchema.parse(JSON.parse(trace.toString()))
    const mains = new Set(
      traceEvents
        .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
        .map(({ pid, tid }) => `${pid} ${tid}`)
    )
    return traceEvents.filter(({ pid, tid }) => mains.has(`${pid} ${tid}`))
  }

  /** All of `capture` that runs in the page, without its pictures. */
  async #ours(): Promise<string> {
    const collected = collectedSchema.parse(await this.#inPage('{ func: () => fixpoint.collectContext([1]) }'))
    await this.#inPage('{ func: () => fixpoint.collectRequests([]) }')
    const { outline, references } = collected
    const pick = references.find(({ line }) => outline[line]?.pick === 1)?.element
    if (!pick) throw new Error('The pick is not in the outline.')
    const inspected = inspectedSchema.parse(
      await this.#inPage(`{ world: 'MAIN', func: ${inspectInPage.toString()}, args: [[${JSON.stringify(pick)}], 400] }`)
    )
    const located = inspected.elements.map(element => ({ ...pick, ...element }))
    await this.#inPage(`{ func: all => fixpoint.locateElements(all), args: [${JSON.stringify(located)}] }`)
    const elements = references.map(({ element }) => element)
    await this.#inPage(
      `{ world: 'MAIN', func: ${readPageWorld.toString()}, args: [${JSON.stringify(pick)}, ${JSON.stringify(elements)}, 100] }`
    )
    await this.#inPage(`{ func: () => fixpoint.privacy.withoutPrivateWords(['a', 'b']) }`)
    return JSON.stringify(collected)
  }

  /** Work of the page's main thread in ms of its processor: other work of the machine does not count. */
  async #taskDuration(): Promise<number> {
    const { metrics } = await this.#session.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000
  }

  /** Real pointing with a real pointer: what one move of it costs the page's thread. */
  async hover(size: number): Promise<Figure[]> {
    const bare = await this.#moves(async () => undefined)
    value(await this.#person.ask('startPointing', { tabId: this.#tabId, requestId: crypto.randomUUID() }))
    const peer: number[] = []
    const pointing = await this.#moves(async (x, y) => {
      peer.push(z.number().parse(await this.#page.evaluate(`hoverPeer(${x}, ${y})`)))
    })
    await this.#page.keyboard.press('Escape')
    const of = size.toLocaleString('en')
    return [
      {
        what: `Hover, page by itself, ${of} nodes`,
        how: 'The same as the next line while nobody points: what a move of the mouse costs anyway',
        unit: 'ms',
        ours: summarise(bare)
      },
      {
        what: `Hover label, ${of} nodes`,
        how: 'Processor time of the page’s thread from a move of the mouse until the frame with the label is handed to the compositor, by Chromium’s trace: event, hit test, label, and style, layout and paint of the whole page. Peer: hit test, box and selector by `react-grab/primitives`, without drawing',
        unit: 'ms',
        ours: summarise(pointing),
        peer: { name: 'react-grab', reading: summarise(peer) }
      },
      {
        what: `Hover label, what pointing adds, p95, ${of} nodes`,
        how: 'The p95 of the difference between the two lines above, move by move: within one frame with half of it to spare',
        unit: 'ms',
        ours: summarise([summarise(pointing.map((time, move) => time - (bare[move] ?? 0))).p95]),
        ...(size === 50_000 && { wanted: { atMost: 8 } })
      }
    ]
  }

  /** Processor time of the page's thread for each of many moves over the page, in ms. */
  async #moves(also: (x: number, y: number) => Promise<void>): Promise<number[]> {
    const [width, height] = z.tuple([z.number(), z.number()]).parse(await this.#page.evaluate('[innerWidth, innerHeight]'))
    const trace = await this.#traced(['devtools.timeline'], async () => {
      for (let move = 0; move < HOVERS; move++) {
        const [x, y] = [(move * 97) % width, (move * 61) % height]
        await this.#page.mouse.move(x, y)
        await this.#page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
        await also(x, y)
      }
    })
    const frames = framesOfMoves(trace)
    if (frames.length !== HOVERS) throw new Error(`Of ${HOVERS} moves ${frames.length} were seen in the trace.`)
    return frames
  }
}

/** For each move of the mouse: the tasks that handle it and that draw the next frame, which often are one. In ms of the processor. */
function framesOfMoves(events: readonly TraceEvent[]): number[] {
  const tasks = events.filter(({ name }) => name === 'ThreadControllerImpl::RunTask').sort((a, b) => a.ts - b.ts)
  const around = (event: TraceEvent) => tasks.find(({ ts, dur = 0 }) => ts <= event.ts && event.ts < ts + dur)
  const frames = events.filter(({ name }) => name === 'FireAnimationFrame').sort((a, b) => a.ts - b.ts)
  const moves = events.filter(({ name, args }) => name === 'EventDispatch' && args?.data?.type === 'pointermove')
  return moves.flatMap(move => {
    const frame = frames.find(({ ts }) => ts >= move.ts)
    const own = new Set([around(move), frame && around(frame)])
    const times = [...own].flatMap(task => (task?.tdur === undefined ? [] : [task.tdur / 1_000]))
    return times.length < own.size ? [] : [times.reduce((sum, time) => sum + time, 0)]
  })
}

async function servePage(): Promise<{ address: string; close: () => Promise<void> }> {
  const built = await build({
    root: join(ROOT, 'bench', 'capture-page'),
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      minify: false,
      lib: { entry: join(ROOT, 'bench', 'capture-page', 'page.js'), name: 'bench', formats: ['iife'], fileName: 'page' }
    }
  })
  const output = (Array.isArray(built) ? built : [built]).flatMap(part => ('output' in part ? part.output : []))
  const code = output.flatMap(part => (part.type === 'chunk' ? [part.code] : [])).join('\n')
  const html = `<!doctype html><html lang="en"><head><title>Catalogue</title><link rel="icon" href="data:,"></head><body><div id="root"></div><script src="/page.js"></script></body></html>`
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' }).end(isScript ? code : html)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('The server has no port.')
  return {
    address: `http://127.0.0.1:${bound.port}/`,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      })
  }
}
