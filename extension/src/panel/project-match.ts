import { type Failure, FixpointError, type MatchedProject } from '@fixpoint/protocol'
import type { Server } from './server.ts'

export type ProjectMatch =
  | { status: 'loading' }
  | { status: 'matched'; project: MatchedProject }
  /** No project is served at the tab's origin. */
  | { status: 'unmapped'; origin: string; failure: Failure }
  /** The tab's address is not known or is not one of a web page. */
  | { status: 'none' }
  | { status: 'failed'; failure: Failure }

const KNOWN_FOR_MS = 60_000

/**
 * Finds the project of a page. The server is told the page's origin and no more, and is asked once a minute for each at the most. While
 * it does not answer, its last answer holds: a lost connection must not take away what is shown.
 */
export function createProjectMatcher(server: Pick<Server, 'call'>, now: () => number): (url: string | undefined) => Promise<ProjectMatch> {
  const known = new Map<string, { at: number; match: ProjectMatch }>()
  return async url => {
    const origin = originOf(url)
    if (origin === null) return { status: 'none' }
    const remembered = known.get(origin)
    if (remembered !== undefined && now() - remembered.at < KNOWN_FOR_MS) return remembered.match
    const match = await ask(server, origin)
    if (match.status === 'failed') return remembered?.match ?? match
    known.set(origin, { at: now(), match })
    return match
  }
}

async function ask(server: Pick<Server, 'call'>, origin: string): Promise<ProjectMatch> {
  try {
    return { status: 'matched', project: await server.call('matchProject', { query: { url: `${origin}/` } }) }
  } catch (error) {
    if (!(error instanceof FixpointError)) throw error
    if (error.code === 'origin_not_mapped') return { status: 'unmapped', origin, failure: error.toFailure() }
    return { status: 'failed', failure: error.toFailure() }
  }
}

function originOf(url: string | undefined): string | null {
  if (url === undefined || !URL.canParse(url)) return null
  const { origin, protocol } = new URL(url)
  return protocol === 'http:' || protocol === 'https:' ? origin : null
}
