import { expect, test } from 'vitest'
import { createConnectedClients } from './connected-clients.ts'

test('clients are counted while they are there, and forgotten with the last one', () => {
  const clients = createConnectedClients()
  const leave = [clients.add('extension/0.2.0'), clients.add('cli/0.1.0'), clients.add('extension/0.2.0')]
  expect(clients.counts()).toEqual({ 'cli/0.1.0': 1, 'extension/0.2.0': 2 })
  leave[0]?.()
  expect(clients.counts()).toEqual({ 'cli/0.1.0': 1, 'extension/0.2.0': 1 })
  leave[2]?.()
  expect(clients.counts()).toEqual({ 'cli/0.1.0': 1 })
})
