import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react'

/** Where pictures, diffs and outputs come from. Both reject when the artifact cannot be had. */
export interface ArtifactSource {
  /** An address that an <img> of this document can show. */
  url: (sessionId: string, artifactId: string) => Promise<string>
  text: (sessionId: string, artifactId: string) => Promise<string>
}

interface SessionArtifacts {
  source: ArtifactSource
  sessionId: string
}

const ArtifactContext = createContext<SessionArtifacts | null>(null)

/** Lets everything below show the artifacts of one session. */
export function Artifacts({ source, sessionId, children }: SessionArtifacts & { children: ReactNode }) {
  return <ArtifactContext value={useStable(source, sessionId)}>{children}</ArtifactContext>
}

function useStable(source: ArtifactSource, sessionId: string): SessionArtifacts {
  const [artifacts, setArtifacts] = useState({ source, sessionId })
  if (artifacts.source === source && artifacts.sessionId === sessionId) return artifacts
  const next = { source, sessionId }
  setArtifacts(next)
  return next
}

export type Loaded = { status: 'loading' } | { status: 'ready'; value: string } | { status: 'failed' }

/**
 * Loads an artifact as soon as `artifactId` is given.
 * @param kind `url` for pictures, `text` for diffs and outputs
 * @returns what was loaded, and a way to try again
 */
export function useArtifact(kind: keyof ArtifactSource, artifactId: string | undefined): [Loaded, () => void] {
  const artifacts = useContext(ArtifactContext)
  const [attempt, setAttempt] = useState(0)
  const [loaded, setLoaded] = useState<Loaded>({ status: 'loading' })

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt loads again
  useEffect(() => {
    if (artifactId === undefined) return
    if (artifacts === null) {
      setLoaded({ status: 'failed' })
      return
    }
    let isCurrent = true
    setLoaded({ status: 'loading' })
    artifacts.source[kind](artifacts.sessionId, artifactId).then(
      value => isCurrent && setLoaded({ status: 'ready', value }),
      () => isCurrent && setLoaded({ status: 'failed' })
    )
    return () => {
      isCurrent = false
    }
  }, [artifacts, kind, artifactId, attempt])

  return [loaded, useCallback(() => setAttempt(count => count + 1), [])]
}
