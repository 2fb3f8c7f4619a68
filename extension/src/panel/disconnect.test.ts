import { expect, test, vi } from 'vitest'
import { disconnect } from './disconnect.ts'
import type { SavedConnection } from './settings.ts'
import type { StoredValue } from './stored-value.ts'

const connection: SavedConnection = {
  serverUrl: 'http://127.0.0.1:4700',
  token: 'fxp_secret',
  person: { personId: 'per_00000000000000000001', name: 'Ada', email: 'ada@example.com' },
  pairedAt: '2026-03-04T09:30:00.000Z'
}

function stored(initial: SavedConnection | null) {
  let value = initial
  const saved: StoredValue<SavedConnection> = {
    key: 'connection',
    read: async () => value,
    write: async next => {
      value = next
    },
    subscribe: () => () => undefined
  }
  return { saved, value: () => value }
}

test('ends the token at the server and forgets it', async () => {
  const { saved, value } = stored(connection)
  const asked: string[] = []
  await disconnect(saved, 'extension/0.1.0', async (address, init) => {
    asked.push(`${init?.method} ${String(address)} ${new Headers(init?.headers).get('authorization')}`)
    return Response.json({ clientId: 'tok_00000000000000000001' })
  })
  expect(asked).toEqual(['DELETE http://127.0.0.1:4700/api/clients/current Bearer fxp_secret'])
  expect(value()).toBeNull()
})

test('forgets it also where the server does not answer, and says so', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const { saved, value } = stored(connection)
  await disconnect(saved, 'extension/0.1.0', async () => {
    throw new TypeError('Failed to fetch')
  })
  expect(value()).toBeNull()
  expect(warn).toHaveBeenCalledOnce()
  warn.mockRestore()
})

test('asks nobody where nothing is connected', async () => {
  const { saved } = stored(null)
  await disconnect(saved, 'extension/0.1.0', async () => {
    throw new Error('asked')
  })
})
