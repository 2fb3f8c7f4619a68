import type { ReactNode } from 'react'
import { Button } from '../controls/Button.tsx'
import { strings } from '../strings.ts'
import { useArtifact } from './ArtifactSource.tsx'

/** Loads a text artifact and shows it as `children` says. */
export function ArtifactText({ artifactId, children }: { artifactId: string; children: (text: string) => ReactNode }) {
  const [loaded, retry] = useArtifact('text', artifactId)
  if (loaded.status === 'ready') return children(loaded.value)
  if (loaded.status === 'loading') return <p className="fx-faint">{strings.artifacts.textLoading}</p>
  return (
    <p className="fx-faint">
      {strings.artifacts.textFailed} <Button onClick={retry}>{strings.artifacts.retry}</Button>
    </p>
  )
}
