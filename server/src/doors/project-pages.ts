import { FixpointError } from '@fixpoint/protocol'
import type { ProjectConfig } from '../projects/project-config.ts'
import { originOf, type ProjectRegistry } from '../projects/project-registry.ts'
import type { SessionLog } from '../sessions/session-log.ts'
import type { DoorPlaces } from './door-address.ts'

/** A page's project, and where the page is a preview, whose. */
export interface PageMatch {
  project: ProjectConfig
  preview?: { sessionId: string; origin: string }
}

/** Which project a page belongs to: by the origins in the configuration, or because it is the preview of a session. */
export interface ProjectPages {
  /** @throws FixpointError `origin_not_mapped` */
  match(pageUrl: string): Promise<PageMatch>
  /** The id of the page's project; null where it belongs to none. */
  projectOf(pageUrl: string): Promise<string | null>
}

export interface ProjectPagesOptions {
  projects: ProjectRegistry
  log: SessionLog
  places: () => DoorPlaces | null
}

export function createProjectPages({ projects, log, places }: ProjectPagesOptions): ProjectPages {
  async function previewOf(pageUrl: string): Promise<PageMatch | null> {
    const origin = originOf(pageUrl)
    const address = origin === null ? undefined : places()?.find(new URL(origin).host)
    // The name alone is not enough: the same host with another scheme is another page.
    if (origin === null || address?.door !== 'preview' || places()?.origin(address) !== origin) return null
    try {
      const { projectId } = await log.state(address.sessionId)
      return { project: projects.get(projectId), preview: { sessionId: address.sessionId, origin } }
    } catch (error) {
      // A name that anybody can make up, or a session of a project that is no longer configured: no page of ours.
      if (error instanceof FixpointError && (error.code === 'session_not_found' || error.code === 'project_not_found')) return null
      throw error
    }
  }

  const match = async (pageUrl: string) => (await previewOf(pageUrl)) ?? { project: projects.match(pageUrl) }

  return {
    match,
    async projectOf(pageUrl) {
      try {
        return (await match(pageUrl)).project.projectId
      } catch (error) {
        if (error instanceof FixpointError && error.code === 'origin_not_mapped') return null
        throw error
      }
    }
  }
}
