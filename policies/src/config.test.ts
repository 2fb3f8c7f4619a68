import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { describe, expect, it } from 'vitest'
import { parseConfig } from './config.ts'

const example: object = JSON.parse(readFileSync(join(import.meta.dirname, '../examples/two-groups.json'), 'utf8'))

function faultsOf(change: object): string {
  try {
    parseConfig(JSON.stringify({ ...example, ...change }))
    return ''
  } catch (error) {
    if (error instanceof FixpointError && error.code === 'config_invalid') return error.message
    throw error
  }
}

describe('the configuration', () => {
  it('is accepted as the example has it', () => expect(faultsOf({})).toBe(''))

  it.each([
    { change: { extensionId: 'abc' }, says: 'extensionId: ' },
    { change: { serverUrl: 'http://fixpoint.example.com' }, says: 'serverUrl: The server’s address must be https.' },
    { change: { serverUrl: 'https://fixpoint.example.com/path' }, says: 'serverUrl: “https://fixpoint.example.com/path” is not an origin' },
    { change: { updateUrls: { all: 'http://u.example.com/x' } }, says: 'updateUrls.all: The address is http' },
    { change: { updateUrls: { all: 'https://127.0.0.1/x' } }, says: 'updateUrls.all: 127.0.0.1 is this machine' },
    { change: { updateUrls: { beta: 'https://u.example.com/x' } }, says: 'updateUrls: ' },
    {
      change: { groups: [{ name: 'a', ring: 'early' }], updateUrls: { all: 'https://u.example.com/x' } },
      says: 'groups.0.ring: updateUrls has no address'
    },
    {
      change: {
        groups: [
          { name: 'a', ring: 'all' },
          { name: 'a', ring: 'all' }
        ]
      },
      says: 'groups.1.name: There are two groups'
    },
    { change: { groups: [{ name: '../etc', ring: 'all' }] }, says: 'groups.0.name: ' },
    { change: { groups: [] }, says: 'groups: ' },
    { change: { allowedOrigins: ['https://shop.example.com/cart'] }, says: 'allowedOrigins.0: ' },
    { change: { allowedOrigins: Array.from({ length: 100 }, () => 'https://a.example.com') }, says: 'allowedOrigins: ' },
    { change: { profileIdentifier: 'fixpoint' }, says: 'profileIdentifier: Use a reverse domain name' },
    { change: { toolbarpin: true }, says: 'toolbarpin' }
  ])('says what is wrong: $says', ({ change, says }) => expect(faultsOf(change)).toContain(says))

  it('takes addresses of this machine for a trial', () => {
    const change = { serverUrl: 'http://127.0.0.1:4000', updateUrls: { all: 'http://localhost:5000/u', canary: 'https://[::1]:1/u' } }
    expect(faultsOf(change)).toContain('updateUrls.all')
    expect(faultsOf({ ...change, trial: true })).toBe('')
  })

  it('is told to be no JSON', () => expect(() => parseConfig('{,}')).toThrow(/not JSON/))
})
