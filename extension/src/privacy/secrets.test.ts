import { describe, expect, it } from 'vitest'
import { containsSecret, mayHoldSecrets, type RedactionCounts, redactSecrets, secretSpans } from './secrets.ts'

// Made up for these tests; put together so that scanners of repositories do not take them for real ones.
const planted: [string, string][] = [
  ['jwt', `eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIxMjM0NTY3ODkwIn0'}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`],
  ['aws key', `AKIA${'IOSFODNN7EXAMPLE'}`],
  ['aws key', `wJalrXUtnFEMI/${'K7MDENG/bPxRfiCYEXAMPLEKEY'}`],
  ['github token', `ghp_${'16C7e42F292c6912E7710c838347Ae178B4a'}`],
  ['github token', `github_pat_${'11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz'}`],
  ['gitlab token', `glpat-${'xxxxxx-1234567890abcd'}`],
  ['slack token', `xoxb-${'123456789012-abcdefghijkl'}`],
  ['google key', `AIza${'SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY'}`],
  ['stripe key', `sk_live_${'4eC39HqLyjWDarjtT1zdp7dc'}`],
  ['model provider key', `sk-ant-${'api03-abcdefghijklmnop1234'}`],
  ['npm token', `npm_${'abcdefghijklmnopqrstuvwxyz0123456789'}`],
  ['private key', '-----BEGIN RSA PRIVATE KEY-----\nTUlJRXBB\n-----END RSA PRIVATE KEY-----'],
  ['card number', '4242 4242 4242 4242'],
  ['card number', '5555555555554444'],
  ['hexadecimal key', '9e107d9d372bb6826bd81d3542a419d6'],
  ['long token', 'Zx81kQ2mW9pLr4Tn7Vb3Yc6Hd5Jf0GsAqEuIoPMN-_x']
]

describe('mayHoldSecrets', () => {
  it.each([
    ...planted,
    ['bearer token', 'Authorization: Bearer abc123def456ghi'],
    ['basic credentials', 'authorization: basic dXNlcjpwYXNzd29yZA=='],
    ['address', 'postgres://admin:hunter2@db.internal/shop'],
    ['named', 'passphrase = hunter2!'],
    ['named', '{"client_secret":"t0ps3cret"}'],
    ['a digit at the end alone', `${'AbCdEfGhIj'.repeat(5)}1234`]
  ])('is true for a %s that stands between other words without a blank', (_, secret) => {
    expect(mayHoldSecrets(`Made by hand${secret}in a workshop`)).toBe(true)
    expect(mayHoldSecrets(`${'x'.repeat(30_000)}${secret}${'x'.repeat(30_000)}`)).toBe(true)
  })

  it.each([
    'Add to cartDetailslinen apron 12Made by hand in a small workshop, one at a time.12.00 EUR'.repeat(200),
    'HomeAboutContactPricingDocumentationChangelogCareersImprintPrivacyTermsOfServiceSupportCommunity',
    'Order 2024-11-21, 3 items, $1,234.56Call +49 30 1234567',
    'width: 100%; color: #fff; background: url(/pictures/a.png)'
  ])('is false for what pages are full of', text => {
    expect(mayHoldSecrets(text)).toBe(false)
  })
})

describe('redactSecrets', () => {
  it.each(planted)('finds a %s: %s', (kind, secret) => {
    const counts: RedactionCounts = {}
    const text = redactSecrets(`before ${secret} after`, counts)
    expect(text).toBe('before [redacted] after')
    expect(counts).toEqual({ [kind]: 1 })
  })

  it.each([
    ['Authorization: Bearer abc123def456ghi', 'Authorization: Bearer [redacted]'],
    ['postgres://admin:hunter2@db.internal/shop', 'postgres://admin:[redacted]@db.internal/shop'],
    ['password: hunter2!', 'password: [redacted]'],
    ['api_key="k3y-with-d1gits"', 'api_key="[redacted]"'],
    ['{"token":"t0ps3cret"}', '{"token":"[redacted]"}']
  ])('keeps what names the secret: %s', (text, expected) => {
    expect(redactSecrets(text, {})).toBe(expected)
  })

  it.each([
    'Add to cart',
    'Order 2024-11-21, 3 items, $1,234.56',
    'Forgot your password? Reset it here.',
    'Password: at least eight characters',
    '550e8400-e29b-41d4-a716-446655440000',
    'src/components/checkout/ShippingAddressFormWithAutocomplete.tsx:120',
    'Call +49 30 1234567 or 0800 123 4567',
    '1234 5678 9012 3456',
    'Pinot noir: 12 bottles',
    'https://shop.example/products/blue-mug-with-a-very-long-name-that-goes-on-and-on',
    'Token ring networks of 1985',
    'Donaudampfschifffahrtsgesellschaftskapitaenswitwe'
  ])('leaves ordinary text alone: %s', text => {
    expect(redactSecrets(text, {})).toBe(text)
  })

  it('finds several in one text, in order', () => {
    const text = `a ${planted[0]?.[1]} b ${planted[3]?.[1]} c`
    expect(secretSpans(text).map(({ kind }) => kind)).toEqual(['jwt', 'github token'])
    expect(redactSecrets(text, {})).toBe('a [redacted] b [redacted] c')
  })

  it('does not find its own marks again', () => {
    expect(containsSecret(redactSecrets('password=hunter22 token: t0ken99', {}))).toBe(false)
  })

  it('stays fast on long hostile text', () => {
    const started = performance.now()
    redactSecrets(`${'a1-'.repeat(10_000)}${'4'.repeat(10_000)}${'eyJ'.repeat(5_000)}${'://a:'.repeat(3_000)}`, {})
    expect(performance.now() - started).toBeLessThan(4_000)
  })
})
