/** A module inside a bundle that webpack has wrapped into `eval`, under the address that its stacks have. */
export interface EvalModule {
  url: string
  code: string
}

/**
 * The modules of a bundle that was built with one of webpack's `eval` kinds of source map. Each is a string literal in a call of `eval`,
 * with its address at its end: `//# sourceURL=webpack-internal:///./src/App.jsx`.
 */
export function evalModules(bundle: string): EvalModule[] {
  const modules: EvalModule[] = []
  for (let start = bundle.indexOf('eval('); start >= 0 && modules.length < 20_000; start = bundle.indexOf('eval(', start + 5)) {
    const quote = bundle.indexOf('"', start)
    // `eval(__webpack_require__.ts("…` is how it stands behind Trusted Types.
    if (quote < 0 || quote > start + 40) continue
    const end = endOfString(bundle, quote)
    if (end === null) return modules
    const code = stringValue(bundle.slice(quote, end + 1))
    const url = code === null ? null : /^\/\/# sourceURL=(.+)$/m.exec(code.slice(code.lastIndexOf('//# sourceURL=')))?.[1]
    if (code !== null && url) modules.push({ url, code })
    start = end
  }
  return modules
}

/** The code of the module with this address alone: a bundle of megabytes need not be read for it. */
export function evalModule(bundle: string, url: string): string | null {
  const name = JSON.stringify(`//# sourceURL=${url}`).slice(1, -1)
  for (let at = bundle.lastIndexOf(name); at >= 0; at = at === 0 ? -1 : bundle.lastIndexOf(name, at - 1)) {
    // An address that only begins alike goes on here.
    if (!/^(?:\\n|")/.test(bundle.slice(at + name.length, at + name.length + 2))) continue
    const quote = bundle.indexOf('"', bundle.lastIndexOf('\neval(', at))
    const end = quote < 0 ? null : endOfString(bundle, quote)
    if (end !== null && end > at) return stringValue(bundle.slice(quote, end + 1))
  }
  return null
}

function endOfString(text: string, quote: number): number | null {
  for (let end = text.indexOf('"', quote + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text[end - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return end
  }
  return null
}

function stringValue(literal: string): string | null {
  try {
    const value: unknown = JSON.parse(literal)
    return typeof value === 'string' ? value : null
  } catch {
    // A string as JavaScript writes it and JSON does not: no module of webpack's.
    return null
  }
}
