import type { PageText } from './page-text.ts'

const THEME_ATTRIBUTES = ['data-theme', 'data-color-mode', 'data-color-scheme', 'data-bs-theme', 'data-mode', 'theme'] as const
const THEME_CLASS = /(?:^|[-_])(?:dark|light|dim|night|day|contrast|theme)(?:$|[-_])/i
const ROUTE_ATTRIBUTES = ['data-route', 'data-page-name'] as const

/** JSON that pages put into the document for their own scripts: of the Vercel Flags SDK, and by the plain name. */
const FLAG_SCRIPTS = 'script[type="application/json"]:is([data-flag-values], #feature-flags, #__FEATURE_FLAGS__)'
const LONGEST_FLAG_SCRIPT = 100_000
const MOST_FLAGS = 60

/** What the page says of its theme, in its own words. */
export function themeOf(text: PageText): string | undefined {
  const said: string[] = []
  for (const element of [document.documentElement, document.body]) {
    if (!element) continue
    const classes = [...element.classList].slice(0, 50).filter(name => THEME_CLASS.test(name))
    if (classes.length > 0) said.push(`class="${classes.slice(0, 5).join(' ')}"`)
    for (const name of THEME_ATTRIBUTES) {
      const value = element.getAttribute(name)
      if (value) said.push(`${name}="${value.slice(0, 60)}"`)
    }
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme
  if (scheme !== 'normal' && scheme !== '') said.push(`color-scheme: ${scheme}`)
  return said.length === 0 ? undefined : text.clean([...new Set(said)].join(' '), 300)
}

/** Where the page names its route itself. */
export function routeOf(text: PageText): string | undefined {
  for (const element of [document.documentElement, document.body]) {
    for (const name of ROUTE_ATTRIBUTES) {
      const value = element?.getAttribute(name)
      if (value) return text.clean(value, 300)
    }
  }
  return undefined
}

/** Flags that stand in the document: attributes of `html` and `body`, and JSON for the page's scripts. */
export function documentFlags(): Record<string, unknown> {
  const flags: Record<string, unknown> = Object.create(null)
  const add = (name: string, value: unknown) => {
    if (Object.keys(flags).length < MOST_FLAGS && name !== '') flags[name] = value
  }
  for (const element of [document.documentElement, document.body]) {
    if (!element) continue
    for (const attribute of ['data-feature-flags', 'data-flags']) readFlagList(element.getAttribute(attribute), add)
    for (const name of element.getAttributeNames()) {
      const flag = /^data-(?:flag|feature)-(.+)$/.exec(name)?.[1]
      if (flag !== undefined && flag !== 'flags') add(flag, element.getAttribute(name))
    }
  }
  for (const script of document.querySelectorAll(FLAG_SCRIPTS)) readFlagList(script.textContent, add)
  return flags
}

/** JSON, or names with blanks, commas or semicolons between them, each with a value or without. */
function readFlagList(list: string | null, add: (name: string, value: unknown) => void): void {
  if (!list || list.length > LONGEST_FLAG_SCRIPT) return
  const parsed = parseObject(list)
  if (parsed) {
    for (const [name, value] of Object.entries(parsed)) add(name, value)
    return
  }
  for (const entry of list.split(/[\s,;]+/).slice(0, MOST_FLAGS)) {
    const [name = '', value] = entry.split(/[=:]/)
    if (/^[\w.-]+$/.test(name)) add(name, value ?? true)
  }
}

function parseObject(text: string): object | null {
  if (!text.trimStart().startsWith('{')) return null
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : null
  } catch {
    // Not JSON: then it is no list of flags that can be read.
    return null
  }
}
