import { isIP } from 'node:net'
import { FixpointError } from '@fixpoint/protocol'

export interface RemoteAddress {
  kind: 'https' | 'loopback-http'
  url: string
  host: string
  port: number
  owner: string
  name: string
}

export interface AllowedGitHost {
  host: string
  resolvesPrivately: boolean
}

const LOOPBACK_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Reads a repository's address and refuses everything but `https://host/owner/name` on a host of the list; plain http is taken
 * on this machine's loopback addresses only.
 * @throws FixpointError with one of the `repo_…` codes or `credentials_in_url`. The message never repeats credentials.
 */
export function parseRepositoryAddress(text: string, allowedHosts: readonly AllowedGitHost[]): RemoteAddress {
  const shown = text.replace(/\/\/[^/]*@/, '//[redacted]@').slice(0, 100)
  if (text.trim() !== text || text === '' || text.length > 2_000 || /[\s\\\0]|%00/.test(text) || text.startsWith('-')) {
    throw new FixpointError('repo_url_invalid', `“${shown}” is not a repository address.`)
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined || /^[a-z]$/.test(scheme)) {
    throw new FixpointError('repo_scheme_not_allowed', `“${shown}” has no scheme that is allowed.`)
  }
  if (scheme === 'javascript' || scheme === 'data') throw new FixpointError('repo_url_invalid', `“${shown}” is not a repository address.`)
  if (scheme !== 'https' && scheme !== 'http') {
    throw new FixpointError(
      /oProxyCommand|:\/\/-/.test(text) ? 'repo_url_invalid' : 'repo_scheme_not_allowed',
      `The scheme ${scheme}: is not allowed.`
    )
  }
  let url: URL
  try {
    url = new URL(text)
  } catch (cause) {
    throw new FixpointError('repo_url_invalid', `“${shown}” is not a repository address.`, { cause })
  }
  if (url.username !== '' || url.password !== '')
    throw new FixpointError('credentials_in_url', 'The repository address has credentials in it.')
  const isLoopback = LOOPBACK_HOSTS.has(url.hostname)
  if (scheme === 'http' && !isLoopback)
    throw new FixpointError('repo_scheme_not_allowed', 'Plain http is allowed on loopback addresses only.')
  // The host as it was written must be the host that is meant: no other spellings of addresses, no look-alike letters.
  const written = /^https?:\/\/([^/:?#]+|\[[^\]]+\])/i.exec(text)?.[1]?.toLowerCase()
  if (written !== url.hostname) throw new FixpointError('repo_host_not_allowed', `The host of “${shown}” is not spelled plainly.`)
  if (!isLoopback || scheme === 'https') {
    const isAddress = isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0
    if (isAddress || !allowedHosts.some(entry => entry.host === url.hostname)) {
      throw new FixpointError(
        'repo_host_not_allowed',
        `${url.hostname} is not one of the allowed hosts: ${allowedHosts.map(entry => entry.host).join(', ')}.`
      )
    }
    if (url.port !== '') throw new FixpointError('repo_host_not_allowed', `Port ${url.port} of ${url.hostname} is not allowed.`)
  }
  const path = /^https?:\/\/[^/]+\/([A-Za-z0-9_.-]+)\/([A-Za-z0-9_.-]+?)(?:\.git)?\/?$/.exec(text)
  const [, owner, name] = path ?? []
  if (owner === undefined || name === undefined || /^\.+$/.test(owner) || /^\.+$/.test(name) || url.search !== '' || url.hash !== '') {
    throw new FixpointError('repo_path_invalid', `“${url.pathname.slice(0, 100)}” is not owner/name.`)
  }
  return {
    kind: scheme === 'https' ? 'https' : 'loopback-http',
    url: text,
    host: url.hostname,
    port: Number(url.port || (scheme === 'https' ? 443 : 80)),
    owner,
    name
  }
}

/** A branch name that git accepts and that cannot be taken for anything else (git-check-ref-format(1)). @throws `ref_invalid`. */
export function checkBranchName(branch: string): string {
  const isAcceptable =
    branch.length <= 250 &&
    /^[^\x00-\x20\x7f~^:?*[\\-][^\x00-\x20\x7f~^:?*[\\]*$/.test(branch) &&
    !/\.\.|@\{|\/\/|\.lock(\/|$)|(^|\/)\.|\.$|^\/|\/$|^@$|^refs\//.test(branch)
  if (!isAcceptable) throw new FixpointError('ref_invalid', `“${branch.slice(0, 60)}” is not a branch name.`)
  return branch
}
