import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'

/** Answers a CONNECT and carries bytes both ways until one end is over. A broken end breaks the other; an orderly one ends it. */
export function joinStream(stream: ServerHttp2Stream, socket: Socket): void {
  if (stream.destroyed || stream.closed) {
    socket.destroy()
    return
  }
  socket.on('error', () => {
    if (!stream.closed) stream.close(constants.NGHTTP2_CONNECT_ERROR)
  })
  stream.once('close', () => socket.destroy())
  stream.respond({ ':status': 200 })
  stream.pipe(socket)
  socket.pipe(stream)
}
