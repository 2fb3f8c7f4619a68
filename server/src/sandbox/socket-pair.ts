import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Both ends of one local connection. Node's HTTP/2 needs a real socket: over any other stream it goes through an adapter that
 * ends the whole process with a failed assertion when the other side closes at the wrong moment, which a sandbox could bring
 * about at will.
 */
export async function socketPair(): Promise<[Socket, Socket]> {
  // A folder that only this user can enter; gone before anything is sent.
  const folder = await mkdtemp(join(tmpdir(), 'fixpoint-'))
  const server = createServer()
  try {
    const path = process.platform === 'win32' ? join('\\\\.\\pipe', folder) : join(folder, 'socket')
    server.listen(path)
    await once(server, 'listening')
    const accepted = once(server, 'connection')
    const near = connect({ path })
    await once(near, 'connect')
    const [far]: Socket[] = await accepted
    if (far === undefined) throw new Error('the connection was not accepted')
    return [near, far]
  } finally {
    server.close()
    await rm(folder, { recursive: true, force: true })
  }
}
