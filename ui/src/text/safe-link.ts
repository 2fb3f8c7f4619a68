/**
 * The address of a link in text that a model, a page or a tool wrote: absolute, http, https or mailto, without a user name that
 * could pass for the host. Undefined for everything else, which is then shown as text.
 */
export function safeLink(address: string | undefined): URL | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined
  const url = new URL(address)
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:'
  if (isHttp ? url.username !== '' || url.password !== '' : url.protocol !== 'mailto:') return undefined
  return url
}

/** What a person needs to see to know where a link leads: host with port, or the mail address. */
export function linkTarget(url: URL): string {
  return url.protocol === 'mailto:' ? url.pathname : url.host
}
