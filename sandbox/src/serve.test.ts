import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Duplex, duplexPair, type Readable, type Writable } from 'node:stream'
import { problemSchema } from '@fixpoint/protocol'
import { fileList, fileRead, sandboxHealthSchema } from '@fixpoint/protocol/sandbox'
import { expect, onTestFinished, test, vi } from 'vitest'
import { serve } from './serve.ts'
import { answerOf, SandboxClient } from './testing/sandbox-client.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

async function openSandbox() {
  const workspace = await temporaryFolder()
  const client = SandboxClient.open(workspace)
  onTestFinished(async () => await client.close())
  return { client, workspace }
}

test('says that it is there', async () => {
  const { client } = await openSandbox()
  const { status, body } = await client.send('GET', '/v1/health')
  expect(status).toBe(200)
  expect(sandboxHealthSchema.parse(JSON.parse(body.toString()))).toMatchObject({ version: 1, pid: process.pid })
  expect((await client.send('POST', '/v1/health')).status).toBe(405)
})

test.each([
  ['POST', '/v1/files/read', '{"path":', 400, 'invalid_json'],
  ['POST', '/v1/files/read', Buffer.from([0x22, 0xff, 0x22]), 400, 'invalid_json'],
  ['POST', '/v1/files/read', '', 400, 'invalid_json'],
  ['POST', '/v1/files/read', '[]', 400, 'invalid_parameter'],
  ['POST', '/v1/files/read', '{}', 400, 'invalid_parameter'],
  ['POST', '/v1/files/read', '{"path":1}', 400, 'invalid_parameter'],
  ['POST', '/v1/files/write', '{"path":"a","content":"\\u0000"}', 400, 'invalid_parameter'],
  ['POST', '/v1/files/write', '{"path":"a","content":"\\ud800"}', 400, 'invalid_parameter'],
  ['POST', '/v1/files/write', `{"path":"a","content":"${'x'.repeat(17_000_000)}"}`, 413, 'payload_too_large'],
  ['POST', '/v1/exec', '{"command":""}', 400, 'invalid_parameter'],
  ['POST', '/v1/workspace/populate', 'x', 400, 'invalid_parameter'],
  ['POST', '/v1/workspace/restore?commit=HEAD', 'x', 400, 'invalid_parameter'],
  ['GET', '/v1/files/read', '', 405, 'method_not_allowed'],
  ['GET', '/v1/exec', '', 405, 'method_not_allowed'],
  ['POST', '/v1/pictures/x', '', 405, 'method_not_allowed'],
  ['GET', '/v1/pictures/../../etc/passwd', '', 404, 'not_found'],
  ['GET', '/v1/pictures/x', '', 404, 'not_found'],
  ['GET', '/v1/', '', 404, 'not_found'],
  ['GET', '/', '', 404, 'not_found'],
  ['POST', '/v1/constructor', '{}', 404, 'not_found'],
  ['POST', '/v2/files/read', '{}', 404, 'not_found']
])('%s %s is refused with a code and nothing else', async (method, path, body, status, code) => {
  const { client } = await openSandbox()
  const answer = await client.send(method, path, body)
  expect(answer.status).toBe(status)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(problemSchema.parse(JSON.parse(answer.body.toString()))).toMatchObject({ code, status })
  expect(answer.body.toString()).not.toMatch(/\.ts:|node_modules|at async/)
  // The connection goes on.
  expect((await client.call(fileList, {})).paths).toEqual([])
})

test('names the field and carries the caller’s request id', async () => {
  const { client } = await openSandbox()
  const stream = client.request('POST', '/v1/files/edit', { 'x-request-id': 'req_of_the_server' })
  stream.end(JSON.stringify({ path: 'a', edits: [{ oldText: '', newText: 'x' }] }))
  const problem = problemSchema.parse(JSON.parse((await answerOf(stream)).body.toString()))
  expect(problem).toMatchObject({ instance: 'req_of_the_server', field: 'edits.0.oldText', type: '/docs/errors#invalid_parameter' })
})

test('answers many at once', async () => {
  const { client, workspace } = await openSandbox()
  await writeFile(join(workspace, 'a'), 'x'.repeat(10_000))
  const answers = await Promise.all(Array.from({ length: 500 }, async () => await client.call(fileRead, { path: 'a' })))
  expect(answers.every(({ content }) => content.length === 10_000)).toBe(true)
})

test('what is no HTTP/2 ends the connection and nothing else', async () => {
  const [here, there] = duplexPair()
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => written.mockRestore())
  const served = serve(there, {
    workspace: await temporaryFolder(),
    chromium: '/usr/bin/chromium',
    codeServer: '/opt/fixpoint/vscode',
    environment: process.env
  })
  here.resume()
  here.write('GET / HTTP/1.1\r\nHost: sandbox\r\n\r\n'.repeat(10))
  await served
})

/** sandboxd as a process of its own, as in the container. */
async function startProcess(): Promise<{
  child: ChildProcessByStdio<Writable, Readable, Readable>
  client: SandboxClient
  workspace: string
}> {
  const workspace = await temporaryFolder()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'serve'], {
    env: { ...process.env, FIXPOINT_WORKSPACE: workspace },
    stdio: ['pipe', 'pipe', 'pipe']
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const connection = Duplex.from({ readable: child.stdout, writable: child.stdin })
  connection.on('error', () => {})
  return { child, client: new SandboxClient(connection, exited), workspace }
}

test('works over standard streams, and its end is the end of all that it started', async () => {
  const { child, client, workspace } = await startProcess()
  client.session.on('error', () => {})
  expect((await client.send('GET', '/v1/health')).status).toBe(200)
  const running = client.execute({ command: '(setsid sleep 60 & echo $! > daemon); echo $$ > shell; sleep 60', timeoutMs: 60_000 })
  running.catch(() => {})
  const pids = await vi.waitFor(
    async () => {
      const found = await Promise.all(['daemon', 'shell'].map(async name => Number(await readFile(join(workspace, name), 'utf8'))))
      expect(found.every(pid => pid > 0)).toBe(true)
      return found
    },
    { timeout: 15_000 }
  )
  child.stdin.end()
  await once(child, 'exit')
  expect(child.exitCode).toBe(0)
  const isRunning = (pid: number) => existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  await vi.waitFor(() => expect(pids.map(isRunning)).toEqual([false, false]), { timeout: 15_000 })
})

test('ends on a signal, and knows its subcommands', async () => {
  const { child, client } = await startProcess()
  client.session.on('error', () => {})
  await client.send('GET', '/v1/health')
  child.kill('SIGTERM')
  await once(child, 'exit')
  expect(child.exitCode).toBe(0)

  const unknown = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'unknown'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  unknown.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  await once(unknown, 'close')
  expect([unknown.exitCode, stderr]).toEqual([2, 'usage: sandboxd serve | egress\n'])
})
