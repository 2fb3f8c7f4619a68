import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXTENSION_ID } from '@fixpoint/protocol'
import { expect, it } from 'vitest'
import { EXTENSION_ID_PATTERN } from '../config.ts'
import { idOfKey } from './expectation.ts'

it('makes the id of the extension from its key', () => {
  const source = readFileSync(join(import.meta.dirname, '../../../extension/src/extension-key.ts'), 'utf8')
  const [, key = ''] = /'(MII[A-Za-z0-9+/=]+)'/.exec(source) ?? []
  expect(idOfKey(key)).toBe(EXTENSION_ID)
})

it('makes another id from another key', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const id = idOfKey(publicKey.export({ type: 'spki', format: 'der' }).toString('base64'))
  expect(id).toMatch(EXTENSION_ID_PATTERN)
  expect(id).not.toBe(EXTENSION_ID)
})
