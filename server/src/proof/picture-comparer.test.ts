import { setTimeout as delay } from 'node:timers/promises'
import { PNG } from 'pngjs'
import { afterEach, describe, expect, it } from 'vitest'
import { createPictureComparer, type PictureComparer } from './picture-comparer.ts'

let comparer: PictureComparer
afterEach(() => comparer.close())

describe('the thread that compares pictures', () => {
  it('answers each question with its own pictures', async () => {
    comparer = createPictureComparer()
    const [same, other] = await Promise.all([
      comparer.compare(plain(0), plain(0)),
      comparer.compare(plain(0), plain(255)),
      expect(comparer.compare(Buffer.from('no picture'), plain(0))).rejects.toThrow()
    ])
    expect(same.changedPixels).toBe(0)
    expect(other.changedPixels).toBe(16)
  })

  it('is there again after it has ended for want of work', async () => {
    comparer = createPictureComparer({ idleMs: 0 })
    for (let round = 0; round < 3; round++) {
      const [first, second] = await Promise.all([comparer.compare(plain(0), plain(255)), comparer.compare(plain(255), plain(255))])
      expect([first.changedPixels, second.changedPixels]).toEqual([16, 0])
      await delay(20)
    }
  })

  it('lets nobody wait for ever when the server closes', async () => {
    comparer = createPictureComparer()
    const answer = comparer.compare(plain(0), plain(255))
    const refused = expect(answer).rejects.toThrow('closing')
    await comparer.close()
    await refused
  })
})

/** A grey square of 4 × 4. */
function plain(shade: number): Buffer {
  const picture = new PNG({ width: 4, height: 4 })
  picture.data.fill(shade)
  for (let alpha = 3; alpha < picture.data.length; alpha += 4) picture.data[alpha] = 255
  return PNG.sync.write(picture)
}
