/** Requests as a hostile client makes them: any host name, header, method and bytes, and the answer as it came. */
import { request } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface PlainRequest {
  method?: string
  path: string
  headers?: Record<string, string | string[]>
  body?: string | Uint8Array
}

export interface PlainAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** Sends exactly this; nothing is normalised or added but Host and Content-Length. */
export function sendPlain(serverUrl: string, { method = 'GET', path, headers = {}, body }: PlainRequest): Promise<PlainAnswer> {
  const { hostname, port } = new URL(serverUrl)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent: false }, response => {
      buffer(response).then(
        bytes => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes.toString('utf8') }),
        reject
      )
    })
    sent.once('error', reject)
    // The size is given, so that a server may refuse by it alone.
    if (body !== undefined && headers['content-length'] === undefined) sent.setHeader('Content-Length', Buffer.byteLength(body))
    sent.end(body)
  })
}

/** Sends these bytes and gives all that came back until the server ended the connection. */
export function sendBytes(serverUrl: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(serverUrl)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.once('error', reject)
    buffer(socket).then(answer => resolve(answer.toString('latin1')), reject)
  })
}
