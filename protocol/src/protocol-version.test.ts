import { expect, test } from 'vitest'
import { requireAnsweredProtocol } from './protocol-version.ts'

test('whoever is behind is named, and clients of the versions between are answered', () => {
  const server = { oldest: 2, newest: 3 }
  for (const client of [2, 3]) expect(() => requireAnsweredProtocol(client, server)).not.toThrow()
  const tooOld = expect.objectContaining({ code: 'client_too_old', message: 'The client speaks version 1, the server 2 to 3.' })
  expect(() => requireAnsweredProtocol(1, server)).toThrow(tooOld)
  const tooNew = expect.objectContaining({ code: 'protocol_unsupported', hint: 'Update the server.' })
  expect(() => requireAnsweredProtocol(4, server)).toThrow(tooNew)
})
