/** Which names of properties say that their value is private, and which only speak of such a value. */

const PRIVATE_WORDS = new Set(
  'password passwords passwd pwd passphrase passcode secret secrets token tokens authorization bearer cookie cookies jwt credential credentials otp totp pin cvv cvc csc ssn iban bic sid csrf xsrf nonce signature email mail phone mobile birthday birthdate dob passport'.split(
    ' '
  )
)
/** Two words that are private together: `apiKey`, `cardNumber`, `accountNumber`, `sessionId`. */
const PRIVATE_PAIRS = new Set([
  ...['api', 'access', 'private', 'secret', 'signing', 'encryption', 'license', 'auth', 'client', 'server', 'service', 'master', 'aws'].map(
    word => `${word} key`
  ),
  ...['card', 'account', 'routing', 'tax', 'security', 'insurance', 'passport', 'licence', 'license', 'iban'].map(word => `${word} number`),
  ...['session', 'auth', 'oauth', 'login'].map(word => `${word} id`),
  ...['auth', 'oauth', 'verification', 'recovery', 'backup', 'security', 'reset', 'invite', 'login'].map(word => `${word} code`),
  ...['auth header', 'auth data', 'session data', 'credit card', 'e mail', 'date birth', 'recovery phrase', 'seed phrase']
])
/** `passwordLabel`, `tokenCount`, `emailPlaceholder`, `showPassword` speak of the thing and are not it. */
const HARMLESS_ENDS = new Set(
  'label placeholder title heading count counts total length min max limit type kind name names visible hidden shown enabled disabled required valid invalid error errors message hint help helper text policy strength rules rule pattern field fields input icon color colour variant size width status state position index order loading ready props component page route path ref link url href template format mode options schema verified confirmed'.split(
    ' '
  )
)
const HARMLESS_STARTS = new Set(
  'on is has show hide should can use with no allow enable disable require requires needs handle render'.split(' ')
)

/** True for names whose value is left out whatever it looks like. */
export function isPrivateName(name: string): boolean {
  const words = wordsOf(name)
  const last = words.at(-1)
  if (last === undefined || HARMLESS_ENDS.has(last) || HARMLESS_STARTS.has(words[0] ?? '')) return false
  if (words.some(word => PRIVATE_WORDS.has(word))) return true
  return (
    words.some((word, index) => PRIVATE_PAIRS.has(`${word} ${words[index + 1] ?? ''}`)) ||
    /(?:apikey|password|token|secret)$/.test(words.join(''))
  )
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(word => word !== '')
}
