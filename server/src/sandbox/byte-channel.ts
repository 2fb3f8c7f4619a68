import { type ClientHttp2Stream, constants } from 'node:http2'
import { Duplex } from 'node:stream'

/**
 * Both directions of an HTTP/2 stream as a stream of its own, as a socket would be. Node says of an HTTP/2 stream that it is closed
 * as soon as both sides have sent everything, read or not; this one is over when its reader has come to the end.
 * @param broken what an end before its time means
 */
export function byteChannel(stream: ClientHttp2Stream, broken: (error: Error | undefined) => Error): Duplex {
  const channel = new Duplex({
    // The other side's end is not ours: a client may have sent everything and still wait for the answer.
    allowHalfOpen: true,
    read: () => stream.resume(),
    write: (chunk, encoding, done) => void stream.write(chunk, encoding, done),
    final: done => void stream.end(done),
    destroy(error, done) {
      if (!stream.closed) stream.close(constants.NGHTTP2_CANCEL)
      done(error)
    }
  })
  stream.on('data', chunk => {
    if (!channel.push(chunk)) stream.pause()
  })
  stream.once('end', () => channel.push(null))
  stream.once('error', error => channel.destroy(broken(error)))
  stream.once('close', () => {
    if (!stream.readableEnded) channel.destroy(broken(undefined))
  })
  stream.pause()
  return channel
}
