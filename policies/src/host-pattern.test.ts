import { describe, expect, it } from 'vitest'
import { faultOfHostPattern } from './host-pattern.ts'

describe('a host pattern', () => {
  it.each([
    'https://example.com',
    '*://*',
    'http://localhost:5173',
    'https://*.example.com',
    '*://*.example.com:*',
    'https://[::1]:8080',
    'https://my_host'
  ])('%s is accepted', pattern => expect(faultOfHostPattern(pattern)).toBeNull())

  it.each([
    'example.com',
    'https://',
    'https://example.com/',
    'https://example.com/*',
    'https://example.com?x',
    'https://exa*mple.com',
    'https://*example.com',
    'https://example.*',
    'https://example.com:0',
    'https://example.com:99999',
    'https://example.com:',
    'chrome://settings',
    'https://user@example.com',
    'https://exam ple.com',
    'https://-example.com',
    '<all_urls>',
    ''
  ])('%s is refused', pattern => expect(faultOfHostPattern(pattern)).toMatch(/./))
})
