import { join } from 'node:path'
import type { PageContext } from '@fixpoint/protocol'
import type { Config } from '../config/config-schema.ts'
import { createProjectRepository, type ProjectRepository } from '../git/project-repository.ts'
import { createRemote, type Remote } from '../git/remote.ts'
import type { Logger } from '../observe/logger.ts'
import type { Base } from './project-preparation.ts'
import type { ProjectRegistry } from './project-registry.ts'
import { withCandidates } from './source-candidates.ts'
import { verifySources, withoutVerification } from './source-verification.ts'

/** The repositories of all projects, and what is known of their branches. */
export interface ProjectRepositories {
  get(projectId: string): ProjectRepository
  remoteOf(projectId: string): Remote
  /** Brings a project's branch up to date. */
  refresh(projectId: string, signal?: AbortSignal): Promise<Base>
  /**
   * The context with the sources that are tracked files marked as such, and candidates for picks whose place is not known for sure. While
   * nothing is known of the repository nothing is verified.
   */
  verifySources(projectId: string, context: PageContext): Promise<PageContext>
}

/** A prompt waits for the search, so that it gets no more than a moment. */
const SEARCH_LIMITS = { timeoutMs: 2_000, maxBytes: 2_000_000 }

export interface ProjectRepositoriesOptions {
  projects: ProjectRegistry
  folder: string
  git: Config['git']
  /** Token for git over HTTPS. */
  token: string | undefined
  logger: Logger
}

/** @throws FixpointError with one of the `repo_…` codes when a project's repository is not one that may be used. */
export function createProjectRepositories({ projects, folder, git, token, logger }: ProjectRepositoriesOptions): ProjectRepositories {
  const repositories = new Map<string, ProjectRepository>()
  const remotes = new Map<string, Remote>()
  const bases = new Map<string, Base>()
  const trackedFiles = new Map<string, Promise<string[]>>()
  for (const { projectId, repository, branch } of projects.list()) {
    const remote = createRemote(repository, { allowedHosts: git.allowedHosts, token: () => token })
    remotes.set(projectId, remote)
    const path = join(folder, `${projectId}.git`)
    repositories.set(
      projectId,
      createProjectRepository({ path, remote, branch, timeoutMs: git.timeoutSeconds * 1_000, maxBytes: git.repositoryMegabytes * 1e6 })
    )
  }

  function get(projectId: string): ProjectRepository {
    const repository = repositories.get(projects.get(projectId).projectId)
    if (!repository) throw new Error(`project ${projectId} has no repository`)
    return repository
  }

  return {
    get,

    remoteOf(projectId) {
      const remote = remotes.get(projects.get(projectId).projectId)
      if (!remote) throw new Error(`project ${projectId} has no remote`)
      return remote
    },

    async refresh(projectId, signal) {
      const base = await get(projectId).fetchBranch(signal)
      bases.set(projectId, base)
      return base
    },

    async verifySources(projectId, context) {
      const base = bases.get(projectId)
      const claimed = withoutVerification(context)
      if (!base || context.picks.length === 0) return claimed
      try {
        const key = `${projectId} ${base.commit}`
        const files = trackedFiles.get(key) ?? get(projectId).listFiles(base.commit)
        trackedFiles.set(key, files)
        const { subfolder } = projects.get(projectId)
        const verified = verifySources(claimed, await files, subfolder)
        const search = (texts: readonly string[]) => get(projectId).searchLines(base.commit, texts, SEARCH_LIMITS)
        return await withCandidates(verified, search, subfolder)
      } catch (error) {
        // A prompt is worth more than the mark beside its sources; they stay unverified.
        logger.warn({ err: error, projectId }, 'sources could not be verified')
        return claimed
      }
    }
  }
}
