import { FixpointError } from '@fixpoint/protocol'
import { expect, test } from 'vitest'
import { isOnThisMachine, pairingLinkInHash, parseCode, parsePairingLink, parseServerUrl } from './pairing.ts'

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
  } catch (error) {
    return error instanceof FixpointError ? error.code : 'no code'
  }
  return undefined
}

test.each([
  ['http://127.0.0.1:4700', 'http://127.0.0.1:4700'],
  ['127.0.0.1:4700', 'http://127.0.0.1:4700'],
  ['localhost:4700/', 'http://localhost:4700'],
  ['http://[::1]:4700/x', 'http://[::1]:4700'],
  [' https://fixpoint.example.com/pair#x ', 'https://fixpoint.example.com'],
  ['fixpoint.example.com', 'https://fixpoint.example.com'],
  ['https://FIXPOINT.example:8443', 'https://fixpoint.example:8443']
])('%s means %s', (typed, origin) => {
  expect(parseServerUrl(typed)).toBe(origin)
})

test.each([
  '',
  '  ',
  'http://fixpoint.example.com',
  'http://10.0.0.5:4700',
  'http://127.0.0.1.evil.example',
  'ftp://127.0.0.1',
  'javascript://127.0.0.1/%0aalert(1)',
  'https://user:secret@fixpoint.example',
  'https://',
  'not an address'
])('“%s” is refused', typed => {
  expect(codeOf(() => parseServerUrl(typed))).toBe('server_url_invalid')
})

test('a pairing link has server and code', () => {
  expect(parsePairingLink('http://127.0.0.1:4700/pair#ABCD-EFGH')).toEqual({ serverUrl: 'http://127.0.0.1:4700', code: 'ABCD-EFGH' })
  expect(parsePairingLink(' https://fixpoint.example/pair/#abcd%20efgh ')).toEqual({
    serverUrl: 'https://fixpoint.example',
    code: 'ABCD EFGH'
  })
})

test('other texts are no pairing link', () => {
  for (const text of ['ABCD-EFGH', 'http://127.0.0.1:4700/', 'http://127.0.0.1:4700/pair', 'http://127.0.0.1:4700/other#ABCD-EFGH', '']) {
    expect(parsePairingLink(text)).toBeNull()
  }
})

test('a link to a server that may not be used, or with a broken code, is refused', () => {
  expect(codeOf(() => parsePairingLink('http://evil.example/pair#ABCD-EFGH'))).toBe('server_url_invalid')
  expect(codeOf(() => parsePairingLink('http://127.0.0.1:4700/pair#ABC'))).toBe('pairing_code_invalid')
  expect(codeOf(() => parsePairingLink('http://127.0.0.1:4700/pair#%E0%A4'))).toBe('pairing_code_invalid')
})

test.each(['ABCD-EFGH', 'abcd efgh', 'ABCDEFGH', ' 2345-6789 '])('“%s” can be a code', text => {
  expect(parseCode(text)).toBe(text.trim().toUpperCase())
})

test.each(['', 'ABCD', 'ABCD-EFGHI', 'ABCD_EFGH', 'ÄBCD-EFGH', '<img>-EFGH'])('“%s” cannot', text => {
  expect(codeOf(() => parseCode(text))).toBe('pairing_code_invalid')
})

test('a page’s address can bring a link', () => {
  expect(pairingLinkInHash(`#pair=${encodeURIComponent('http://127.0.0.1:4700/pair#ABCD-EFGH')}`)).toBe(
    'http://127.0.0.1:4700/pair#ABCD-EFGH'
  )
  expect(pairingLinkInHash('')).toBeNull()
  expect(pairingLinkInHash('#other=1')).toBeNull()
})

test('what runs on this machine', () => {
  expect(['http://127.0.0.1:4700', 'http://localhost:1', 'http://[::1]:2'].every(isOnThisMachine)).toBe(true)
  expect(['https://fixpoint.example', 'https://localhost.evil.example', 'nonsense'].some(isOnThisMachine)).toBe(false)
})
