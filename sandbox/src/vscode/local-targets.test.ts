import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { ClientHttp2Stream } from 'node:http2'
import { join } from 'node:path'
import { devServerStart } from '@fixpoint/protocol/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { answerOf, SandboxClient } from '../testing/sandbox-client.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'

const ECHO = `
const { createServer } = require('node:http')
const server = createServer((request, response) => response.end('page'))
server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n')
  socket.on('data', chunk => socket.write('echo:' + chunk))
})
server.listen(Number(process.env.PORT), '127.0.0.1')
`

async function openClient() {
  const workspace = await temporaryFolder()
  await writeFile(join(workspace, 'server.cjs'), ECHO)
  const client = SandboxClient.open(workspace)
  onTestFinished(async () => await client.close())
  return client
}

const connectTo = (client: SandboxClient, authority: string): ClientHttp2Stream =>
  client.session.request({ ':method': 'CONNECT', ':authority': authority })

test.each(['127.0.0.1:22', 'localhost:5173', 'evil.example:443', 'vscode:1', 'dev-server:9', 'VSCODE'])(
  'does not join with %s',
  async authority => {
    const client = await openClient()
    const { status, body } = await answerOf(connectTo(client, authority))
    expect([status, JSON.parse(body.toString()).code]).toEqual([404, 'not_found'])
  }
)

test('joins with the dev server that runs, at whatever port it was given', async () => {
  const client = await openClient()
  const refused = await answerOf(connectTo(client, 'dev-server'))
  expect(JSON.parse(refused.body.toString()).code).toBe('dev_server_not_ready')

  await client.call(devServerStart, { command: 'exec node server.cjs', port: 38_471, timeoutMs: 20_000 })
  const stream = connectTo(client, 'dev-server')
  const [headers] = await once(stream, 'response')
  expect(headers[':status']).toBe(200)
  stream.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  let text = ''
  stream.on('data', chunk => {
    text += chunk
    if (text.endsWith('\r\n\r\n')) stream.write('hello')
    if (text.includes('echo:hello')) stream.close()
  })
  await once(stream, 'close')
  expect(text).toContain('echo:hello')
})

test('says that VS Code does not run', async () => {
  const client = await openClient()
  const { body } = await answerOf(connectTo(client, 'vscode'))
  expect(JSON.parse(body.toString()).code).toBe('vscode_not_ready')
})
