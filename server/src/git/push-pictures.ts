import type { ArtifactStore } from '../store/artifact-store.ts'
import type { CodeHost } from './code-host.ts'
import type { ProjectRepository } from './project-repository.ts'
import type { PictureUrls } from './pull-request-body.ts'

export interface PicturesToPush {
  sessionId: string
  /** Names of the files without their endings, and the artifacts that they are. */
  wanted: readonly { name: string; artifactId: string }[]
  message: string
  /** ISO date of the commit: the same pictures make the same commit. */
  date: string
  artifacts: ArtifactStore
  host: CodeHost
  repository: ProjectRepository
  signal: AbortSignal
}

/**
 * Code hosts have no place for pictures but a repository, so they go on a branch of their own beside the change.
 * @returns addresses of the pictures by artifact id
 */
export async function pushPictures(pictures: PicturesToPush): Promise<PictureUrls> {
  const { sessionId, wanted, message, date, artifacts, host, repository, signal } = pictures
  if (wanted.length === 0) return new Map()
  const files = await Promise.all(
    wanted.map(async ({ name, artifactId }) => {
      const { bytes, info } = await artifacts.get(sessionId, artifactId)
      return { name: `${name}.${info.mediaType.split('/').at(-1)}`, bytes, artifactId }
    })
  )
  const branch = `fixpoint/${sessionId}-pictures`
  const parent = await repository.remoteHead(branch, signal)
  const { commit, isNew } = await repository.createFilesCommit(files, { parent, message, date })
  if (isNew) await pushOnce(repository, commit, branch, signal)
  return new Map(files.map(({ artifactId, name }) => [artifactId, host.fileUrl(commit, name)]))
}

export async function pushOnce(repository: ProjectRepository, commit: string, branch: string, signal: AbortSignal): Promise<void> {
  try {
    await repository.push(commit, branch, signal)
  } catch (error) {
    signal.throwIfAborted()
    // When a connection breaks, git's HTTP library sends the push again by itself, and the second finds the first in its way.
    if ((await repository.remoteHead(branch, signal)) !== commit) throw error
  }
}
