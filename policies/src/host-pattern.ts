/** Longest list of runtime_allowed_hosts and of runtime_blocked_hosts that Chrome reads; more are ignored (ExtensionSettings, policy list). */
export const HOST_PATTERNS_AT_MOST = 100

const HOST_LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const HOST = new RegExp(`^(?:\\*|(?:\\*\\.)?${HOST_LABEL}(?:\\.${HOST_LABEL})*|\\[[0-9a-f:.]+\\])$`, 'i')

/**
 * Why Chrome does not accept a pattern of runtime_allowed_hosts or runtime_blocked_hosts, as a sentence; null where it does.
 * The form is `scheme://host[:port]`, as in https://chromeenterprise.google/policies/#ExtensionSettings.
 */
export function faultOfHostPattern(pattern: string): string | null {
  const [, scheme, authority, rest = ''] = /^([a-z*]+):\/\/([^/?#]*)(.*)$/i.exec(pattern) ?? []
  if (scheme === undefined || authority === undefined) return `“${pattern}” is not of the form scheme://host.`
  if (!['http', 'https', '*', 'ftp'].includes(scheme.toLowerCase()))
    return `“${scheme}” is not a scheme of host patterns; use https, http or *.`
  if (rest !== '') return `“${pattern}” has a path (${rest}); host patterns end with the host.`
  if (authority.includes('@')) return `“${pattern}” contains a name or password.`
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority) ?? []
  if (port !== undefined && port !== '*' && !(/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) <= 65_535))
    return `“${port}” is not a port.`
  if (host === '') return `“${pattern}” has no host.`
  if (HOST.test(host)) return null
  if (host.includes('*')) return `“${host}” has the * at a place where it is not allowed; only *.example.com and * are.`
  return `“${host}” is not a host name.`
}
