import { type ContextSummary, describeStep, FixpointError, type PageContext, pickLabel, type SessionState } from '@fixpoint/protocol'
import { originOf, type ProjectRegistry } from '../projects/project-registry.ts'
import type { ArtifactStore } from '../store/artifact-store.ts'

/** The page contexts that prompts and reports of a session come with. */
export interface SessionContexts {
  /**
   * Keeps a context as an artifact, with its sources checked, and gives what the log says of it.
   * @throws FixpointError `capture_url_mismatch` where it is of a page of none of the project's origins
   */
  store(sessionId: string, state: SessionState, context: PageContext): Promise<ContextSummary>
}

export interface SessionContextsOptions {
  artifacts: ArtifactStore
  projects: ProjectRegistry
  /** The id of the project that a page belongs to; null where it belongs to none. */
  projectOf: (pageUrl: string) => Promise<string | null>
  /** The context with its sources checked against the repository. */
  verifySources: (projectId: string, context: PageContext) => Promise<PageContext>
}

export function createSessionContexts({ artifacts, projects, projectOf, verifySources }: SessionContextsOptions): SessionContexts {
  return {
    async store(sessionId, state, context) {
      const project = projects.get(state.projectId)
      if ((await projectOf(context.url)) !== project.projectId) {
        const origin = originOf(context.url)
        throw new FixpointError(
          'capture_url_mismatch',
          `The page context is of ${origin ?? 'an unknown address'}, which is not one of ${project.name}’s.`,
          { field: 'context.url' }
        )
      }
      const verified = await verifySources(state.projectId, context)
      const bytes = new TextEncoder().encode(JSON.stringify(verified))
      const { artifactId } = await artifacts.put(sessionId, bytes, { mediaType: 'application/json' })
      return summarise(verified, artifactId)
    }
  }
}

/** The artifacts of a context's pictures. */
export function picturesOfContext(context: PageContext): string[] {
  const crops = context.picks.flatMap(pick => (pick.crop ? [pick.crop.artifactId] : []))
  const whole = [context.screenshot, context.annotated].flatMap(picture => (picture ? [picture.artifactId] : []))
  return [...new Set([...whole, ...crops])]
}

function pictureOf({ artifactId, width, height }: { artifactId: string; width: number; height: number }) {
  return { artifactId, width, height }
}

function summarise(context: PageContext, artifactId: string): ContextSummary {
  return {
    artifactId,
    url: context.url,
    title: context.title,
    viewport: context.viewport,
    colorScheme: context.colorScheme,
    screenshot: context.screenshot,
    annotated: context.annotated && pictureOf(context.annotated),
    picks: context.picks.map(pick => ({
      number: pick.number,
      label: pickLabel(pick),
      selector: pick.selectors.join(' >>> '),
      source: pick.components.find(component => component.source !== undefined)?.source,
      candidates: pick.candidates?.slice(0, 3),
      crop: pick.crop
    })),
    consoleMessages: context.console.length,
    steps: context.steps.length === 0 ? undefined : context.steps.map((step, index) => describeStep(step, index === 0)),
    redactions: Object.values(context.redactions).reduce((sum, count) => sum + count, 0)
  }
}
