import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { serveEgress } from './egress.ts'
import { allowListFrom } from './egress-policy.ts'
import { socketPair } from './socket-pair.ts'
import { openTunnel } from './tunnel.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
/** `SEED=17` replays one run. */
const SEEDS = process.env['SEED'] === undefined ? Array.from({ length: 150 }, (_, index) => index) : [Number(process.env['SEED'])]

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed + 1
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.length, 0, 3)
  header[3] = type
  header[4] = flags
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, payload])
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const SETTINGS = frame(4, 0, 0, Buffer.alloc(0))
const GOAWAY = frame(7, 0, 0, Buffer.alloc(8))
/** HEADERS with “:method: CONNECT, :authority: allowed.example:443” as literals without indexing (RFC 7541 §6.2.2). */
const CONNECT_HEADERS = Buffer.concat([
  Buffer.from([0x02, 7]),
  Buffer.from('CONNECT'),
  Buffer.from([0x01, 19]),
  Buffer.from('allowed.example:443')
])
const STATUS_200 = Buffer.from([0x88])

/** Frames of all kinds in any order, some well formed and some not, and in the end a close, an end or nothing. */
async function attack(socket: Socket, random: (below: number) => number, headers: Buffer): Promise<void> {
  socket.on('error', () => undefined)
  socket.resume()
  for (let count = 0; count < 40 && !socket.destroyed; count += 1) {
    const stream = random(4) === 0 ? 0 : 2 * random(6) + 1
    const junk = Buffer.from(Array.from({ length: random(40) }, () => random(256)))
    const choice = random(9)
    if (choice === 0) socket.write(frame(random(12), random(256), stream, junk))
    else if (choice === 1) socket.write(frame(1, 4 + random(2), stream, headers))
    else if (choice === 2) socket.write(frame(0, random(2), stream, junk))
    else if (choice === 3) socket.write(frame(3, 0, stream, Buffer.from([0, 0, 0, random(14)])))
    else if (choice === 4) socket.write(frame(6, 0, 0, Buffer.alloc(8)))
    else if (choice === 5) socket.write(frame(8, 0, stream, Buffer.from([random(128), random(256), random(256), random(256)])))
    else if (choice === 6) socket.write(GOAWAY)
    else if (choice === 7) socket.write(SETTINGS)
    else await delay(random(3))
  }
  const last = random(3)
  if (last === 0) socket.destroy()
  else if (last === 1) socket.end()
}

// An uncaught exception or rejection anywhere fails the run: that is what these tests are for.
describe('a hostile sandbox', () => {
  test.each(SEEDS)('does not end the server through its way out (seed %i)', async seed => {
    const [near, far] = await socketPair()
    const connected: string[] = []
    const { ended, close } = serveEgress(near, {
      allowList: allowListFrom(['allowed.example']),
      network: {
        resolveHost: async () => [{ address: '93.184.216.34', family: 4 }],
        async connect({ address }) {
          connected.push(address)
          const [mine, theirs] = await socketPair()
          theirs.on('error', () => undefined)
          theirs.pipe(theirs)
          return mine
        }
      },
      budget: { remaining: 1e6 },
      maxConnections: 5,
      onDecision: () => undefined,
      logger: silent
    })
    far.write(Buffer.concat([PREFACE, SETTINGS]))
    await attack(far, randomFrom(seed), CONNECT_HEADERS)
    await delay(5)
    close()
    await ended
    far.destroy()
    expect(new Set(connected).size).toBeLessThanOrEqual(1)
  })

  test.each(SEEDS)('does not end the server through its answers (seed %i)', async seed => {
    const random = randomFrom(seed)
    const [near, far] = await socketPair()
    const tunnel = openTunnel(near, { silenceTimeoutMs: 60_000, lastHeard: () => 0 })
    const calls = Promise.allSettled(
      Array.from({ length: 5 }, (_, index) => tunnel.fetch('POST', `/${index}`, { index }, { timeoutMs: 200 }))
    )
    far.write(SETTINGS)
    await attack(far, random, STATUS_200)
    await delay(5)
    tunnel.close()
    far.destroy()
    await tunnel.ended
    // Each ends, one way or the other, and with an error of ours.
    for (const call of await calls) {
      if (call.status === 'rejected') expect(call.reason).toMatchObject({ code: expect.stringMatching(/^(sandbox_lost|outcome_unknown)$/) })
    }
  })
})
