import { ImageOff } from 'lucide-react'
import { strings } from '../strings.ts'
import { useArtifact } from './ArtifactSource.tsx'

/** A picture by its artifact id. Keeps its place while it loads; says so where it cannot be had. */
export function ArtifactPicture({
  picture,
  alt,
  className = ''
}: {
  picture: { artifactId: string; width: number; height: number }
  alt: string
  className?: string
}) {
  const [loaded, retry] = useArtifact('url', picture.artifactId)
  const style = { aspectRatio: `${picture.width} / ${picture.height}` }
  if (loaded.status === 'ready') {
    return <img className={`fx-picture ${className}`} style={style} src={loaded.value} alt={alt} draggable={false} decoding="async" />
  }
  if (loaded.status === 'failed') {
    return (
      <button
        type="button"
        className={`fx-picture fx-picture--failed ${className}`}
        style={style}
        onClick={retry}
        title={strings.artifacts.retry}
      >
        <ImageOff aria-hidden size={14} />
        <span className="fx-hidden">{strings.artifacts.pictureFailed(alt)}</span>
      </button>
    )
  }
  return (
    <span className={`fx-picture fx-picture--loading ${className}`} style={style}>
      <span className="fx-hidden">{strings.artifacts.pictureLoading(alt)}</span>
    </span>
  )
}
