import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UpdateEvent } from './events.ts'
import { openLedger } from './ledger.ts'

const at = new Date('2026-11-21T10:00:00Z')
const halted = (reason: string): UpdateEvent => ({ type: 'ring.halted', extensionId: 'a'.repeat(32), ring: 'all', reason })

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixpoint-ledger-'))
  path = join(folder, 'audit.jsonl')
})
afterEach(() => rm(folder, { recursive: true }))

async function writeThree(): Promise<string> {
  const ledger = await openLedger(path)
  for (const reason of ['one', 'two', 'three']) await ledger.append('ada', at, [halted(reason)])
  return await readFile(path, 'utf8')
}

describe('openLedger', () => {
  it('reads back what was written, and goes on after it', async () => {
    await writeThree()
    const ledger = await openLedger(path)
    expect(ledger.entries.map(({ seq, who, events }) => [seq, who, events])).toEqual(
      ['one', 'two', 'three'].map((reason, index) => [index + 1, 'ada', [halted(reason)]])
    )
    const fourth = await ledger.append('grace', at, [halted('four')])
    expect(fourth.previous).toBe(ledger.entries[2]?.hash)
    expect((await openLedger(path)).head).toBe(fourth.hash)
  })

  it('drops a last line that was not written whole, and nothing else', async () => {
    const text = await writeThree()
    await appendFile(path, '{"seq":4,"at"')
    expect((await openLedger(path)).entries).toHaveLength(3)
    expect(await readFile(path, 'utf8')).toBe(text)
  })

  it('goes on after a line that could not be written whole', async () => {
    let isFull = false
    const ledger = await openLedger(path, async (file, text) => {
      await appendFile(file, isFull ? text.slice(0, 20) : text)
      if (isFull) throw new Error('no space')
    })
    await ledger.append('ada', at, [halted('one')])
    isFull = true
    for (const reason of ['lost', 'lost too']) await expect(ledger.append('ada', at, [halted(reason)])).rejects.toThrow('no space')
    isFull = false
    await ledger.append('ada', at, [halted('two')])
    expect((await openLedger(path)).entries.map(({ events }) => events)).toEqual([[halted('one')], [halted('two')]])
  })

  it('names the first line that was changed, removed, moved or put in', async () => {
    const [one = '', two = '', three = ''] = (await writeThree()).trimEnd().split('\n')
    const tampered: [string[], number][] = [
      [[one, two.replace('two', 'TWO'), three], 2],
      [[one.replace('"who":"ada"', '"who":"eve"'), two, three], 1],
      [[two, three], 1],
      [[one, three], 2],
      [[one, three, two], 2],
      [[one, one, two, three], 2],
      [[one, '{}', two, three], 2],
      [[one, two, three.replace('"seq":3', '"seq": 3')], 3],
      [[one, 'no json', three], 2]
    ]
    for (const [lines, line] of tampered) {
      await writeFile(path, `${lines.join('\n')}\n`)
      await expect(openLedger(path)).rejects.toMatchObject({
        code: 'audit_broken',
        message: `Line ${line} of the audit log has been changed.`
      })
    }
  })

  it('notices every changed character of a line', async () => {
    const text = await writeThree()
    const start = text.indexOf('\n') + 1
    for (let index = start; index < text.indexOf('\n', start); index++) {
      const changed = text.slice(0, index) + (text[index] === '0' ? '1' : '0') + text.slice(index + 1)
      await writeFile(path, changed)
      await expect(openLedger(path)).rejects.toMatchObject({ code: 'audit_broken' })
    }
  })
})
