import { expect, test } from 'vitest'
import { requireRoom } from './running-sandbox.ts'

const GB = 1024 ** 3

test('a sandbox that begins something needs room on the disk: what is kept free, but no more than a tenth', () => {
  expect(() => requireRoom({ free: 11 * GB, total: 500 * GB }, 10 * GB)).not.toThrow()
  expect(() => requireRoom({ free: 9 * GB, total: 500 * GB }, 10 * GB)).toThrow(
    'Docker’s disk has 9.0 GB left of 500.0 GB; 10.0 GB are kept free.'
  )
  expect(() => requireRoom({ free: 4 * GB, total: 30 * GB }, 10 * GB)).not.toThrow()
  expect(() => requireRoom({ free: 2 * GB, total: 30 * GB }, 10 * GB)).toThrow('3.0 GB are kept free')
  expect(() => requireRoom({ free: 0, total: 30 * GB }, 0)).not.toThrow()
})
