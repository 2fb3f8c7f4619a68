import { afterEach, expect, test, vi } from 'vitest'
import { followPorts } from './ports.ts'
import { refusals } from './senders.ts'

type Port = { name: string; sender?: object; disconnect: () => void }

const PANEL = { id: 'panel' }
const RECORDER = { id: 'recorder' }

afterEach(() => vi.unstubAllGlobals())

function listen() {
  const listeners: ((port: Port) => void)[] = []
  vi.stubGlobal('chrome', { runtime: { onConnect: { addListener: (listener: (port: Port) => void) => listeners.push(listener) } } })
  const followed: string[] = []
  const kind = (sender: object) => ({
    isAllowed: (other: object) => other === sender,
    follow: ({ name }: { name: string }) => followed.push(name)
  })
  followPorts({ panel: kind(PANEL), recorder: kind(RECORDER) })
  return (name: string, sender?: object) => {
    const disconnect = vi.fn()
    for (const listener of listeners) listener({ name, ...(sender && { sender }), disconnect })
    return { isClosed: disconnect.mock.calls.length > 0, isFollowed: followed.splice(0).includes(name) }
  }
}

test('each kind of connection is kept open by whom it is for, whatever other kinds there are', () => {
  const connect = listen()
  expect(connect('panel', PANEL)).toEqual({ isClosed: false, isFollowed: true })
  expect(connect('recorder', RECORDER)).toEqual({ isClosed: false, isFollowed: true })
})

test('a connection of another sender, without one or of no known kind is counted and closed', () => {
  const connect = listen()
  const before = refusals.sender_not_allowed
  expect(connect('panel', RECORDER)).toEqual({ isClosed: true, isFollowed: false })
  expect(connect('recorder')).toEqual({ isClosed: true, isFollowed: false })
  expect(connect('toString', PANEL)).toEqual({ isClosed: true, isFollowed: false })
  expect(refusals.sender_not_allowed).toBe(before + 3)
})
