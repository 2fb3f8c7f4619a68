import { FixpointError } from '@fixpoint/protocol'
import { expect, test } from 'vitest'
import { invitationTo, managedProjects, managedRing, managedServer, offeredMatch } from './managed-settings.ts'
import type { StorageArea } from './stored-value.ts'

function managedArea(items: Record<string, unknown>): StorageArea {
  return {
    get: async key => (key in items ? { [key]: items[key] } : {}),
    set: async () => undefined,
    remove: async () => undefined,
    onChanged: { addListener: () => undefined, removeListener: () => undefined }
  }
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
  } catch (error) {
    return error instanceof FixpointError ? error.code : 'no code'
  }
  return undefined
}

test('a browser that nobody manages has none of the settings', async () => {
  const area = managedArea({})
  expect([await managedServer(area).read(), await managedProjects(area).read(), await managedRing(area).read()]).toEqual([null, null, null])
})

test('a managed browser has them', async () => {
  const area = managedArea({ serverUrl: 'https://fixpoint.example.com/', projects: ['shop'], ring: 'early' })
  expect(await managedServer(area).read()).toBe('https://fixpoint.example.com')
  expect(await managedProjects(area).read()).toEqual(['shop'])
  expect(await managedRing(area).read()).toBe('early')
})

test.each(['http://fixpoint.example.com', 'javascript:alert(1)', '', 7])('the address %s counts as none', async serverUrl => {
  expect(await managedServer(managedArea({ serverUrl })).read()).toBeNull()
})

const SERVER = 'https://fixpoint.example.com'

test('a code or a link of the set server connects', () => {
  expect(invitationTo(SERVER, 'abcd-efgh')).toEqual({ serverUrl: SERVER, code: 'ABCD-EFGH' })
  expect(invitationTo(SERVER, `${SERVER}/pair#ABCD-EFGH`)).toEqual({ serverUrl: SERVER, code: 'ABCD-EFGH' })
})

test('a link to another server does not', () => {
  expect(codeOf(() => invitationTo(SERVER, 'https://evil.example.com/pair#ABCD-EFGH'))).toBe('server_url_invalid')
  expect(codeOf(() => invitationTo(SERVER, 'no code'))).toBe('pairing_code_invalid')
})

test('a project that the organisation does not offer is not shown', () => {
  const project = {
    projectId: 'shop',
    name: 'Shop',
    origins: ['https://shop.example.com'],
    branch: 'main',
    suggestions: [],
    masking: { selectors: [], patterns: [] }
  }
  const match = { status: 'matched', project } as const
  expect(offeredMatch(match, null)).toBe(match)
  expect(offeredMatch(match, ['checkout', 'shop'])).toBe(match)
  expect(offeredMatch(match, ['checkout'])).toMatchObject({ status: 'failed', failure: { code: 'origin_not_mapped' } })
  expect(offeredMatch({ status: 'none' }, ['checkout'])).toEqual({ status: 'none' })
})
