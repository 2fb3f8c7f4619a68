import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTokens } from '../auth/tokens.ts'
import { newId } from '../edges.ts'
import { createSessionLog } from '../sessions/session-log.ts'
import { type OpenDatabase, openDatabase } from '../store/database.ts'
import { createdEvent, fixedEdges } from '../testing/fixtures.ts'
import { type DoorAddress, doorLabel } from './door-address.ts'
import { type DoorOrigin, headersInwards, headersOutwards } from './door-headers.ts'
import { createDoorKeys, type DoorGuest } from './door-keys.ts'
import { createDoorPorts } from './door-ports.ts'

const edges = fixedEdges()
let open: OpenDatabase

beforeAll(async () => {
  open = await openDatabase()
})
afterAll(() => open.close())

const DAY = 24 * 3_600_000

async function newGuest(): Promise<DoorGuest> {
  const tokens = createTokens(open.db, edges)
  const { tokenId, person } = await tokens.verify(await tokens.issue(await tokens.findOrCreatePerson('Ada', 'ada@example.com'), 'test'))
  return { tokenId, person }
}

async function newDoor(door: DoorAddress['door'] = 'preview'): Promise<DoorAddress> {
  const sessionId = newId(edges, 'session')
  await createSessionLog(open.db, edges).create(sessionId, createdEvent())
  return { door, sessionId }
}

/** A range that no other test has. */
let next = 20_000
function range(count: number) {
  next += 100
  return { from: next, to: next + count - 1 }
}

const portsOf = (range: { from: number; to: number }) =>
  createDoorPorts({ db: open.db, edges, logger: pino({ level: 'silent' }), publicUrl: 'https://Fixpoint.example.com:8443', range })

describe('ports for doors', () => {
  it('give each door an origin of its own, which it keeps, over a restart too', async () => {
    const three = range(3)
    const ports = await portsOf(three)
    const doors = [await newDoor(), await newDoor('vscode'), await newDoor()]
    const origins = []
    for (const door of doors) {
      edges.advance(1_000)
      origins.push(await ports.assign(door))
    }
    expect(origins).toEqual([0, 1, 2].map(index => `https://fixpoint.example.com:${three.from + index}`))
    const again = await portsOf(three)
    for (const [index, door] of doors.entries()) {
      expect([ports.origin(door), again.origin(door), await again.assign(door)]).toEqual(Array(3).fill(origins[index]))
      expect(again.find(`fixpoint.example.com:${three.from + index}`)).toEqual(door)
    }
  })

  it('go to another door when all are given, the one first that was used longest ago, but none that was used within a week', async () => {
    const two = range(2)
    const ports = await portsOf(two)
    const [first, second, third] = [await newDoor(), await newDoor(), await newDoor()]
    const keys = createDoorKeys(open.db, edges)
    const guest = await newGuest()
    await ports.assign(first)
    await ports.assign(second)
    const { ticket } = await keys.issueTicket(second, guest)
    const { cookie } = await keys.redeem(second, ticket)
    edges.advance(4 * DAY)
    ports.find(`fixpoint.example.com:${two.from}`)
    edges.advance(2 * DAY)
    await expect(ports.assign(third)).rejects.toMatchObject({ code: 'door_unavailable', limit: 2 })
    expect(await keys.guest(second, cookie)).not.toBeNull()
    edges.advance(2 * DAY)
    // A server that was started meanwhile knows as much.
    const again = await portsOf(two)
    expect(await again.assign(third)).toBe(`https://fixpoint.example.com:${two.to}`)
    expect([again.origin(first), again.origin(second)]).toEqual([`https://fixpoint.example.com:${two.from}`, undefined])
    expect(again.find(`fixpoint.example.com:${two.to}`)).toEqual(third)
    const rows = await open.db.selectFrom('door_ports').select('session_id').where('port', '=', two.to).execute()
    expect(rows).toEqual([{ session_id: third.sessionId }])
    expect(await open.db.selectFrom('door_keys').selectAll().where('session_id', '=', second.sessionId).execute()).toEqual([])
  })

  it('stay with a door that is in use, however long', async () => {
    const one = range(1)
    const ports = await portsOf(one)
    const [first, second] = [await newDoor(), await newDoor()]
    await ports.assign(first)
    const [letGo, letGoToo] = [ports.hold(first), ports.hold(first)]
    letGo()
    letGo()
    await ports.assign(first)
    edges.advance(8 * DAY)
    await expect(ports.assign(second)).rejects.toMatchObject({ code: 'door_unavailable', limit: 1 })
    letGoToo()
    expect(await ports.assign(second)).toBe(`https://fixpoint.example.com:${one.from}`)
    // Who held the former one does not let go of the present one.
    letGoToo()
    ports.hold(second)
    edges.advance(8 * DAY)
    await expect(ports.assign(first)).rejects.toMatchObject({ code: 'door_unavailable' })
  })

  it('are found by their host and their number alone', async () => {
    const ports = await portsOf({ from: 20_401, to: 20_401 })
    await ports.assign(await newDoor())
    expect(ports.find('FIXPOINT.example.com:20401')).toBeDefined()
    const others = [
      '',
      'fixpoint.example.com',
      'fixpoint.example.com:1',
      'evil.example:20401',
      '20401',
      'x.fixpoint.example.com:20401',
      ':20401'
    ]
    expect(others.map(host => ports.find(host))).toEqual(others.map(() => undefined))
  })
})

