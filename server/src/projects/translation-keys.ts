/** Texts that pages show and translation files have: in the code only their keys stand. */

/** A file that has texts for people in one language, by where it lies or what it is called. */
export function isTranslationFile(path: string): boolean {
  const inFolder = /(?:^|\/)(?:locales?|langs?|languages?|i18n|intl|l10n|translations?|messages)\//i.test(path)
  // `ui.ts` and `db.js` are no languages.
  const isCalledSo =
    /(?:^|[./_-])(?:locale|lang|i18n|translations?|messages?)\.\w+$/i.test(path) ||
    /(?:^|[./_-])[a-z]{2}(?:[-_][A-Za-z]{2})?\.(?:json5?|ya?ml|properties|po)$/.test(path)
  return (inFolder || isCalledSo) && /\.(?:json5?|ya?ml|properties|po|[cm]?[jt]s)$/i.test(path)
}

/** The key of a text on its own line: `"welcome": "Welcome back"`, `welcome: 'Welcome back'`, `home.welcome=Welcome back`. */
export function keyInLine(line: string, phrase: string): string | null {
  const before = line.slice(0, line.indexOf(phrase))
  return /(?:["']([^"']+)["']|([\p{L}_$][\p{ID_Continue}$.-]*))\s*[:=]\s*["'`]?[^"'`{}]*$/u.exec(before)?.slice(1).find(Boolean) ?? null
}

/** The keys under which a JSON file of translations has a text, from its top: `home.welcome`. Empty when it is no such file. */
export function keysInJson(json: string, phrase: string): string[] {
  const keys: string[] = []
  const walk = (value: unknown, path: string): void => {
    if (keys.length >= MOST_KEYS) return
    if (typeof value === 'string') {
      if (path !== '' && value.includes(phrase)) keys.push(path)
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`)
    }
  }
  try {
    walk(JSON.parse(json), '')
  } catch {
    // With comments, or nested deeper than anything that people write: its lines say the last part of the key.
    return []
  }
  return keys
}

const MOST_KEYS = 5

/** Whether a line of code names a key: all of it, or its last part in a text by itself or behind a dot (`t(\`home.${name}.title\`)` does not). */
export function namesKey(line: string, key: string): boolean {
  const last = key.slice(key.lastIndexOf('.') + 1)
  for (const wanted of new Set([key, last])) {
    for (let offset = line.indexOf(wanted); offset >= 0; offset = line.indexOf(wanted, offset + 1)) {
      const isEnd = /^["'`]/.test(line.slice(offset + wanted.length))
      if (isEnd && /["'`:]$/.test(line.slice(0, offset))) return true
    }
  }
  return false
}
