import { type EvalModule, evalModule, evalModules } from './eval-modules.ts'
import { decodeDataUrl, type ModuleMap, mapReference, parseMap } from './module-map.ts'

// A module with an inline map of several MB is a bundle; one position is not worth more of the person's time.
const LARGEST_FILE = 16_000_000
const MOST_CHARACTERS = 60_000_000
const FETCH_TIMEOUT = 3_000
const MOST_SCRIPTS = 150
const AT_ONCE = 8

/** A script that the page has loaded, or a part of one that is a module by itself. */
export interface LoadedModule {
  url: string
  code: string
  map: () => Promise<ModuleMap>
}

/**
 * The scripts that the page has loaded, fetched again to be read. Runs beside the page, not in it: the requests are those that the page
 * itself could make, only to the page's own origin, and only for what it has loaded (and, from Next's dev server, for the source maps
 * that its own error page asks for). Kept as long as the document lives.
 */
export class LoadedModules {
  readonly #codes = new Map<string, Promise<string | null>>()
  readonly #maps = new Map<string, Promise<ModuleMap>>()
  /** By the address of the bundle that they are in. */
  readonly #evalModules = new Map<string, EvalModule[]>()
  #characters = 0

  /** The source map for positions in the code at an address. */
  async mapOf(url: string): Promise<ModuleMap> {
    const known = this.#maps.get(url)
    if (known) return known
    const loading = this.#loadMap(url).then(map => {
      if (map === null) this.#maps.delete(url)
      return map
    })
    this.#maps.set(url, loading)
    return loading
  }

  async #loadMap(url: string): Promise<ModuleMap> {
    if (isServerCode(url)) return this.#mapFromNext(url)
    if (isEvaluated(url)) {
      const code = await this.#evaluatedCode(url)
      return code === null ? null : this.#mapNamedIn(code, location.href)
    }
    const code = await this.code(url)
    return code === null ? null : this.#mapNamedIn(code, url)
  }

  async #mapNamedIn(code: string, url: string): Promise<ModuleMap> {
    const reference = mapReference(code)
    if (!reference) return 'absent'
    const json = reference.startsWith('data:') ? decodeDataUrl(reference) : await this.#mapBeside(reference, url)
    return json === null ? null : parseMap(json)
  }

  async #mapBeside(reference: string, moduleUrl: string): Promise<string | null> {
    const url = URL.parse(reference, moduleUrl)
    return url && isOwn(url.href) ? fetchText(url.href) : null
  }

  /** Next's dev server has the maps of what it runs itself. */
  async #mapFromNext(url: string): Promise<ModuleMap> {
    const script = [...document.scripts].map(({ src }) => URL.parse(src)?.pathname ?? '').find(path => path.includes('/_next/'))
    if (script === undefined) return null
    const address = new URL(`${script.slice(0, script.indexOf('/_next/'))}/__nextjs_source-map`, location.origin)
    address.searchParams.set('filename', url)
    const json = await fetchText(address.href)
    return json === null ? null : parseMap(json)
  }

  /** The text of one of the page's own scripts; null for what is none or cannot be had. */
  async code(url: string): Promise<string | null> {
    if (!isOwn(url)) return null
    const known = this.#codes.get(url)
    if (known) return known
    if (this.#characters > MOST_CHARACTERS || this.#codes.size >= MOST_SCRIPTS * 2) return null
    const loading = fetchText(url).then(code => {
      this.#characters += code?.length ?? 0
      // What did not come this time may come the next time.
      if (code === null) this.#codes.delete(url)
      return code
    })
    this.#codes.set(url, loading)
    return loading
  }

  /** The code of one module inside a bundle; of several versions of it the last one that was loaded. */
  async #evaluatedCode(url: string): Promise<string | null> {
    let found: string | null = null
    for await (const { code } of this.scripts([])) found = evalModule(code, url) ?? found
    return found
  }

  async #evaluated(): Promise<Map<string, EvalModule>> {
    const all = new Map<string, EvalModule>()
    for await (const { url, code } of this.scripts([])) {
      const modules = this.#evalModules.get(url) ?? evalModules(code)
      this.#evalModules.set(url, modules)
      for (const module of modules) all.set(module.url, module)
    }
    return all
  }

  /** All scripts that were loaded, those whose file is called like one of the hints first, one after the other. */
  async *scripts(hints: readonly string[]): AsyncGenerator<{ url: string; code: string }> {
    const isHinted = (url: string) => hints.some(hint => hint !== '' && fileNameOf(url) === hint)
    const urls = loadedScripts().toSorted((a, b) => Number(isHinted(b)) - Number(isHinted(a)))
    for (let start = 0; start < urls.length; start += AT_ONCE) {
      const batch = urls.slice(start, start + AT_ONCE)
      const codes = await Promise.all(batch.map(url => this.code(url)))
      for (const [index, url] of batch.entries()) {
        const code = codes[index] ?? null
        if (code !== null) yield { url, code }
      }
    }
  }

  /** The same, with the modules inside webpack's bundles by themselves. */
  async *modules(hints: readonly string[]): AsyncGenerator<LoadedModule> {
    for await (const { url, code } of this.scripts(hints)) {
      yield { url, code, map: () => this.mapOf(url) }
      if (!/sourceURL=webpack(?:-internal)?:/.test(code)) continue
      for (const module of (await this.#evaluated()).values()) {
        yield { ...module, map: () => this.mapOf(module.url) }
      }
    }
  }
}

