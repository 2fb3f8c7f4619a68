import { describe, expect, it } from 'vitest'
import { redactAddress } from './addresses.ts'
import type { RedactionCounts } from './secrets.ts'

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc_def'

describe('redactAddress', () => {
  it.each([
    ['https://shop.example/?token=abc&page=2', 'https://shop.example/?token=redacted&page=2'],
    ['https://shop.example/?accessToken=abc', 'https://shop.example/?accessToken=redacted'],
    ['https://shop.example/?api_key=abc', 'https://shop.example/?api_key=redacted'],
    ['https://shop.example/?X-Amz-Signature=abc', 'https://shop.example/?X-Amz-Signature=redacted'],
    ['https://shop.example/#access_token=abc&state=x', 'https://shop.example/#access_token=redacted&state=x'],
    ['https://shop.example/#/reset?token=abc', 'https://shop.example/#/reset?token=redacted'],
    ['https://me:pass@shop.example/a', 'https://shop.example/a'],
    [`https://shop.example/verify/${jwt}`, 'https://shop.example/verify/redacted'],
    [`https://shop.example/?q=${jwt}`, 'https://shop.example/?q=redacted'],
    ['https://shop.example/cb?code=4f0AX4XfWh1234567890', 'https://shop.example/cb?code=redacted']
  ])('%s', (address, expected) => {
    const counts: RedactionCounts = {}
    expect(redactAddress(address, counts)).toBe(expected)
    expect(Object.values(counts).reduce((a, b) => a + b, 0)).toBe(1)
  })

  it.each([
    'https://shop.example/products?sort=price&keyword=mug&code=SUMMER',
    'http://localhost:5173/products/blue-mug?size=2#reviews',
    'https://shop.example/a%20b?q=50%25&r=%zz',
    'https://shop.example/'
  ])('leaves ordinary addresses as they are: %s', address => {
    expect(redactAddress(address, {})).toBe(address)
  })

  it.each([
    ['https://shop.example/?q=my+private+illness&page=2', 'https://shop.example/?q=redacted&page=2'],
    ['https://shop.example/?q=my%20private%20illness', 'https://shop.example/?q=redacted'],
    ['https://shop.example/search/Ann%20Lee/', 'https://shop.example/search/redacted/'],
    ['https://shop.example/#/find?name=Ann+Lee', 'https://shop.example/#/find?name=redacted'],
    ['https://shop.example/?q=my+private+illnesses', 'https://shop.example/?q=my+private+illnesses']
  ])('takes out what stands in a field of the page: %s', (address, expected) => {
    expect(redactAddress(address, {}, new Set(['my private illness', 'Ann Lee']))).toBe(expected)
  })
})
