import { emptySession, reduceSession, type SessionEvent } from '@fixpoint/protocol'
import { connected, followOver, openSocket, readStream } from '../e2e/src/log-readers.ts'
import type { ServerProcess } from '../e2e/src/server-process.ts'
import type { BenchWorld } from './bench-world.ts'
import type { Figure, Part } from './figure.ts'
import { writeLongSession } from './long-session.ts'
import { summarise, timed } from './measure.ts'

const EVENTS = 10_000
const ROUNDS = 5

/** How fast a client that has nothing gets the whole of a long session. The three ways take turns. */
export async function benchCatchUp({ shop, withDatabase }: BenchWorld): Promise<Part> {
  let sessionId = ''
  await withDatabase(async db => {
    sessionId = await writeLongSession(db, EVENTS, 'demo')
  })
  const { server } = shop
  const rates: Record<'pages' | 'socket' | 'stream', number[]> = { pages: [], socket: [], stream: [] }
  for (let round = -1; round < ROUNDS; round++) {
    const note = async (way: keyof typeof rates, read: (fold: Fold) => Promise<void>) => {
      const fold = createFold(sessionId)
      const ms = await timed(() => read(fold))
      if (fold.seq() !== EVENTS) throw new Error(`${fold.seq()} of ${EVENTS} events arrived by ${way}.`)
      if (round >= 0) rates[way].push(EVENTS / (ms / 1_000))
    }
    await note('pages', fold => readPages(server, sessionId, fold))
    await note('socket', fold => readSocket(server, sessionId, fold))
    await note('stream', fold => readAsStream(server, sessionId, fold))
  }
  return {
    figures: [
      figure('Catch-up over Socket.IO, as the panel', 'one connection, each batch parsed, folded and acknowledged', rates.socket),
      figure('Catch-up by HTTP pages', 'GET …/events page by page, each parsed and folded before the next is asked for', rates.pages),
      figure('Catch-up by server-sent events', 'one stream, each event parsed and folded', rates.stream)
    ],
    remarks: []
  }
}

interface Fold {
  take(event: SessionEvent): void
  seq(): number
}

function createFold(sessionId: string): Fold {
  let state = emptySession(sessionId)
  return {
    take(event) {
      state = reduceSession(state, event)
    },
    seq: () => state.seq
  }
}

async function readPages({ client }: ServerProcess, sessionId: string, fold: Fold): Promise<void> {
  while (fold.seq() < EVENTS) {
    const { events } = await client.call('listEvents', { params: { sessionId }, query: { after: fold.seq() } })
    for (const event of events) fold.take(event)
  }
}

async function readSocket(server: ServerProcess, sessionId: string, fold: Fold): Promise<void> {
  const socket = await connected(openSocket(server))
  try {
    const { promise: isComplete, resolve } = Promise.withResolvers<void>()
    await followOver(socket, { sessionId, after: 0 }, event => {
      fold.take(event)
      if (fold.seq() === EVENTS) resolve()
    })
    await isComplete
  } finally {
    socket.disconnect()
  }
}

async function readAsStream(server: ServerProcess, sessionId: string, fold: Fold): Promise<void> {
  const ending = new AbortController()
  const onEvent = (event: SessionEvent) => {
    fold.take(event)
    if (fold.seq() === EVENTS) ending.abort()
  }
  try {
    await readStream(server, sessionId, { signal: ending.signal }, onEvent)
  } catch (error) {
    // Ending a stream that goes on for ever is how reading it ends.
    if (!ending.signal.aborted) throw error
  }
}

/** p95 of a rate is the slow end: what 19 of 20 readings reach. */
function figure(what: string, how: string, rates: readonly number[]): Figure {
  const { median, count } = summarise(rates)
  const slow = summarise(rates.map(rate => -rate)).p95
  return {
    what,
    how: `${EVENTS.toLocaleString('en')} events of a finished session, from nothing to its state: ${how}`,
    unit: 'events/s',
    ours: { median, p95: -slow, count }
  }
}
