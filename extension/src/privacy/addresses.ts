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

const NOTHING_TYPED: ReadonlySet<string> = new Set()

/**
 * The address without user name and password, with secrets in path, query and fragment replaced.
 * @param typed what stands in the page's fields; where a part of the address is just that, it is replaced too.
 */
export function redactAddress(address: string, counts: RedactionCounts, typed: ReadonlySet<string> = NOTHING_TYPED): string {
  if (!URL.canParse(address)) return redactSecrets(address, counts)
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') {
    url.username = ''
    url.password = ''
    countRedaction(counts, 'password in address')
  }
  url.pathname = url.pathname
    .split('/')
    .map(segment => redactValue(segment, counts, typed))
    .join('/')
  url.search = redactParameters(url.search, counts, typed)
  url.hash = redactFragment(url.hash, counts, typed)
  return url.href
}

/** A fragment is a route with its own query, a query alone (`#access_token=…`), or a name. */
function redactFragment(hash: string, counts: RedactionCounts, typed: ReadonlySet<string>): string {
  const fragment = hash.slice(1)
  const queryStart = fragment.indexOf('?')
  if (queryStart >= 0) {
    const route = redactValue(fragment.slice(0, queryStart), counts, typed)
    return `${route}${redactParameters(fragment.slice(queryStart), counts, typed)}`
  }
  if (fragment.includes('=')) return redactParameters(`?${fragment}`, counts, typed).slice(1)
  return redactValue(fragment, counts, typed)
}

function redactParameters(search: string, counts: RedactionCounts, typed: ReadonlySet<string>): string {
  if (search.length < 2) return ''
  const parts = search
    .slice(1)
    .split('&')
    .map(part => {
      const separator = part.indexOf('=')
      if (separator < 0) return redactValue(part, counts, typed)
      const key = part.slice(0, separator)
      const value = part.slice(separator + 1)
      if (value !== '' && isSecretParameter(decoded(key), decoded(value))) {
        countRedaction(counts, 'address parameter')
        return `${key}=${REDACTED_VALUE}`
      }
      return `${key}=${redactValue(value, counts, typed)}`
    })
  return `?${parts.join('&')}`
}

function redactValue(value: string, counts: RedactionCounts, typed: ReadonlySet<string>): string {
  const plain = decoded(value)
  if (typed.has(plain.trim()) || typed.has(decoded(value.replaceAll('+', ' ')).trim())) {
    countRedaction(counts, 'form value')
    return REDACTED_VALUE
  }
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
