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

/** Of a file of translations; a larger one is searched by its lines alone. */
const MOST_TRANSLATION_BYTES = 1_000_000

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
  /** Of each project's last known commit. */
  const trackedFiles = new Map<string, { commit: string; files: Promise<string[]> }>()

  /** The repository, which says here what it learns of its branch, whoever fetches it: the server's start, a turn or a visit. */
  function noting(projectId: string, repository: ProjectRepository): ProjectRepository {
    return {
      ...repository,
      async fetchBranch(signal) {
        const base = await repository.fetchBranch(signal)
        bases.set(projectId, base)
        return base
      }
    }
  }

  for (const { projectId, repository, branch } of projects.list()) {
    const remote = createRemote(repository, { allowedHosts: git.allowedHosts, token: () => token })
    remotes.set(projectId, remote)
    const path = join(folder, `${projectId}.git`)
    const limits = { timeoutMs: git.timeoutSeconds * 1_000, maxBytes: git.repositoryMegabytes * 1e6 }
    repositories.set(projectId, noting(projectId, createProjectRepository({ path, remote, branch, ...limits })))
  }

  function get(projectId: string): ProjectRepository {
    const repository = repositories.get(projects.get(projectId).projectId)
    if (!repository) throw new Error(`project ${projectId} has no repository`)
    return repository
  }

  function filesOf(projectId: string, { commit }: Base): Promise<string[]> {
    const known = trackedFiles.get(projectId)
    if (known?.commit === commit) return known.files
    const entry = { commit, files: get(projectId).listFiles(commit) }
    trackedFiles.set(projectId, entry)
    // A failure may pass; the next one asks again.
    entry.files.catch(() => {
      if (trackedFiles.get(projectId) === entry) trackedFiles.delete(projectId)
    })
    return entry.files
  }

  return {
    get,

    remoteOf(projectId) {
      const remote = remotes.get(projects.get(projectId).projectId)
      if (!remote) throw new Error(`project ${projectId} has no remote`)
      return remote
    },

    refresh: (projectId, signal) => get(projectId).fetchBranch(signal),

    async verifySources(projectId, context) {
      const base = bases.get(projectId)
      const claimed = withoutVerification(context)
      if (!base || context.picks.length === 0) return claimed
      try {
        const { subfolder } = projects.get(projectId)
        const trackedFiles = await filesOf(projectId, base)
        return await withCandidates(verifySources(claimed, trackedFiles, subfolder), {
          search: texts => get(projectId).searchLines(base.commit, texts, SEARCH_LIMITS),
          read: async path => (await get(projectId).readText(base.commit, path, MOST_TRANSLATION_BYTES))?.text ?? null,
          trackedFiles,
          subfolder
        })
      } catch (error) {
        // A prompt is worth more than the mark beside its sources; they stay unverified.
        logger.warn({ err: error, projectId }, 'sources could not be verified')
        return claimed
      }
    }
  }
}
