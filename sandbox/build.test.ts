import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { fileList } from '@fixpoint/protocol/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { SandboxClient } from './src/testing/sandbox-client.ts'
import { temporaryFolder } from './src/testing/temporary-folder.ts'

test('the bundle is one file that works on its own', async () => {
  const folder = await temporaryFolder()
  const bundle = join(folder, 'sandboxd.mjs')
  execFileSync(process.execPath, [join(import.meta.dirname, 'build.ts'), bundle])
  // Playwright is found beside it in the image, and nothing else is.
  const imported = [...(await readFile(bundle, 'utf8')).matchAll(/\bimport\(?"([^"]+)"/g)].map(match => match[1])
  expect(new Set(imported)).toEqual(new Set(['playwright-core']))

  const child = spawn(process.execPath, [bundle, 'serve'], {
    cwd: folder,
    env: { FIXPOINT_WORKSPACE: folder, PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'inherit']
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const client = new SandboxClient(Duplex.from({ readable: child.stdout, writable: child.stdin }), exited)
  client.session.on('error', () => {})
  expect((await client.send('GET', '/v1/health')).status).toBe(200)
  expect((await client.call(fileList, {})).paths).toEqual(['sandboxd.mjs'])
  child.stdin.end()
  await once(child, 'exit')
  expect(child.exitCode).toBe(0)
})
