import { useCallback, useEffect, useMemo, useState } from 'react'
import { offeredMatch } from './managed-settings.ts'
import { createProjectMatcher, type ProjectMatch } from './project-match.ts'
import type { Server } from './server.ts'
import { managedProjectsSetting } from './storage.ts'
import { useStoredValue } from './use-stored-value.ts'

export interface MatchedPage {
  match: ProjectMatch
  /** The page that the match is about. */
  url: string | undefined
  retry: () => void
}

/** The project that the page belongs to. While another page is looked up, the last answer stays. */
export function useProject(server: Server, url: string | undefined, isConnected: boolean): MatchedPage {
  const matcher = useMemo(() => createProjectMatcher(server, Date.now), [server])
  const [found, setFound] = useState<{ match: ProjectMatch; url: string | undefined }>({ match: { status: 'loading' }, url })
  const [attempt, setAttempt] = useState(0)
  const projects = useStoredValue(managedProjectsSetting)

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked again when the person wants it or the server is back
  useEffect(() => {
    let isCurrent = true
    matcher(url).then(
      match => isCurrent && setFound({ match, url }),
      error => console.error(error)
    )
    return () => {
      isCurrent = false
    }
  }, [matcher, url, attempt, isConnected])

  const match: ProjectMatch = projects === undefined ? { status: 'loading' } : offeredMatch(found.match, projects)
  return { match, url: found.url, retry: useCallback(() => setAttempt(count => count + 1), []) }
}
