import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { connect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { readFirstBytes } from './tls-client-hello.ts'

/** The bytes that a real TLS client sends first. */
async function clientHello(servername: string | undefined): Promise<Buffer> {
  const [near, far] = duplexPair()
  const client = connect({ socket: near, ...(servername !== undefined && { servername }), rejectUnauthorized: false })
  client.on('error', () => undefined)
  const [bytes] = await once(far, 'data')
  client.destroy()
  return Buffer.from(bytes)
}

describe('readFirstBytes', () => {
  test('reads the server name of a real handshake', async () => {
    expect(readFirstBytes(await clientHello('Registry.example'))).toEqual({ kind: 'tls', serverName: 'registry.example' })
  })

  test('knows a handshake without a name', async () => {
    expect(readFirstBytes(await clientHello(undefined))).toEqual({ kind: 'tls', serverName: undefined })
  })

  test('asks for more until the whole handshake is there', async () => {
    const hello = await clientHello('registry.example')
    for (let length = 0; length < hello.length; length += 1) {
      expect(readFirstBytes(hello.subarray(0, length))).toEqual({ kind: 'incomplete' })
    }
  })

  test('reads a handshake that is cut into small records', async () => {
    const hello = await clientHello('registry.example')
    const message = hello.subarray(5)
    const records: Buffer[] = []
    for (let at = 0; at < message.length; at += 50) {
      const part = message.subarray(at, at + 50)
      records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 0xff]), part)
    }
    expect(readFirstBytes(Buffer.concat(records))).toEqual({ kind: 'tls', serverName: 'registry.example' })
  })

  test('is not misled by what follows the handshake', async () => {
    const hello = await clientHello('registry.example')
    expect(readFirstBytes(Buffer.concat([hello, Buffer.from([20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 1, 9])]))).toMatchObject({ kind: 'tls' })
  })

  test.each(['GET / HTTP/1.1\r\n\r\n', 'SSH-2.0-x\r\n', '\u0000'])('knows that %j is not TLS', text => {
    expect(readFirstBytes(Buffer.from(text))).toEqual({ kind: 'other' })
  })

  test('answers for every mutilation of a handshake without throwing', async () => {
    const hello = await clientHello('registry.example')
    for (let at = 0; at < hello.length; at += 1) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const broken = Buffer.from(hello)
        broken[at] = value
        expect(['tls', 'other', 'incomplete']).toContain(readFirstBytes(broken).kind)
      }
    }
  })
})
