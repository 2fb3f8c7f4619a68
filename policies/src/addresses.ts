/** Hosts that mean the machine itself: nobody else reaches them. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Why an address cannot be rolled out to managed browsers, as a sentence; null where it can. */
export function faultOfUpdateUrl(text: string, isTrial: boolean): string | null {
  const url = URL.parse(text)
  if (url === null || /\s/.test(text)) return `“${text}” is not an address.`
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `${url.protocol}// is not a scheme for updates; use https.`
  if (url.username !== '' || url.password !== '') return 'The address contains a name or password; every user of the machine can read it.'
  const isLoopback = LOOPBACK.test(url.hostname)
  if (isLoopback && !isTrial) return `${url.host} is this machine itself; other browsers find nothing there.`
  if (url.protocol === 'http:' && !isLoopback) return 'The address is http; anybody on the network could answer in its place.'
  if (url.hash !== '') return 'The address has a fragment, which is never sent.'
  if (url.pathname === '/') return 'The address ends without a path; it must name the update manifest.'
  return null
}

/** Whether two addresses of an update server are of the same ring: `client`, which each device may have one of its own in, aside. */
export function isSameRing(one: string, other: string): boolean {
  return withoutClient(one) === withoutClient(other)
}

function withoutClient(address: string): string {
  const [path = '', ...query] = address.split('?')
  const rest = query
    .join('?')
    .split('&')
    .filter(part => part !== '' && !/^client(?:=|$)/.test(part))
  return [path, ...(rest.length === 0 ? [] : [rest.join('&')])].join('?')
}

/** Why a server's address is not usable, as a sentence; null where it is. It is an origin: scheme, host and port. */
export function faultOfServerUrl(text: string, isTrial: boolean): string | null {
  const url = URL.parse(text)
  if (url === null) return `“${text}” is not an address.`
  if (url.origin !== text.replace(/\/$/, ''))
    return `“${text}” is not an origin; write ${url.origin === 'null' ? 'https://host' : url.origin}.`
  if (url.protocol === 'https:') return null
  return isTrial && url.protocol === 'http:' && LOOPBACK.test(url.hostname) ? null : 'The server’s address must be https.'
}
