import { Duplex } from 'node:stream'

const HEADER_BYTES = 8
const STDERR = 2

export interface StdioStream {
  /** What is written goes to the standard input; what is read is the standard output. */
  duplex: Duplex
  /** When anything last came from the other side, as `performance.now()` gives it. */
  lastHeard(): number
}

/**
 * The standard streams of a container or exec. Docker frames the output (1 byte stream, 3 bytes zero, 4 bytes length, payload:
 * Engine API, “Attach to a container”); standard error is handed to `onStderr`.
 *
 * @param socket the hijacked connection to the engine.
 */
export function stdioStream(socket: Duplex, onStderr: (chunk: Buffer) => void): StdioStream {
  const header = Buffer.alloc(HEADER_BYTES)
  let headerFilled = 0
  let payloadLeft = 0
  let heardAt = performance.now()

  const duplex = new Duplex({
    highWaterMark: 1024 * 1024,
    read() {
      socket.resume()
    },
    write(chunk: Buffer, _encoding, done) {
      socket.write(chunk, error => done(error))
    },
    writev(chunks, done) {
      socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), error => done(error))
    },
    final(done) {
      socket.end(() => done())
    },
    destroy(error, done) {
      socket.destroy()
      done(error)
    }
  })

  socket.on('data', (chunk: Buffer) => {
    heardAt = performance.now()
    let at = 0
    let hasRoom = true
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
      else hasRoom = duplex.push(payload) && hasRoom
    }
    if (!hasRoom) socket.pause()
  })
  socket.once('end', () => duplex.push(null))
  socket.once('error', error => duplex.destroy(error))
  socket.once('close', () => duplex.destroy())
  return { duplex, lastHeard: () => heardAt }
}
