import { expect, test } from 'vitest'
import { requireSameProtocol } from './protocol-version.ts'

test('whoever is behind is named', () => {
  expect(() => requireSameProtocol(3, 3)).not.toThrow()
  expect(() => requireSameProtocol(2, 3)).toThrow(expect.objectContaining({ code: 'client_too_old' }))
  expect(() => requireSameProtocol(4, 3)).toThrow(expect.objectContaining({ code: 'protocol_unsupported', hint: 'Update the server.' }))
})
