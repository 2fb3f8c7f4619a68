/**
 * From what a source map or React calls a file to a path that says where it is in the project: below the dev server's root, or
 * absolute on the developer's machine. The server decides whether the repository has it.
 */

/**
 * @param source as the source map has it, or a file name of React's.
 * @param moduleUrl the module that the map belongs to; Vite's maps only have the last part of the path, the module's address the rest.
 * @param base the path that the dev server puts before its modules, such as `/shop/`.
 * @returns null for what is no file of a project.
 */
export function sourcePath(source: string, moduleUrl: string | null, base: string): string | null {
  const path = pathOf(source, moduleUrl, base)
  if (path === null) return null
  const clean = path.replaceAll('\\', '/').replace(/^\.\//, '')
  // Bundlers say so of other packages of a repository, above the app's folder; the server looks whether that is where it leads to.
  const below = BUNDLERS.has(schemeOf(source) ?? '') ? clean.replace(/^(?:\.\.\/)+/, '') : clean
  const isUsable = below.length > 0 && clean.length <= 1_000 && !/[\u0000-\u001f\u007f]/.test(clean) && !below.split('/').includes('..')
  return isUsable ? clean : null
}

const BUNDLERS: ReadonlySet<string> = new Set(['webpack', 'webpack-internal', 'turbopack', 'rsc', 'vite'])

function pathOf(source: string, moduleUrl: string | null, base: string): string | null {
  if (/^[A-Za-z]:[\\/]/.test(source)) return source
  const scheme = schemeOf(source)
  if (scheme === 'file') return urlPath(source)?.replace(/^\/([A-Za-z]:\/)/, '$1') ?? null
  if (scheme !== undefined && BUNDLERS.has(scheme)) return bundlerPath(source)
  if (scheme === 'http' || scheme === 'https')
    return moduleUrl !== null && isSameOrigin(source, moduleUrl) ? modulePath(source, base) : null
  if (scheme !== undefined) return null
  if (moduleUrl === null) return source
  // A path from the root of the developer's disk is not one from the root of the server, unless it is the module's own.
  if (source.startsWith('/') && urlPath(moduleUrl) !== source && !source.startsWith('/@fs/')) return source
  const joined = URL.parse(source.split('?')[0] ?? '', moduleUrl)
  if (!joined) return null
  // Create React App puts its bundles into `static/js` and names sources from `src`.
  const isOfCreateReactApp = /\/static\/js\/[^/]+\.js$/.test(urlPath(moduleUrl) ?? '')
  if (isOfCreateReactApp && !source.startsWith('.')) return `src/${source.split('?')[0] ?? ''}`
  return modulePath(joined.href, base)
}

function schemeOf(source: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(source)?.[1]?.toLowerCase()
}

/** The path of a module that a dev server serves: `/@fs/` leads to the disk, anything else is below the server's root. */
function modulePath(url: string, base: string): string | null {
  const path = urlPath(url)
  if (path === null) return null
  const belowBase = base !== '/' && path.startsWith(base) ? path.slice(base.length) : path.slice(1)
  if (belowBase.startsWith('@fs/')) {
    const onDisk = belowBase.slice('@fs/'.length)
    return /^[A-Za-z]:\//.test(onDisk) ? onDisk : `/${onDisk.replace(/^\//, '')}`
  }
  return belowBase
}

/** `webpack://shop/./src/App.jsx`, `webpack-internal:///(rsc)/./app/page.tsx`, `turbopack:///[project]/app/page.tsx` */
function bundlerPath(source: string): string | null {
  const rest = source.replace(/^[a-z-]+:\/\/[^/]*\//i, '').replace(/\?.*$/, '')
  return rest.replace(/^(?:\[project\]|\([a-z-]+\))\//, '').replace(/^(?:\.\/)+/, '') || null
}

export function urlPath(url: string): string | null {
  const parsed = URL.parse(url)
  if (!parsed) return null
  try {
    return decodeURIComponent(parsed.pathname)
  } catch {
    // Not an encoded path after all.
    return parsed.pathname
  }
}

function isSameOrigin(a: string, b: string): boolean {
  return URL.parse(a)?.origin === URL.parse(b)?.origin
}
