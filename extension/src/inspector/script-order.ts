import { urlPath } from './source-path.ts'

/** A search through more would take longer than anybody waits. */
const MOST_SCRIPTS = 300

/**
 * Which scripts a component's code is looked for in, and in which order: those first whose file is called like it, or whose folder is
 * where the file is an `index`.
 * @param names of components
 * @param files where frameworks say that they are written
 * @param base the path that the dev server puts before its modules; null where there is none
 */
export function scriptOrder(
  urls: readonly string[],
  { names, files, base, origin }: { names: readonly string[]; files: readonly string[]; base: string | null; origin: string }
): string[] {
  const hints = new Set([...names, ...files.map(fileNameOf)].map(plain).filter(hint => hint !== ''))
  const isHinted = (url: string) => hints.has(plain(fileNameOf(urlPath(url) ?? '')))
  const served = base === null ? [] : servedAddresses(urls, files, base, origin)
  const hinted = urls.filter(isHinted)
  // A browser keeps the addresses of a page's first requests only: what a framework names may have been loaded all the same.
  const missing = served.filter(url => !hinted.some(other => withoutQuery(other) === url))
  return [...new Set([...hinted, ...missing, ...urls])].slice(0, MOST_SCRIPTS)
}

/** Where a dev server would serve these files: below its root, whose folders are those that other scripts were loaded from. */
function servedAddresses(urls: readonly string[], files: readonly string[], base: string, origin: string): string[] {
  const tops = new Set(
    urls.flatMap(url => {
      const path = URL.parse(url)?.pathname ?? ''
      const [top, ...rest] = path.startsWith(base) ? path.slice(base.length).split('/') : []
      return top && rest.length > 0 ? [top] : []
    })
  )
  return files.flatMap(file => {
    const parts = file.replaceAll('\\', '/').split('/')
    const places = [...parts.keys()].filter(index => tops.has(parts[index] ?? '') && index < parts.length - 1)
    return places.map(index => `${origin}${base}${parts.slice(index).map(encodeURIComponent).join('/')}`)
  })
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '')
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/** Without its ending; for an `index` the folder. */
function fileNameOf(path: string): string {
  const parts = path.replaceAll('\\', '/').split('/')
  const name = (parts.at(-1) ?? '').replace(/\.[^.]+$/, '')
  return name === 'index' ? (parts.at(-2) ?? '') : name
}
