import { watchedResources } from '../isolated-world.ts'
import { type EvalModule, evalModule, evalModules } from './eval-modules.ts'
import { Kept } from './kept.ts'
import { decodeDataUrl, type ModuleMap, mapReference, parseMap, sizeOfMap } from './module-map.ts'
import { scriptOrder } from './script-order.ts'
import { sourcePath } from './source-path.ts'

// A module with an inline map of several MB is a bundle; one position is not worth more of the person's time.
const LARGEST_FILE = 16_000_000
const MOST_CHARACTERS = 60_000_000
const MOST_MAP_CHARACTERS = 60_000_000
const FETCH_TIMEOUT = 3_000
const AT_ONCE = 8

/** Names of components, and the files that frameworks say they are written in. */
interface Hints {
  names: readonly string[]
  files: readonly string[]
}
const NO_HINTS: Hints = { names: [], files: [] }

/** A script that the page has loaded, or a part of one that is a module by itself. */
export interface LoadedModule {
  url: string
  code: string
  map: () => Promise<ModuleMap>
}

/**
 * The scripts that the page has loaded, fetched again to be read. Runs beside the page, not in it: the requests are those that the page
 * itself could make, only to the page's own origin, and only for what it has loaded (and, from Next's dev server, for the source maps
 * that its own error page asks for). What was used last is kept as long as the document lives.
 */
export class LoadedModules {
  readonly #owner: Document
  readonly #view: Window
  readonly #codes = new Kept<string>(MOST_CHARACTERS, code => code.length)
  readonly #maps = new Kept<Exclude<ModuleMap, null>>(MOST_MAP_CHARACTERS, sizeOfMap)
  /** By the address of the bundle that they are in. */
  readonly #evalModules = new Kept<EvalModule[]>(MOST_CHARACTERS, modules => modules.reduce((sum, { code }) => sum + code.length, 1))

  /** @param owner the page, or a frame of the same origin */
  constructor(owner: Document) {
    this.#owner = owner
    this.#view = owner.defaultView ?? window
  }

  /** The source map for positions in the code at an address. */
  async mapOf(url: string): Promise<ModuleMap> {
    return this.#maps.get(url, () => this.#loadMap(url))
  }

  async #loadMap(url: string): Promise<ModuleMap> {
    if (isServerCode(url)) return this.#mapFromNext(url)
    if (isEvaluated(url)) {
      const code = await this.#evaluatedCode(url)
      return code === null ? null : this.#mapNamedIn(code, this.#owner.baseURI)
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
    return url && this.#isOwn(url.href) ? fetchText(url.href) : null
  }

  /** Next's dev server has the maps of what it runs itself. */
  async #mapFromNext(url: string): Promise<ModuleMap> {
    const script = [...this.#owner.scripts].map(({ src }) => URL.parse(src)?.pathname ?? '').find(path => path.includes('/_next/'))
    if (script === undefined) return null
    const endpoint = `${script.slice(0, script.indexOf('/_next/'))}/__nextjs_source-map`
    // Next 15 with Turbopack knows its chunks by their addresses as they are encoded (`%5Broot-of-the-server%5D`), others as they are.
    for (const name of new Set([url, encodeURI(url)])) {
      const address = new URL(endpoint, this.#view.origin)
      address.searchParams.set('filename', name)
      const json = await fetchText(address.href)
      const map = json ? parseMap(json) : null
      if (map) return map
    }
    return null
  }

  /** The text of one of the page's own scripts; null for what is none or cannot be had. */
  async code(url: string): Promise<string | null> {
    return this.#isOwn(url) ? this.#codes.get(url, () => fetchText(url)) : null
  }

  /** The code of one module inside a bundle; of several versions of it the last one that was loaded. */
  async #evaluatedCode(url: string): Promise<string | null> {
    let found: string | null = null
    for await (const { code } of this.scripts(NO_HINTS)) found = evalModule(code, url) ?? found
    return found
  }

  async #evaluated(): Promise<Map<string, EvalModule>> {
    const all = new Map<string, EvalModule>()
    for await (const { url, code } of this.scripts(NO_HINTS)) {
      const modules = await this.#evalModules.get(url, async () => evalModules(code))
      for (const module of modules ?? []) all.set(module.url, module)
    }
    return all
  }

  /** The address at which a dev server gave out a file of the developer's disk; null where it was not loaded, or there is no such server. */
  addressOf(file: string): string | null {
    const base = devServerBase(this.#owner)
    if (base === null) return null
    const hints = { names: [], files: [file], base, origin: this.#view.origin }
    const isOf = (url: string) => {
      const path = sourcePath(url, url, base)
      return path !== null && (file === path || file.endsWith(`/${path}`))
    }
    return scriptOrder(this.#loadedScripts(), hints).find(isOf) ?? null
  }

  /** The scripts that were loaded, those that are likely to have what the hints name first, one after the other. */
  async *scripts(hints: Hints): AsyncGenerator<{ url: string; code: string }> {
    const urls = scriptOrder(this.#loadedScripts(), { ...hints, base: devServerBase(this.#owner), origin: this.#view.origin })
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
  async *modules(hints: Hints): AsyncGenerator<LoadedModule> {
    for await (const { url, code } of this.scripts(hints)) {
      yield { url, code, map: () => this.mapOf(url) }
      if (!/sourceURL=webpack(?:-internal)?:/.test(code)) continue
      for (const module of (await this.#evaluated()).values()) {
        yield { ...module, map: () => this.mapOf(module.url) }
      }
    }
  }

  /** Scripts of the page's own origin, without packages and what dev servers add. */
  #loadedScripts(): string[] {
    const urls = [...[...this.#owner.scripts].map(({ src }) => src), ...watchedResources().scripts(this.#owner)]
    const isWanted = (url: string) => this.#isOwn(url) && !/\/node_modules\/|\/@vite\/|\/@react-refresh|\/@id\//.test(url)
    return [...new Set(urls)].filter(isWanted)
  }

  /** Hostile pages can name any address; only what this origin serves is asked for. */
  #isOwn(url: string): boolean {
    const parsed = URL.parse(url)
    return parsed !== null && (parsed.protocol === 'http:' || parsed.protocol === 'https:') && parsed.origin === this.#view.origin
  }
}

/** Vite serves its client at `<base>@vite/client`, which is the only place where the page tells the base; null where it is not there. */
export function devServerBase(owner: Document): string | null {
  const client = [...owner.scripts].find(script => script.getAttribute('src')?.includes('/@vite/client'))
  const path = client && URL.parse(client.getAttribute('src') ?? '', owner.baseURI)?.pathname
  return path ? path.slice(0, path.indexOf('@vite/client')) : null
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
