import { FixpointError, type Project } from '@fixpoint/protocol'
import type { ProjectConfig } from './project-config.ts'

/** The projects of this server, as its configuration names them. */
export interface ProjectRegistry {
  list(): ProjectConfig[]
  /** @throws FixpointError `project_not_found`. */
  get(projectId: string): ProjectConfig
  /** The project that is served at this page's origin, exactly. @throws FixpointError `origin_not_mapped`. */
  match(pageUrl: string): ProjectConfig
}

export function createProjectRegistry(projects: readonly ProjectConfig[]): ProjectRegistry {
  return {
    list: () => [...projects],
    get(projectId) {
      const project = projects.find(candidate => candidate.projectId === projectId)
      if (!project) throw new FixpointError('project_not_found', `There is no project “${projectId.slice(0, 100)}”.`)
      return project
    },
    match(pageUrl) {
      const origin = originOf(pageUrl)
      const project = projects.find(candidate => origin !== null && candidate.origins.includes(origin))
      if (!project) throw new FixpointError('origin_not_mapped', `No project is served at ${origin ?? 'this address'}.`)
      return project
    }
  }
}

/**
 * Scheme, host and port of a page. A host that ends with a dot, or is written in another alphabet, has another origin in the
 * browser as well, so comparing the whole origin as text is exact.
 */
export function originOf(pageUrl: string): string | null {
  try {
    const { origin, protocol } = new URL(pageUrl)
    return protocol === 'http:' || protocol === 'https:' ? origin : null
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

/** What clients are told of a project. */
export function describeProject(project: ProjectConfig): Project {
  return {
    projectId: project.projectId,
    name: project.name,
    origins: project.origins,
    branch: project.branch ?? 'default branch',
    suggestions: project.suggestions,
    masking: project.masking
  }
}
