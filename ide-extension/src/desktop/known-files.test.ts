import { expect, it } from 'vitest'
import { KnownFiles } from './known-files.ts'

const file = { kind: 'file', isLink: false, bytes: 1, modifiedMs: 1, createdMs: 1 } as const
const folder = { ...file, kind: 'folder' } as const

function known(isWatched: boolean) {
  let now = 0
  const files = new KnownFiles(() => now)
  files.isWatched = isWatched
  files.learn([
    { path: '', entries: [{ name: 'src', ...folder }] },
    { path: 'src', entries: [{ name: 'a.ts', ...file }] }
  ])
  return { files, wait: (ms: number) => (now += ms) }
}

it('knows what was listed, and what is not in it', () => {
  const { files } = known(true)
  expect(files.stat('src/a.ts')).toEqual(file)
  expect(files.stat('src/b.ts')).toBe('absent')
  expect(files.stat('node_modules/b/package.json')).toBe('absent')
  files.note('other', folder)
  expect(files.stat('other/b.ts')).toBeUndefined()
  files.remove('other')
  expect([...(files.list('') ?? [])]).toEqual([['src', folder]])
})

it('believes it for ever only where it hears of changes', () => {
  const [watched, unwatched] = [known(true), known(false)]
  for (const { wait } of [watched, unwatched]) wait(2_001)
  expect(watched.files.list('src')).toBeDefined()
  expect(unwatched.files.list('src')).toBeUndefined()
})

it('asks again for what has changed, and for no more than that', () => {
  const { files } = known(true)
  files.hear([{ path: 'src/a.ts', change: 'changed' }])
  expect(files.stat('src/a.ts')).toBeUndefined()
  expect(files.list('src')?.has('a.ts')).toBe(true)
  files.note('src/a.ts', { ...file, bytes: 2 })
  expect(files.stat('src/a.ts')).toMatchObject({ bytes: 2 })
  files.hear([{ path: 'src/new.ts', change: 'created' }])
  expect(files.list('src')).toBeUndefined()
  expect(files.list('')).toBeDefined()
})

it('forgets a folder with all that was in it', () => {
  const { files } = known(true)
  files.hear([{ path: 'src', change: 'removed' }])
  expect(files.stat('src')).toBe('absent')
  expect(files.list('src')).toBeUndefined()
})

it('has a linked folder by its own path too', () => {
  const { files } = known(true)
  files.learnAt('link', [
    { path: 'src', entries: [{ name: 'deep', ...folder }] },
    { path: 'src/deep', entries: [{ name: 'b.ts', ...file }] }
  ])
  expect(files.list('link')?.has('deep')).toBe(true)
  expect(files.stat('link/deep/b.ts')).toEqual(file)
  expect(files.stat('src/deep/b.ts')).toEqual(file)
})
