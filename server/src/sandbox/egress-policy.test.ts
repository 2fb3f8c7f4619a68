import { describe, expect, test } from 'vitest'
import { allowListFrom, findEntry, parseTarget, usableAddresses } from './egress-policy.ts'

describe('parseTarget', () => {
  test.each([
    ['registry.example:443', 'registry.example', 443],
    ['Registry.EXAMPLE:443', 'registry.example', 443],
    ['a-b.c_d.example:8443', 'a-b.c_d.example', 8443],
    ['localhost:3000', 'localhost', 3000],
    ['xn--mnchen-3ya.example:443', 'xn--mnchen-3ya.example', 443],
    ['10.1.2.3:443', '10.1.2.3', 443]
  ])('%s is a host and a port', (authority, host, port) => expect(parseTarget(authority)).toEqual({ host, port }))

  test.each([
    ['', 'nothing'],
    ['allowed.example', 'no port'],
    ['allowed.example:', 'an empty port'],
    ['allowed.example:0', 'port zero'],
    ['allowed.example:65536', 'a port too large'],
    ['allowed.example:0443', 'a port with a leading zero'],
    ['allowed.example:+443', 'a signed port'],
    ['allowed.example:443 ', 'a trailing space'],
    ['allowed.example:44３', 'a full-width digit'],
    ['allowed.example.:443', 'a trailing dot'],
    ['.allowed.example:443', 'a leading dot'],
    ['allowed..example:443', 'an empty label'],
    ['allowed.example\u0000.evil.example:443', 'a NUL'],
    ['allowed.example%00.evil.example:443', 'an escaped NUL'],
    ['allowed.example\r\nHost: evil:443', 'a line break'],
    ['user@allowed.example:443', 'a user'],
    ['evil.example#allowed.example:443', 'a fragment'],
    ['evil.example/allowed.example:443', 'a path'],
    ['evil.example\\allowed.example:443', 'a backslash'],
    ['https://allowed.example:443', 'a scheme'],
    ['аllowed.example:443', 'a Cyrillic letter'],
    ['ａllowed.example:443', 'a full-width letter'],
    ['allowed。example:443', 'an ideographic full stop'],
    ['①②⑦.⓪.⓪.①:443', 'circled digits'],
    ['[::1]:443', 'an IPv6 address'],
    ['[::ffff:127.0.0.1]:443', 'a mapped address'],
    ['2130706433:443', 'an address as a number'],
    ['0x7f000001:443', 'an address in hex'],
    ['0x7f.1:443', 'a short address in hex'],
    ['0177.0.0.1:443', 'an address in octal'],
    ['127.1:443', 'a short address'],
    ['1.2.3.4.5:443', 'five numbers'],
    ['-a.example:443', 'a label that begins with a hyphen'],
    [`${'a'.repeat(64)}.example:443`, 'a label too long'],
    [`${'a.'.repeat(127)}example:443`, 'a name too long']
  ])('%j (%s) is no target', authority => expect(parseTarget(authority)).toBeUndefined())
})

describe('findEntry', () => {
  const list = allowListFrom(['Registry.Example', { host: 'git.example', port: 9418 }])

  test('admits exactly what is on the list', () => {
    expect(findEntry({ host: 'registry.example', port: 443 }, list)).toMatchObject({ host: 'registry.example' })
    expect(findEntry({ host: 'git.example', port: 9418 }, list)).toMatchObject({ port: 9418 })
  })

  test.each(['evil.example', 'sub.registry.example', 'registry.example.evil.example', 'egistry.example', 'example'])('refuses %s', host =>
    expect(findEntry({ host, port: 443 }, list)).toBe('not_on_list')
  )

  test('refuses another port of a host on the list', () => {
    expect(findEntry({ host: 'registry.example', port: 80 }, list)).toBe('port_not_allowed')
    expect(findEntry({ host: 'git.example', port: 443 }, list)).toBe('port_not_allowed')
  })

  test('admits nothing where the list is empty', () => {
    expect(findEntry({ host: 'registry.example', port: 443 }, [])).toBe('not_on_list')
  })
})

describe('allowListFrom', () => {
  test.each(['*', '*.example', 'https://registry.example', 'registry.example:443', 'registry.example.', '[::1]', '0x7f.1', 'a b'])(
    'refuses %s, which is no exact host',
    host => expect(() => allowListFrom([host])).toThrow(expect.objectContaining({ code: 'config_invalid', field: 'allowedHosts' }))
  )
})

describe('usableAddresses', () => {
  const [open] = allowListFrom(['host.example'])
  const [inside] = allowListFrom([{ host: 'host.example', resolvesPrivately: true }])
  const all = ['8.8.8.8', '10.0.0.1', '203.0.113.80', '127.0.0.1', '169.254.169.254', '::1', 'fd00:ec2::254', '64:ff9b::808:808'].map(
    address => ({
      address,
      family: address.includes(':') ? (6 as const) : (4 as const)
    })
  )
  const names = (list: { address: string }[]) => list.map(({ address }) => address)

  test('leaves only public addresses', () => {
    expect(names(usableAddresses(all, open ?? expect.unreachable()))).toEqual(['8.8.8.8'])
  })

  test('leaves private addresses to a host that is marked for it, and never loopback or metadata', () => {
    expect(names(usableAddresses(all, inside ?? expect.unreachable()))).toEqual(['8.8.8.8', '10.0.0.1', '203.0.113.80', '64:ff9b::808:808'])
  })
})
