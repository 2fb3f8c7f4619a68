import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseEntryChanges } from './entry-changes.ts'
import { createProjectRepository } from './project-repository.ts'
import { createRemote } from './remote.ts'

let folder: string
const work = () => join(folder, 'work')
const run = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.com', ...args], { cwd: work(), encoding: 'latin1' }).trim()
const commit = (message: string) => {
  run('add', '--all')
  run('commit', '--quiet', '--message', message)
  return run('rev-parse', 'HEAD')
}
/** Names that are hard on whoever reads git's output. */
const HARD_NAMES = ['tab\there', 'line\nbreak', '"quoted"', ' leading', '-dash', 'ünï\u202ecode', '$(id)', ':colon', 'a\\b']

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fixpoint-entries-'))
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', work()])
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('entries', () => {
  it('put back what two commits differ in, whatever the files are called', async () => {
    for (const name of HARD_NAMES) writeFileSync(join(work(), name), 'one\n')
    // Not UTF-8, as file names need not be.
    writeFileSync(Buffer.concat([Buffer.from(`${work()}/`), Buffer.from([0xff, 0xfe, 0x41])]), 'one\n')
    writeFileSync(join(work(), 'later.css'), 'one\n')
    const before = commit('before')
    for (const name of HARD_NAMES.slice(1)) writeFileSync(join(work(), name), 'two\n')
    rmSync(join(work(), HARD_NAMES[0] ?? ''))
    writeFileSync(Buffer.concat([Buffer.from(`${work()}/`), Buffer.from([0xff, 0xfe, 0x41])]), 'two\n')
    writeFileSync(join(work(), 'new'), 'new\n')
    const after = commit('after')
    writeFileSync(join(work(), 'later.css'), 'two\n')
    const later = commit('later')
    execFileSync('git', ['clone', '--quiet', '--bare', work(), join(folder, 'remote.git')])
    const own = createProjectRepository({
      path: join(folder, 'own.git'),
      remote: createRemote({ path: join(folder, 'remote.git') }, { allowedHosts: [], token: () => undefined }),
      timeoutMs: 30_000,
      maxBytes: 1e9
    })
    await own.fetchBranch()
    const changes = await own.entryChanges(before, after)
    expect(changes.size).toBe(HARD_NAMES.length + 2)
    const restores = new Map([...changes].map(([path, change]) => [path, change.before]))
    const options = { parent: later, message: 'Undo', author: { name: 'Ada', email: 'ada@example.com' }, date: '2026-01-01T00:00:00.000Z' }
    const undone = await own.createEntriesCommit(restores, options)
    expect((await own.changes(before, undone)).map(file => file.path)).toEqual(['later.css'])
    expect(await own.createEntriesCommit(restores, options)).toBe(undone)
    const folderAtFile = new Map([['later.css/inside', { mode: '100644', id: changes.get('-dash')?.before?.id ?? '' }]])
    await expect(own.createEntriesCommit(folderAtFile, options)).rejects.toMatchObject({ code: 'undo_conflict' })
  })

  it('are not guessed from what cannot be read', () => {
    expect(() => parseEntryChanges('100644 blob\0path\0')).toThrow(/diff-tree/)
  })
})
