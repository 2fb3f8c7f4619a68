import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { countMemoryKills, ranOutOfMemory } from './memory-kills.ts'

test.each([
  ['version 2', 'low 0\nhigh 0\nmax 41\noom 2\noom_kill 2\noom_group_kill 0\n', 2],
  ['version 1', 'oom_kill_disable 0\nunder_oom 0\noom_kill 7\n', 7],
  ['an old kernel', 'oom_kill_disable 0\nunder_oom 0\n', null]
])('reads the counter of control groups %s', async (_, content, expected) => {
  const file = join(await temporaryFolder(), 'counter')
  await writeFile(file, content)
  expect(await countMemoryKills(['/nowhere', file])).toBe(expected)
})

test('there may be no counter', async () => {
  expect(await countMemoryKills(['/nowhere'])).toBeNull()
})

const ok = { exitCode: 0, signal: null }
const killed = { exitCode: null, signal: 'SIGKILL' }
const childKilled = { exitCode: 137, signal: null }
const failed = { exitCode: 1, signal: null }

test.each([
  ['a success', ok, 0, 1, false],
  ['a kill that the kernel counted', killed, 0, 1, true],
  ['a program that failed because its child was ended', failed, 3, 4, true],
  ['a kill that the kernel did not count', killed, 1, 1, false],
  ['a status of 137 without a count', childKilled, 1, 1, false],
  ['a status of 137 where nothing is counted', childKilled, null, null, true],
  ['a failure where nothing is counted', failed, null, null, false]
])('judges %s', (_, exit, before, after, expected) => {
  expect(ranOutOfMemory(exit, before, after)).toBe(expected)
})
