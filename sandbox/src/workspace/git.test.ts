import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { SourceRepository } from '../testing/source-repository.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { readBundle } from './bundle-reader.ts'
import { git } from './git.ts'

async function indexPack(body: AsyncIterable<Buffer>): Promise<string> {
  const folder = await temporaryFolder()
  execFileSync('git', ['init', '--quiet', folder])
  const input = await readBundle(body)
  if (input === undefined) throw new Error('there is no pack')
  const environment = { PATH: process.env['PATH'] ?? '' }
  return (await git(['index-pack', '--stdin', '--strict'], { folder, environment, input })).toString()
}

test('git may close its input when it has read a whole pack, before the upload is seen to end', async () => {
  const bundle = (await SourceRepository.make({ 'a.txt': 'a\n' })).bundle('main')
  const printed = await indexPack(
    (async function* () {
      yield bundle
      await delay(500)
    })()
  )
  expect(printed).toMatch(/^pack\t[0-9a-f]{40}\n$/)
})

test('an upload that breaks is a fault, with its reason', async () => {
  const bundle = (await SourceRepository.make({ 'a.txt': 'a\n' })).bundle('main')
  const broken = indexPack(
    (async function* () {
      yield bundle.subarray(0, bundle.length - 40)
      await delay(100)
      throw new Error('the connection broke')
    })()
  )
  await expect(broken).rejects.toThrow('the connection broke')
})
