import { expect, test } from 'vitest'
import { linkTarget, safeLink } from './safe-link.ts'

test.each(['https://example.com/a?b#c', 'http://localhost:5173/', 'mailto:ada@example.com'])('%s is a link', address => {
  expect(safeLink(address)?.href).toBe(address)
})

test.each([
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://example.com/1',
  'chrome://settings',
  'https://bank.example@evil.example/',
  'src/App.tsx',
  '//evil.example/x',
  '',
  undefined
])('%s is not', address => {
  expect(safeLink(address)).toBeUndefined()
})

test('a link’s target is its host with port, or the mail address', () => {
  const target = (address: string) => linkTarget(new URL(address))
  expect(target('https://user.example:8443/a/b')).toBe('user.example:8443')
  expect(target('mailto:ada@example.com')).toBe('ada@example.com')
})
