import { lookup } from 'node:dns/promises'
import { FixpointError } from '@fixpoint/protocol'
import { addressKind } from '../sandbox/address.ts'
import { type AllowedGitHost, parseRepositoryAddress, type RemoteAddress } from './repository-address.ts'

/** How git reaches a project's remote. */
export interface Remote {
  /** How the remote is named to people. */
  shownAs: string
  /** Owner and name on a code host; null for a repository on this machine's disk. */
  address: RemoteAddress | null
  /** Address and configuration for the next call; asked for each time, since tokens and addresses change. */
  access(): Promise<{ address: string; config: readonly (readonly [string, string])[] }>
}

export interface RemoteOptions {
  allowedHosts: readonly AllowedGitHost[]
  /** Token for git over HTTPS, asked for at each call; undefined: none. */
  token: () => string | undefined
}

/** @throws FixpointError with one of the `repo_…` codes. */
export function createRemote(repository: string | { path: string }, { allowedHosts, token }: RemoteOptions): Remote {
  if (typeof repository !== 'string') {
    return {
      shownAs: repository.path,
      address: null,
      access: async () => ({ address: repository.path, config: [['protocol.file.allow', 'always']] })
    }
  }
  const address = parseRepositoryAddress(repository, allowedHosts)
  return {
    shownAs: `${address.host}/${address.owner}/${address.name}`,
    address,
    async access() {
      const config: [string, string][] = [[`protocol.${address.kind === 'https' ? 'https' : 'http'}.allow`, 'always']]
      if (address.kind === 'https') {
        const pinned = await resolvePinned(address, allowedHosts)
        config.push(['http.curloptResolve', `${address.host}:${address.port}:${pinned}`])
      }
      const secret = token()
      if (secret !== undefined) {
        // Basic authentication with any user name is how GitHub and others take tokens over HTTPS.
        const credentials = Buffer.from(`x-access-token:${secret}`).toString('base64')
        config.push([`http.${new URL(address.url).origin}/.extraHeader`, `Authorization: Basic ${credentials}`])
      }
      return { address: address.url, config }
    }
  }
}

/** Resolves once and pins the address, so that a name cannot lead elsewhere between the check and the connection. */
async function resolvePinned(address: RemoteAddress, allowedHosts: readonly AllowedGitHost[]): Promise<string> {
  let found: { address: string }[]
  try {
    found = await lookup(address.host, { all: true, verbatim: true })
  } catch (cause) {
    throw new FixpointError('repo_not_found_or_no_access', `The host ${address.host} cannot be resolved.`, { cause })
  }
  const mayBePrivate = allowedHosts.some(entry => entry.host === address.host && entry.resolvesPrivately)
  const usable = found.find(entry => {
    const kind = addressKind(entry.address)
    return kind === 'public' || (kind === 'private' && mayBePrivate)
  })
  if (!usable) throw new FixpointError('repo_host_resolves_private', `${address.host} does not resolve to a public address.`)
  return usable.address.includes(':') ? `[${usable.address}]` : usable.address
}
