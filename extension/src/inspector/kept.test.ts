import { describe, expect, it } from 'vitest'
import { Kept } from './kept.ts'

describe('Kept', () => {
  const kept = (room: number) => {
    const loads: string[] = []
    const texts = new Kept<string>(room, text => text.length)
    const get = (key: string, text: string | null = key) =>
      texts.get(key, async () => {
        loads.push(key)
        return text
      })
    return { loads, get }
  }

  it('loads each thing once while there is room', async () => {
    const { loads, get } = kept(10)
    expect(await Promise.all([get('aaa'), get('aaa'), get('bbb')])).toEqual(['aaa', 'aaa', 'bbb'])
    expect(await get('aaa')).toBe('aaa')
    expect(loads).toEqual(['aaa', 'bbb'])
  })

  it('leaves what was not used for the longest time, and never refuses', async () => {
    const { loads, get } = kept(10)
    await get('aaaa')
    await get('bbbb')
    await get('aaaa')
    await get('cccc')
    await get('aaaa')
    expect(loads).toEqual(['aaaa', 'bbbb', 'cccc'])
    await get('bbbb')
    expect(loads).toEqual(['aaaa', 'bbbb', 'cccc', 'bbbb'])
    expect(await get('larger than the room')).toBe('larger than the room')
    for (let index = 0; index < 1_000; index++) expect(await get(`file ${index}`)).toBe(`file ${index}`)
  })

  it('asks again for what did not come', async () => {
    const { loads, get } = kept(10)
    expect(await get('a', null)).toBeNull()
    expect(await get('a', 'now')).toBe('now')
    expect(loads).toEqual(['a', 'a'])
  })
})
