import { expect, test } from 'vitest'
import { parseFileChanges } from './file-changes.ts'

const NONE = '0'.repeat(40)
const SOME = 'a'.repeat(40)

test('reads what git tells of each kind of change', () => {
  const output = [
    `:000000 100644 ${NONE} ${SOME} A`,
    'new.ts',
    `:100644 000000 ${SOME} ${NONE} D`,
    'gone.ts',
    `:100644 100755 ${SOME} ${SOME} M`,
    'with\ttab.ts',
    `:100644 100644 ${SOME} ${SOME} R087`,
    'old.ts',
    'moved.ts',
    `:100644 120000 ${SOME} ${SOME} T`,
    'link',
    `:100644 100644 ${SOME} ${SOME} M`,
    'picture.png',
    '3\t0\tnew.ts',
    '0\t5\tgone.ts',
    '1\t1\twith\ttab.ts',
    '2\t1\t',
    'old.ts',
    'moved.ts',
    '1\t1\tlink',
    '-\t-\tpicture.png',
    ''
  ].join('\0')
  expect(parseFileChanges(Buffer.from(output))).toEqual([
    { path: 'new.ts', status: 'added', added: 3, removed: 0 },
    { path: 'gone.ts', status: 'deleted', added: 0, removed: 5 },
    { path: 'with\ttab.ts', status: 'modified', added: 1, removed: 1 },
    { path: 'moved.ts', previousPath: 'old.ts', status: 'renamed', added: 2, removed: 1 },
    { path: 'link', status: 'modified', added: 1, removed: 1 },
    { path: 'picture.png', status: 'modified', added: null, removed: null }
  ])
})

test('reads nothing from nothing', () => {
  expect(parseFileChanges(Buffer.alloc(0))).toEqual([])
})
