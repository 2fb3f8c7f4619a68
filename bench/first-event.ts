import type { Script } from '@fixpoint/demo/model'
import type { SessionEvent } from '@fixpoint/protocol'
import { connected, followOver, openSocket } from '../e2e/src/log-readers.ts'
import { call, say, scriptOf } from '../e2e/src/model-scripts.ts'
import type { ServerProcess } from '../e2e/src/server-process.ts'
import type { BenchWorld } from './bench-world.ts'
import type { Figure, Part } from './figure.ts'
import { summarise, timed } from './measure.ts'
import { type PanelTimes, timePanel } from './panel-timing.ts'

const WARM_UP = 2
const PROMPTS = 12
const STOPS = 8

const FIRST_WORDS = 'I look at the page first.'

/**
 * A model that answers at once. Its command makes the turn wait for the baseline picture, so that nothing of one prompt is left to do
 * when the next is sent.
 */
const quickScript: Script = atOnce(scriptOf([call('bash', { command: 'true' }, FIRST_WORDS), say('There is nothing to change.')]))

/** The same words without any pause before and between them. */
export function atOnce(script: Script): Script {
  return async request => ({ ...(await script(request)), thinkMs: 0, msPerWord: 0 })
}

/** What a person waits for after Send: to see that the prompt is there, and that the model says something. */
export async function benchFirstEvent({ shop }: BenchWorld): Promise<Part> {
  shop.setScript(quickScript)
  const panel = await timePanel(shop, { warmUp: WARM_UP, prompts: PROMPTS, firstWords: FIRST_WORDS })
  const socket = await timeSocket(shop.server)
  const stops: Figure[] = []
  for (const state of STOPPED_IN) {
    shop.setScript(state.script)
    stops.push(stopFigure(state, await timeStops(shop.server, state)))
  }
  return { figures: [...panelFigures(panel), ...socketFigures(socket), ...stops], remarks: [] }
}

/** What a turn is at when it is stopped. */
interface StoppedIn {
  what: string
  how: string
  script: Script
  /** The event after which it is at that. */
  begins: SessionEvent['type']
  /** Each in a session of its own, where it is at that only in the first turn. */
  inNewSessions: boolean
}

const MANY_WORDS = Array.from({ length: 600 }, () => 'word').join(' ')

const STOPPED_IN: readonly StoppedIn[] = [
  {
    what: 'Stop → turn ended',
    how: 'a command of 60 s runs in the sandbox',
    script: scriptOf([call('bash', { command: 'sleep 60' })]),
    begins: 'tool.started',
    inNewSessions: false
  },
  {
    what: 'Stop while the model writes',
    how: 'the model is writing for 60 s',
    script: scriptOf([{ ...say(MANY_WORDS), msPerWord: 100 }]),
    begins: 'step.text',
    inNewSessions: false
  },
  {
    what: 'Stop while the model is silent',
    how: 'the model says nothing for 60 s',
    script: scriptOf([{ ...say('Late.'), thinkMs: 60_000 }]),
    begins: 'step.started',
    inNewSessions: false
  },
  {
    what: 'Stop while the sandbox starts',
    how: 'the session’s first sandbox is being started',
    script: scriptOf([{ ...say('Late.'), thinkMs: 60_000 }]),
    begins: 'sandbox.starting',
    inNewSessions: true
  }
]