describe('cookies of apps that share a host', () => {
  const at = (session: string, sharesHost = true): DoorOrigin => ({
    door: 'preview',
    sessionId: `ses_${session}`,
    origin: 'https://fixpoint.example.com:20001',
    innerOrigin: 'http://localhost:5173',
    sharesHost
  })
  const [mine, theirs] = [at('01k8r5t9m3c6v2x7b4na'), at('01k8r5t9m3c6v2x7b4nb')]
  const given = (where: DoorOrigin, ...cookies: string[]) =>
    headersOutwards(
      cookies.flatMap(cookie => ['Set-Cookie', cookie]),
      where,
      "default-src 'self'"
    ).flatMap((value, index, all) => (all[index - 1] === 'Set-Cookie' && index % 2 === 1 ? [value] : []))
  const sent = (where: DoorOrigin, cookie: string) => {
    const headers = headersInwards(['Cookie', cookie], where, false)
    const index = headers.indexOf('Cookie')
    return index < 0 ? undefined : headers[index + 1]
  }

  it('reach their own app alone where no script may see them, and under their own names', () => {
    const [set = ''] = given(mine, 'sid=secret; HttpOnly; Path=/; Domain=fixpoint.example.com')
    expect(set).toBe(`fixpoint-app-${doorLabel(mine)}-sid=secret; HttpOnly; Path=/`)
    const cookie = `lang=en; ${set.split(';')[0]}; last=1`
    expect(sent(mine, cookie)).toBe('lang=en; sid=secret; last=1')
    expect(sent(theirs, cookie)).toBe('lang=en; last=1')
  })

  it('are as ever where the door has a host of its own', () => {
    const alone = { ...mine, sharesHost: false }
    expect(given(alone, 'sid=secret; HttpOnly')).toEqual(['sid=secret; HttpOnly'])
    expect(sent(alone, 'sid=secret; fixpoint-app-x=1')).toBe('sid=secret; fixpoint-app-x=1')
  })

  it('are taken back under both names, because nobody says again that a cookie was hidden', () => {
    for (const end of ['Max-Age=0', 'Expires=Thu, 01 Jan 1970 00:00:00 GMT']) {
      expect(given(mine, `sid=; ${end}`)).toEqual([`sid=; ${end}`, `fixpoint-app-${doorLabel(mine)}-sid=; ${end}`])
    }
    expect(given(mine, 'lang=en; Max-Age=60')).toEqual(['lang=en; Max-Age=60'])
  })

  it('neither set ours nor another app’s, and none of ours goes in', () => {
    const tricks = [
      `fixpoint-door-${doorLabel(theirs)}=x`,
      '__Host-fixpoint-door-a=x',
      `fixpoint-app-${doorLabel(theirs)}-sid=x`,
      ' FIXPOINT-DOOR=x'
    ]
    expect(given(mine, ...tricks)).toEqual([])
    expect(sent(mine, `__Host-fixpoint-door-${doorLabel(mine)}=a; __Host-fixpoint-door-${doorLabel(theirs)}=b`)).toBeUndefined()
  })
})
