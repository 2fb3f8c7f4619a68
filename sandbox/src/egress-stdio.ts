import { Duplex, type Readable, type Writable } from 'node:stream'

/**
 * Standard streams as one Duplex for HTTP/2. It never ends of itself: Node's adapter between HTTP/2 and streams that are no
 * sockets fails with an assertion when its stream ends while something is still to be sent. What to do at the end of the input
 * is `onEnd`'s matter, which is told once.
 */
export function stdioDuplex(input: Readable, output: Writable, onEnd: () => void): Duplex {
  const duplex = new Duplex({
    read: () => input.resume(),
    write: (chunk, _encoding, done) => output.write(chunk, error => done(error)),
    destroy(error, done) {
      input.destroy()
      output.destroy()
      done(error)
    }
  })
  input.on('data', chunk => {
    if (!duplex.push(chunk)) input.pause()
  })
  for (const event of ['end', 'error', 'close']) input.once(event, onEnd)
  for (const event of ['error', 'close']) output.once(event, onEnd)
  return duplex
}
