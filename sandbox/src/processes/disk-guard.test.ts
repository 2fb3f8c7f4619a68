import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { DiskGuard } from './disk-guard.ts'
import { diskSpace } from './disk-space.ts'

const MB = 1024 * 1024

let free: number
let bytes: number
let at: number
let measurements: number
let guard: DiskGuard

beforeEach(() => {
  free = 100_000 * MB
  bytes = 500 * MB
  at = 0
  measurements = 0
  guard = new DiskGuard({
    folders: ['/workspace'],
    limitBytes: 10_000 * MB,
    reserveBytes: 10_000 * MB,
    end: () => undefined,
    space: async () => ({ free, total: 200_000 * MB }),
    used: async () => {
      measurements += 1
      return bytes
    },
    now: () => at
  })
})

/** Half a second later: so much more in this sandbox, and on the whole disk. */
async function later(grown: number, elsewhere = 0): Promise<void> {
  at += 500
  bytes += grown * MB
  free -= (grown + elsewhere) * MB
  await guard.look()
}

describe('the disk of a sandbox', () => {
  it('is measured only where something is written', async () => {
    for (let look = 0; look < 100; look++) await later(1)
    expect(measurements).toBe(0)
    for (let look = 0; look < 10; look++) await later(200)
    expect(measurements).toBeGreaterThan(2)
    expect(guard.stops).toBe(0)
  })

  it('is not filled beyond the limit, at once or bit by bit', async () => {
    for (let look = 0; look < 20 && guard.stops === 0; look++) await later(1_000)
    expect(guard.stops).toBe(1)
    expect(bytes).toBeLessThan(13_000 * MB)

    bytes = 9_000 * MB
    for (let look = 0; look < 1_000 && guard.stops === 1; look++) await later(10)
    expect(guard.stops).toBe(2)
    expect(bytes).toBeLessThan(11_000 * MB)
  })

  it('can be tidied up when it is over the limit', async () => {
    await later(0)
    await later(300)
    bytes = 15_000 * MB
    await later(300)
    expect(guard.stops).toBe(1)
    for (let look = 0; look < 10; look++) await later(-200)
    expect(guard.stops).toBe(1)
  })

  it('ends what fills the last of the machine’s disk, and nobody else', async () => {
    free = 9_000 * MB
    // Others fill it.
    for (let look = 0; look < 20; look++) await later(0, 100)
    expect(guard.stops).toBe(0)
    free = 9_000 * MB
    for (let look = 0; look < 5 && guard.stops === 0; look++) await later(100)
    expect(guard.stops).toBe(1)
  })

  it('is measured with what is really there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fixpoint-disk-'))
    try {
      const before = await diskSpace(folder)
      expect(before.free).toBeGreaterThan(0)
      expect(before.total).toBeGreaterThan(before.free)
      let ended = 0
      const real = new DiskGuard({ folders: [folder], limitBytes: 40 * MB, reserveBytes: 0, end: () => (ended += 1) })
      const write = (name: string) => {
        execFileSync('dd', ['if=/dev/zero', `of=${join(folder, name)}`, 'bs=1M', 'count=30', 'conv=fsync'], { stdio: 'ignore' })
      }
      await real.look()
      write('first')
      await real.look()
      expect(ended).toBe(0)
      // A file that is removed while it is open takes its place all the same.
      const open = openSync(join(folder, 'second'), 'w')
      write('second')
      unlinkSync(join(folder, 'second'))
      await real.look()
      expect(ended).toBe(1)
      closeSync(open)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
