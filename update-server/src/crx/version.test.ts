import { expect, it } from 'vitest'
import { compareVersions, isVersion } from './version.ts'

it('knows Chrome’s versions', () => {
  for (const version of ['0', '1', '1.0', '1.2.3.4', '65535.65535.65535.65535']) expect(isVersion(version)).toBe(true)
  for (const version of ['', '.', '1.', '01', '1.2.3.4.5', '65536', '1.2.3.a', '-1', '1e3', ' 1', '1\n', '99999.1'])
    expect(isVersion(version)).toBe(false)
})

it('compares by number and takes missing parts for 0', () => {
  const ascending = ['0.0.0.0', '0.9', '1', '1.0.0.1', '1.2', '1.10', '2', '10']
  for (const [index, version] of ascending.entries()) {
    for (const [other, higher] of ascending.entries()) expect(Math.sign(compareVersions(version, higher))).toBe(Math.sign(index - other))
  }
  expect(compareVersions('1', '1.0.0.0')).toBe(0)
})
