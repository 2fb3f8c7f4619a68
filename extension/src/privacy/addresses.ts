import { containsSecret, countRedaction, REDACTED, type RedactionCounts, redactSecrets } from './secrets.ts'

/** What stands in an address for a secret; without brackets, so that the address stays one. */
const REDACTED_VALUE = 'redacted'

const SECRET_WORDS = new Set(
  'token secret auth authorization password passwd passphrase passcode pass pwd session sid jwt otp sig signature credential credentials apikey accesskey ssn card cvv cvc pin ticket assertion saml bearer csrf xsrf email mail phone'.split(
    ' '
  )
)
// Words that name a secret only where the value looks like one: `?code=SUMMER` is a voucher, `?code=4/0AX4XfWh…` a login.
const DOUBTFUL_WORDS = new Set('code key state nonce id hash invite reset verify access refresh'.split(' '))

/** The address without user name and password, with secrets in path, query and fragment replaced. */
export function redactAddress(address: string, counts: RedactionCounts): string {
  if (!URL.canParse(address)) return redactSecrets(address, counts)
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') {
    url.username = ''
    url.password = ''
    countRedaction(counts, 'password in address')
  }
  url.pathname = url.pathname
    .split('/')
    .map(segment => redactValue(segment, counts))
    .join('/')
  url.search = redactParameters(url.search, counts)
  url.hash = redactFragment(url.hash, counts)
  return url.href
}

/** A fragment is a route with its own query, a query alone (`#access_token=…`), or a name. */
function redactFragment(hash: string, counts: RedactionCounts): string {
  const fragment = hash.slice(1)
  const queryStart = fragment.indexOf('?')
  if (queryStart >= 0) {
    const route = redactValue(fragment.slice(0, queryStart), counts)
    return `${route}${redactParameters(fragment.slice(queryStart), counts)}`
  }
  if (fragment.includes('=')) return redactParameters(`?${fragment}`, counts).slice(1)
  return redactValue(fragment, counts)
}

function redactParameters(search: string, counts: RedactionCounts): string {
  if (search.length < 2) return ''
  const parts = search
    .slice(1)
    .split('&')
    .map(part => {
      const separator = part.indexOf('=')
      if (separator < 0) return redactValue(part, counts)
      const key = part.slice(0, separator)
      const value = part.slice(separator + 1)
      if (value !== '' && isSecretParameter(decoded(key), decoded(value))) {
        countRedaction(counts, 'address parameter')
        return `${key}=${REDACTED_VALUE}`
      }
      return `${key}=${redactValue(value, counts)}`
    })
  return `?${parts.join('&')}`
}

function redactValue(value: string, counts: RedactionCounts): string {
  const plain = decoded(value)
  const redacted = redactSecrets(plain, counts)
  return redacted === plain ? value : encodeURIComponent(redacted.replaceAll(REDACTED, REDACTED_VALUE))
}

function isSecretParameter(key: string, value: string): boolean {
  const words = key
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
  const joined = words.join('')
  if (words.some(word => SECRET_WORDS.has(word)) || SECRET_WORDS.has(joined) || joined.endsWith('token')) return true
  if (containsSecret(value)) return true
  return words.some(word => DOUBTFUL_WORDS.has(word)) && /\d/.test(value) && value.length >= 16
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone percent sign is not an escape; the text is then what it looks like.
    return text
  }
}
