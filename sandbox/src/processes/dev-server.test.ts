import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { devServerStart, devServerStatus, devServerStop } from '@fixpoint/protocol/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { SandboxClient } from '../testing/sandbox-client.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'

const SERVER = `
const { createServer } = require('node:http')
const [host, delay = 0] = process.argv.slice(2)
let isReady = Number(delay) === 0
setTimeout(() => { isReady = true }, Number(delay))
createServer((request, response) => {
  if (request.url === '/crash') process.exit(7)
  response.statusCode = isReady ? 404 : 503
  response.end(String(process.pid))
}).listen(Number(process.env.PORT), host, () => console.log('listening on', process.env.PORT))
`

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await new Promise(resolve => server.once('listening', resolve))
  const address: AddressInfo | string | null = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function openProject() {
  const workspace = await temporaryFolder()
  await writeFile(join(workspace, 'server.cjs'), SERVER)
  const client = SandboxClient.open(workspace)
  onTestFinished(async () => await client.close())
  return { client, port: await freePort() }
}

async function pidOf(port: number): Promise<string> {
  return await (await fetch(`http://localhost:${port}/`)).text()
}

test.each(['127.0.0.1', '::1', '::'])('is ready when it answers on %s', async host => {
  const { client, port } = await openProject()
  const started = await client.call(devServerStart, { command: `exec node server.cjs ${host} 300`, port, timeoutMs: 20_000 })
  expect(started.alreadyRunning).toBe(false)
  expect(started.readyMs).toBeGreaterThan(300)
  expect(await client.call(devServerStatus, {})).toEqual({ state: 'ready', exitCode: null, output: `listening on ${port}\n` })
})

test('is ready at once the second time, and is the same one', async () => {
  const { client, port } = await openProject()
  const input = { command: 'exec node server.cjs 127.0.0.1', port, timeoutMs: 20_000 }
  const [first, second] = await Promise.all([client.call(devServerStart, input), client.call(devServerStart, input)])
  expect([first.alreadyRunning, second.alreadyRunning]).toEqual([false, true])
  const pid = await pidOf(port)
  const third = await client.call(devServerStart, input)
  expect(third).toMatchObject({ alreadyRunning: true })
  expect(third.readyMs).toBeLessThan(2_000)
  expect(await pidOf(port)).toBe(pid)
})

test('is replaced when it is asked for with other values', async () => {
  const { client, port } = await openProject()
  const input = { command: 'exec node server.cjs 127.0.0.1', port, timeoutMs: 20_000 }
  await client.call(devServerStart, input)
  const pid = await pidOf(port)
  expect(await client.call(devServerStart, { ...input, environment: { MODE: 'other' } })).toMatchObject({ alreadyRunning: false })
  expect(await pidOf(port)).not.toBe(pid)
})

test('is started again after it has ended', async () => {
  const { client, port } = await openProject()
  const input = { command: 'exec node server.cjs 127.0.0.1', port, timeoutMs: 20_000 }
  await client.call(devServerStart, input)
  await fetch(`http://localhost:${port}/crash`).catch(() => undefined)
  await expect.poll(async () => (await client.call(devServerStatus, {})).state).toBe('exited')
  expect(await client.call(devServerStatus, {})).toMatchObject({ exitCode: 7 })
  expect(await client.call(devServerStart, input)).toMatchObject({ alreadyRunning: false })
})

test('says why it is not ready: it ended', async () => {
  const { client, port } = await openProject()
  const startedAt = performance.now()
  const { code, problem } = await client.refusal(devServerStart, { command: 'echo "no such module"; exit 4', port, timeoutMs: 20_000 })
  expect(performance.now() - startedAt).toBeLessThan(15_000)
  expect(code).toBe('dev_server_not_ready')
  expect(problem.detail).toBe('The dev server is not ready. It ended with status 4. Its last output:\nno such module')
  expect(await client.call(devServerStatus, {})).toMatchObject({ state: 'exited', exitCode: 4, output: 'no such module\n' })
})

test('says why it is not ready: it took too long, and ends it', async () => {
  const { client, port } = await openProject()
  const { problem } = await client.refusal(devServerStart, { command: 'exec node server.cjs 127.0.0.1 60000', port, timeoutMs: 1_000 })
  expect(problem.detail).toContain(`Port ${port} did not answer / within 1 s.`)
  expect(problem.detail).toContain(`listening on ${port}`)
  await expect(pidOf(port)).rejects.toThrow()
})

test('does not take another program on the port for it', async () => {
  const { client, port } = await openProject()
  const other = createServer((_, response) => response.end('other')).listen(port, '127.0.0.1')
  onTestFinished(() => {
    other.close()
  })
  const { problem } = await client.refusal(devServerStart, { command: 'exec node server.cjs 127.0.0.1', port, timeoutMs: 5_000 })
  expect(problem.detail).toContain(`Port ${port} is taken`)
})

test('stops, also while it is starting', async () => {
  const { client, port } = await openProject()
  expect(await client.call(devServerStop, {})).toEqual({ wasRunning: false })
  const input = { command: 'exec node server.cjs 127.0.0.1', port, timeoutMs: 20_000 }
  await client.call(devServerStart, input)
  expect(await client.call(devServerStop, {})).toEqual({ wasRunning: true })
  expect(await client.call(devServerStatus, {})).toMatchObject({ state: 'stopped' })
  await expect(pidOf(port)).rejects.toThrow()

  const starting = client.refusal(devServerStart, { ...input, command: 'sleep 60' })
  await expect.poll(async () => (await client.call(devServerStatus, {})).state).toBe('starting')
  await client.call(devServerStop, {})
  expect((await starting).problem.detail).toContain('It was stopped.')
})

test('keeps the end of a long output', async () => {
  const { client, port } = await openProject()
  const command = 'for i in $(seq 5000); do echo "line $i"; done; exec node server.cjs 127.0.0.1'
  await client.call(devServerStart, { command, port, timeoutMs: 20_000 })
  const { output } = await client.call(devServerStatus, {})
  expect(output.length).toBeLessThanOrEqual(8_000)
  expect(output).toContain('line 5000\n')
})
