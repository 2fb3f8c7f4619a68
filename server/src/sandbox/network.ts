import { lookup } from 'node:dns/promises'
import { connect as connectSocket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ResolvedAddress } from './egress-policy.ts'

/** How the server reaches hosts on behalf of a sandbox; passed in, so that tests can lay out a network of their own. */
export interface Network {
  /** All addresses of a name, in the order to try them. Rejects where there are none. */
  resolveHost(host: string): Promise<ResolvedAddress[]>
  /** A connected stream to exactly this address. Rejects where there is no answer within the time that the signal allows. */
  connect(address: ResolvedAddress, port: number, signal: AbortSignal): Promise<Duplex>
}

export const systemNetwork: Network = {
  async resolveHost(host) {
    const addresses = await lookup(host, { all: true, order: 'ipv4first' })
    return addresses.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
  },
  connect({ address, family }, port, signal) {
    return new Promise((resolve, reject) => {
      const socket = connectSocket({ host: address, port, family, noDelay: true, allowHalfOpen: true })
      const giveUp = () => socket.destroy(new Error(`no answer from ${address}`))
      signal.addEventListener('abort', giveUp, { once: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        signal.removeEventListener('abort', giveUp)
        socket.off('error', reject)
        resolve(socket)
      })
    })
  }
}