function panelFigures({ inSession, newSession }: PanelTimes): Figure[] {
  const how = (what: string) => `the real panel in Chromium, from the mouse button on Send to ${what} in the panel’s document`
  const column = (name: 'event' | 'text') => ({
    inSession: summarise(inSession.map(times => times[name])),
    newSession: summarise(newSession.map(times => times[name]))
  })
  const [events, texts] = [column('event'), column('text')]
  return [
    {
      what: 'Send → first event in the panel',
      how: how('the prompt out of the log'),
      unit: 'ms',
      ours: events.inSession,
      wanted: { atMost: 150 }
    },
    {
      what: 'Send → first event, in a new session',
      how: `${how('the prompt out of the log')}; the session is made first`,
      unit: 'ms',
      ours: events.newSession,
      wanted: { atMost: 150 }
    },
    {
      what: 'Send → first words of the model in the panel',
      how: `${how('the first text of the model')}; the model answers at once`,
      unit: 'ms',
      ours: texts.inSession
    },
    {
      what: 'Send → first words, in a new session',
      how: `${how('the first text of the model')}; the model answers at once`,
      unit: 'ms',
      ours: texts.newSession
    }
  ]
}

/** From asking to stop until the log says that the turn has ended. */
async function timeStops(server: ServerProcess, { begins, inNewSessions }: StoppedIn): Promise<number[]> {
  const create = () => server.client.call('createSession', { body: { projectId: 'demo' } })
  let { sessionId } = await create()
  const times: number[] = []
  for (let stop = -1; stop < STOPS; stop++) {
    if (inNewSessions) ({ sessionId } = await create())
    const { seq } = await server.client.call('createPrompt', { params: { sessionId }, body: { text: `Wait, ${stop}` } })
    await server.waitForEvent(sessionId, event => event.seq > seq && event.type === begins)
    const ms = await timed(async () => {
      await server.client.call('stopSession', { params: { sessionId } })
      await server.waitForEvent(sessionId, event => event.seq > seq && event.type === 'turn.finished')
    })
    if (stop >= 0) times.push(ms)
    if (inNewSessions) await server.client.call('closeSession', { params: { sessionId } })
  }
  return times
}

function stopFigure({ what, how }: StoppedIn, times: number[]): Figure {
  return {
    what,
    how: `from before the request to stop until the log says that the turn has ended; ${how}`,
    unit: 'ms',
    ours: summarise(times),
    wanted: { atMost: 1_000 }
  }
}

interface SocketTimes {
  queued: number[]
  started: number[]
  text: number[]
}

/** A client without a page, so that the time in the panel can be told from the time in the server. */
async function timeSocket(server: ServerProcess): Promise<SocketTimes> {
  const { sessionId } = await server.client.call('createSession', { body: { projectId: 'demo' } })
  const socket = await connected(openSocket(server))
  const times: SocketTimes = { queued: [], started: [], text: [] }
  let sentAt = 0
  let seen = new Map<keyof SocketTimes, number>()
  const see = (what: keyof SocketTimes) => {
    if (!seen.has(what)) seen.set(what, performance.now() - sentAt)
  }
  try {
    socket.on('delta', () => see('text'))
    await followOver(socket, { sessionId, after: 0 }, event => {
      if (event.type === 'prompt.queued') see('queued')
      if (event.type === 'turn.started') see('started')
      if (event.type === 'step.text') see('text')
    })
    for (let prompt = -WARM_UP; prompt < PROMPTS; prompt++) {
      seen = new Map()
      sentAt = performance.now()
      await server.client.call('createPrompt', { params: { sessionId }, body: { text: `Look at this, ${prompt}` } })
      await server.waitUntilQuiet(sessionId)
      if (prompt < 0) continue
      for (const [what, ms] of seen) times[what].push(ms)
    }
  } finally {
    socket.disconnect()
  }
  return times
}

function socketFigures({ queued, started, text }: SocketTimes): Figure[] {
  const how = (what: string) => `a Socket.IO client on the same machine, from before the prompt is posted to ${what}`
  return [
    { what: 'Prompt → first event on the socket', how: how('prompt.queued'), unit: 'ms', ours: summarise(queued), wanted: { atMost: 150 } },
    { what: 'Prompt → turn begins', how: how('turn.started'), unit: 'ms', ours: summarise(started) },
    {
      what: 'Prompt → first words of the model',
      how: `${how('the first piece of text')}; the model answers at once`,
      unit: 'ms',
      ours: summarise(text)
    }
  ]
}
