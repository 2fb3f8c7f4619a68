import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fixOf, seededBugs } from './bugs.ts'
import { editsOf } from './unified-diff.ts'

const readShopFile = (path: string) => readFileSync(new URL(`../shop/${path}`, import.meta.url), 'utf8')

describe.each(seededBugs)('the seeded bug $id', bug => {
  it('is in the shop, and its fix applies there and nowhere else in the file', () => {
    const source = readShopFile(bug.file)
    for (const { line, oldText, newText } of fixOf(bug)) {
      expect(source.split(oldText)).toHaveLength(2)
      expect(source.slice(0, source.indexOf(oldText)).split('\n')).toHaveLength(line)
      // Not so where the fix only takes lines away: then what is left was there all along.
      if (!oldText.includes(newText)) expect(source).not.toContain(newText)
    }
  })

  it('names its file in the diff', () => {
    expect(bug.diff.split('\n').slice(0, 2)).toEqual([`--- a/${bug.file}`, `+++ b/${bug.file}`])
  })

  it('names a component that the shop has', () => {
    expect(readShopFile(`src/components/${bug.component}.tsx`)).toContain(`export function ${bug.component}(`)
  })

  it('is not given away in the source', () => {
    expect(readShopFile(bug.file)).not.toMatch(/\b(bug|seeded|wrong|broken|fixme|todo)\b/i)
  })
})

describe('editsOf', () => {
  it('refuses a hunk that does not have the lines it says', () => {
    expect(() => editsOf('--- a/x\n+++ b/x\n@@ -1,2 +1,1 @@\n-a\n+b\n')).toThrow('does not have the lines it says')
    expect(() => editsOf('--- a/x\n+++ b/x\n')).toThrow('no hunk')
  })
})
