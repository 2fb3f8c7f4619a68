import { posix } from 'node:path'
import type { PageContext, SourceLocation } from '@fixpoint/protocol'

/**
 * Says for each source location whether it is a tracked file of the repository. What the page says is a claim: a path counts only
 * when it is, or ends in, the path of a tracked file; nothing is ever read by the path that the page gave.
 * @param trackedFiles paths relative to the repository's root.
 * @param subfolder the app's folder, which paths below the dev server's root are relative to.
 */
export function verifySources(context: PageContext, trackedFiles: readonly string[], subfolder: string): PageContext {
  const index = indexBySuffix(trackedFiles)
  const verify = (location: SourceLocation): SourceLocation | undefined => {
    const repositoryPath = findTrackedFile(location.file, index, subfolder)
    if (repositoryPath !== undefined) return { ...location, repositoryPath }
    // Out of the app's folder and not of the repository: so packages call their files in maps of their own.
    return location.file.startsWith('../') ? undefined : location
  }
  return mapSources(withoutVerification(context), verify)
}

/** The context without what only the server may say: whatever a client has put there. */
export function withoutVerification(context: PageContext): PageContext {
  const bare = mapSources(context, ({ repositoryPath: _claimed, ...location }) => location)
  return { ...bare, picks: bare.picks.map(({ candidates: _claimed, ...pick }) => pick) }
}

function mapSources(context: PageContext, change: (source: SourceLocation) => SourceLocation | undefined): PageContext {
  return {
    ...context,
    picks: context.picks.map(pick => ({
      ...pick,
      components: pick.components.map(component => (component.source ? { ...component, source: change(component.source) } : component))
    }))
  }
}

interface FileIndex {
  paths: ReadonlySet<string>
  byName: ReadonlyMap<string, readonly string[]>
}

function indexBySuffix(trackedFiles: readonly string[]): FileIndex {
  const byName = new Map<string, string[]>()
  for (const file of trackedFiles) {
    const name = posix.basename(file)
    byName.set(name, [...(byName.get(name) ?? []), file])
  }
  return { paths: new Set(trackedFiles), byName }
}

function findTrackedFile(claimed: string, index: FileIndex, subfolder: string): string | undefined {
  const path = plainPath(claimed)
  if (path === undefined) return undefined
  // Bundlers say where another package of the repository lies as seen from the app's folder. Anywhere else it is no path of this repository.
  if (path.startsWith('../')) {
    const inRepository = posix.join(subfolder, path)
    return index.paths.has(inRepository) ? inRepository : undefined
  }
  const isAbsolute = path.startsWith('/')
  const relative = path.replace(/^\/+/, '')
  // From the app's folder, or from one above it: addresses cannot say how far up a package beside the app is.
  for (const folder of foldersFrom(subfolder)) {
    const inFolder = posix.join(folder, relative)
    if (index.paths.has(inFolder)) return inFolder
  }
  // A path of the machine where the app runs, from its root or from a folder above the repository: the longest tracked path that it
  // ends in, if there is but one. A bare name is no path: it would be found anywhere.
  const candidates = (index.byName.get(posix.basename(path)) ?? []).filter(
    file => path.endsWith(`/${file}`) && (isAbsolute || file.includes('/'))
  )
  const longest = candidates.toSorted((a, b) => b.length - a.length)
  return longest[0] !== undefined && longest[1]?.length !== longest[0].length ? longest[0] : undefined
}

/** A folder, and those that it is in, up to the repository's root. */
function foldersFrom(subfolder: string): string[] {
  const parent = posix.dirname(subfolder)
  return parent === subfolder ? [subfolder] : [subfolder, ...foldersFrom(parent)]
}

/** The path without a scheme, a query and a position; undefined for anything that is not a plain path. */
function plainPath(claimed: string): string | undefined {
  const withoutScheme = claimed.replace(/^file:\/\//, '').replace(/[?#].*$/, '')
  const isPlain =
    !/^[a-z][a-z0-9+.-]*:/i.test(withoutScheme) &&
    !/[\\\0\n\r]/.test(withoutScheme) &&
    !withoutScheme
      .replace(/^(?:\.\.\/)+/, '')
      .split('/')
      .includes('..')
  return isPlain && withoutScheme !== '' ? withoutScheme.replace(/^\.\//, '') : undefined
}
