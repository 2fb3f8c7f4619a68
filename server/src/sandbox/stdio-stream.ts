import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { socketPair } from './socket-pair.ts'

const HEADER_BYTES = 8
const STDERR = 2

export interface StdioStream {
  /** What is written goes to the standard input; what is read is the standard output. Closing it closes the connection. */
  socket: Socket
  /** When anything last came from the other side, as `performance.now()` gives it. */
  lastHeard(): number
}

/**
 * The standard streams of a container or exec. Docker frames the output (1 byte stream, 3 bytes zero, 4 bytes length, payload:
 * Engine API, “Attach to a container”); standard error is handed to `onStderr`.
 *
 * @param engineSide the hijacked connection to the engine.
 */
export async function stdioStream(engineSide: Duplex, onStderr: (chunk: Buffer) => void): Promise<StdioStream> {
  engineSide.pause()
  const [near, far] = await socketPair()
  const header = Buffer.alloc(HEADER_BYTES)
  let headerFilled = 0
  let payloadLeft = 0
  let heardAt = performance.now()

  engineSide.on('data', (chunk: Buffer) => {
    heardAt = performance.now()
    let at = 0
    let hasRoom = true
    // One system call for all frames of the chunk.
    far.cork()
    while (at < chunk.length) {
      if (payloadLeft === 0) {
        const taken = chunk.copy(header, headerFilled, at, at + HEADER_BYTES - headerFilled)
        headerFilled += taken
        at += taken
        if (headerFilled < HEADER_BYTES) break
        payloadLeft = header.readUInt32BE(4)
        headerFilled = 0
        continue
      }
      const payload = chunk.subarray(at, at + payloadLeft)
      at += payload.length
      payloadLeft -= payload.length
      if (header[0] === STDERR) onStderr(payload)
      else hasRoom = far.write(payload)
    }
    far.uncork()
    if (!hasRoom) engineSide.pause()
  })
  far.on('drain', () => engineSide.resume())
  far.pipe(engineSide)

  engineSide.once('end', () => far.end())
  engineSide.once('error', error => far.destroy(error))
  engineSide.once('close', () => far.end())
  // The error of either end shows at the socket as its end; there is nobody else to tell.
  far.on('error', () => engineSide.destroy())
  far.once('close', () => engineSide.destroy())
  engineSide.resume()
  return { socket: near, lastHeard: () => heardAt }
}
