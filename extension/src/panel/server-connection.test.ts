import { expect, test } from 'vitest'
import { keepConnected, type Reconnectable, reconnectDelay } from './server-connection.ts'

function play() {
  const listeners: {
    connect?: () => void
    disconnect?: () => void
    error?: (data: unknown) => void
    refused?: (problem: unknown) => void
  } = {}
  let attempts = 0
  let isDisconnected = false
  const socket: Reconnectable = {
    connect: () => {
      attempts += 1
    },
    disconnect: () => {
      isDisconnected = true
    },
    onConnect: listener => {
      listeners.connect = listener
    },
    onDisconnect: listener => {
      listeners.disconnect = listener
    },
    onConnectError: listener => {
      listeners.error = listener
    },
    onRefused: listener => {
      listeners.refused = listener
    }
  }
  const waits: { milliseconds: number; run: () => void; isOff: boolean }[] = []
  const connection = keepConnected({
    socket,
    now: () => 1_000,
    random: () => 1,
    delay(milliseconds, callback) {
      const wait = { milliseconds, run: callback, isOff: false }
      waits.push(wait)
      return () => {
        wait.isOff = true
      }
    }
  })
  return { listeners, connection, waits, attempts: () => attempts, isDisconnected: () => isDisconnected }
}

const refusal = (code: string) => ({
  type: '/x',
  title: 't',
  status: 401,
  detail: 'no',
  instance: 'req_1',
  code,
  hint: 'h',
  retryable: false
})

test('the wait doubles up to ten seconds, half of it by chance', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 50].map(attempt => reconnectDelay(attempt, 1))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000
  ])
  expect(reconnectDelay(3, 0)).toBe(2_000)
})

test('a lost connection is tried again, later each time, until it is back', () => {
  const { listeners, connection, waits, attempts } = play()
  expect(connection.snapshot()).toEqual({ status: 'connecting' })
  listeners.connect?.()
  expect(connection.snapshot()).toEqual({ status: 'connected' })
  listeners.disconnect?.()
  expect(connection.snapshot()).toEqual({ status: 'reconnecting', retryAt: 1_500 })
  waits.at(-1)?.run()
  listeners.error?.(undefined)
  expect(waits.map(wait => wait.milliseconds)).toEqual([500, 1_000])
  waits.at(-1)?.run()
  listeners.connect?.()
  listeners.disconnect?.()
  expect(waits.at(-1)?.milliseconds).toBe(500)
  expect(attempts()).toBe(3)
})

test('at the first attempt too', () => {
  const { listeners, connection } = play()
  listeners.error?.(undefined)
  expect(connection.snapshot()).toEqual({ status: 'reconnecting', retryAt: 1_500 })
})

test('the person need not wait', () => {
  const { listeners, connection, waits, attempts } = play()
  listeners.error?.(undefined)
  connection.retryNow()
  expect(waits[0]?.isOff).toBe(true)
  expect(attempts()).toBe(2)
})

test.each(['token_invalid', 'token_expired', 'auth_required', 'client_too_old', 'protocol_unsupported'])(
  '%s is not tried again by itself',
  code => {
    const { listeners, connection, waits, attempts } = play()
    listeners.error?.(refusal(code))
    expect(connection.snapshot()).toMatchObject({ status: 'refused', failure: { code } })
    expect(waits).toHaveLength(0)
    connection.retryNow()
    expect(attempts()).toBe(2)
  }
)

test('a token that is withdrawn while connected ends the connection for good', () => {
  const { listeners, connection } = play()
  listeners.connect?.()
  listeners.refused?.(refusal('token_invalid'))
  listeners.disconnect?.()
  expect(connection.snapshot()).toMatchObject({ status: 'refused', failure: { code: 'token_invalid' } })
})

test.each(['rate_limited', 'resync_required'])('%s passes', code => {
  const { listeners, connection } = play()
  listeners.connect?.()
  listeners.refused?.(refusal(code))
  listeners.disconnect?.()
  expect(connection.snapshot().status).toBe('reconnecting')
})

test('after it was stopped nothing is tried', () => {
  const { listeners, connection, waits, attempts, isDisconnected } = play()
  listeners.connect?.()
  connection.stop()
  expect(isDisconnected()).toBe(true)
  listeners.disconnect?.()
  expect(waits).toHaveLength(0)
  expect(attempts()).toBe(1)
})
