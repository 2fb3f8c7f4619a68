import { expect, test } from 'vitest'
import { PRICE_DIFF } from '../fixtures/proofs.ts'
import { parseUnifiedDiff } from './parse-unified-diff.ts'

test('reads files, counts and line numbers', () => {
  const [component, style] = parseUnifiedDiff(PRICE_DIFF)
  expect(component).toMatchObject({ path: 'src/components/PriceTag.tsx', status: 'modified', added: 4, removed: 2 })
  expect(style).toMatchObject({ path: 'src/styles/product.css', added: 0, removed: 5 })
  expect(component?.hunks[0]?.heading).toBe('interface PriceTagProps {')
  expect(component?.hunks[0]?.lines.slice(2, 7)).toEqual([
    { kind: 'context', text: expect.stringContaining('const text'), before: 10, after: 10 },
    { kind: 'removed', text: expect.stringContaining('isLong = '), before: 11, after: null },
    { kind: 'context', text: '  return (', before: 12, after: 11 },
    { kind: 'removed', text: expect.stringContaining('price--long'), before: 13, after: null },
    { kind: 'added', text: '    <span className="price">', before: null, after: 12 }
  ])
})

test('lines that look like headers belong to the hunk that counts them', () => {
  const [file, ...others] = parseUnifiedDiff('--- a/notes.md\n+++ b/notes.md\n@@ -1,2 +1,2 @@\n--- a/old\n+++ b/new\n diff --git a/x b/x\n')
  expect(others).toEqual([])
  expect(file?.hunks[0]?.lines.map(line => [line.kind, line.text])).toEqual([
    ['removed', '-- a/old'],
    ['added', '++ b/new'],
    ['context', 'diff --git a/x b/x']
  ])
})

test.each([
  ['added', 'diff --git a/new.ts b/new.ts\nnew file mode 100644\n--- /dev/null\n+++ b/new.ts\n@@ -0,0 +1 @@\n+x', 'new.ts'],
  ['deleted', 'diff --git a/old.ts b/old.ts\ndeleted file mode 100644\n--- a/old.ts\n+++ /dev/null\n@@ -1 +0,0 @@\n-x', 'old.ts'],
  ['renamed', 'diff --git a/a b.ts b/c d.ts\nsimilarity index 100%\nrename from a b.ts\nrename to c d.ts', 'c d.ts'],
  ['modified', 'diff --git a/logo.png b/logo.png\nindex 1..2 100644\nBinary files a/logo.png and b/logo.png differ', 'logo.png']
])('a file that was %s', (status, text, path) => {
  expect(parseUnifiedDiff(text)).toMatchObject([{ status, path, isBinary: path === 'logo.png' }])
})

test('paths that git quotes are read as UTF-8', () => {
  const [file] = parseUnifiedDiff('diff --git "a/gr\\303\\274n \\"x\\".ts" "b/gr\\303\\274n \\"x\\".ts"\nnew file mode 100644')
  expect(file?.path).toBe('grün "x".ts')
})

test('a missing newline at the end is a note', () => {
  const [file] = parseUnifiedDiff('--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file')
  expect(file?.hunks[0]?.lines.map(line => line.kind)).toEqual(['removed', 'note', 'added', 'note'])
})

test('what is no diff gives nothing, and a broken one what can be read', () => {
  expect(parseUnifiedDiff('hello\n+ world')).toEqual([])
  expect(parseUnifiedDiff('')).toEqual([])
  expect(parseUnifiedDiff('--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n a\ngarbage')[0]?.hunks[0]?.lines).toHaveLength(1)
})