/** Scripts of the page's own origin, without packages and what dev servers add. */
function loadedScripts(): string[] {
  const entries = performance.getEntriesByType('resource').flatMap(entry => {
    const isScript = entry instanceof PerformanceResourceTiming && (entry.initiatorType === 'script' || isScriptPath(entry.name))
    return isScript ? [entry.name] : []
  })
  const urls = [...[...document.scripts].map(({ src }) => src), ...entries]
  const isWanted = (url: string) => isOwn(url) && !/\/node_modules\/|\/@vite\/|\/@react-refresh|\/@id\//.test(url)
  return [...new Set(urls)].filter(isWanted).slice(0, MOST_SCRIPTS)
}

function isScriptPath(url: string): boolean {
  return /\.(?:m?js|jsx|tsx?|vue|svelte|mdx)$/.test(URL.parse(url)?.pathname ?? '')
}

function fileNameOf(url: string): string {
  const path = URL.parse(url)?.pathname ?? ''
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '')
}

/** React's address for code that ran on a server, as that server calls it; other addresses unchanged. */
export function serverAddress(url: string): string {
  if (!url.startsWith('about://React/')) return url
  const address = url.replace(/^about:\/\/React\/[^/]+\//, '').replace(/\?\d+$/, '')
  try {
    return decodeURI(address)
  } catch {
    // Not encoded after all.
    return address
  }
}

/** An address that webpack has given to a module inside `eval`. */
export function isEvaluated(url: string): boolean {
  return /^webpack(?:-internal)?:/.test(url)
}

function isServerCode(url: string): boolean {
  return url.startsWith('file:') || /^webpack-internal:\/\/\/\((?:rsc|ssr|action-browser)\)/.test(url)
}

/** Hostile pages can name any address; only what this origin serves is asked for. */
function isOwn(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed !== null && (parsed.protocol === 'http:' || parsed.protocol === 'https:') && parsed.origin === location.origin
}

async function fetchText(url: string): Promise<string | null> {
  try {
    // From the cache whatever its age: what the page runs is what it has loaded, not what the server has now.
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT), credentials: 'same-origin', cache: 'force-cache' })
    if (!response.ok || Number(response.headers.get('content-length') ?? 0) > LARGEST_FILE) return null
    const text = await response.text()
    return text.length > LARGEST_FILE ? null : text
  } catch {
    // Gone, too slow, or no text: a component without a file is still worth showing.
    return null
  }
}
