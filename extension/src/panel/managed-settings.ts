import { FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import { type PairingInvitation, parseCode, parsePairingLink, parseServerUrl } from './pairing.ts'
import type { ProjectMatch } from './project-match.ts'
import { type StorageArea, storedValue } from './stored-value.ts'

/** An address that cannot be used counts as none: the person is asked, as in a browser that nobody manages. */
const managedServerSchema = z.string().transform((text, context) => {
  try {
    return parseServerUrl(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    return z.NEVER
  }
})

/** The server that the organisation's device management has set (public/managed-schema.json); null in other browsers. */
export function managedServer(managed: StorageArea) {
  return storedValue(managed, 'serverUrl', managedServerSchema)
}

/** Ids of the projects that the organisation offers here; null where all of the server's are. */
export function managedProjects(managed: StorageArea) {
  return storedValue(managed, 'projects', z.array(z.string()))
}

/** Which updates the browser gets; the address that they come from is part of the policy itself. */
export function managedRing(managed: StorageArea) {
  return storedValue(managed, 'ring', z.enum(['canary', 'early', 'all']))
}

/**
 * What a person has typed where the server is set already: a code, or a pairing link of that server.
 * @throws FixpointError `pairing_code_invalid`, `server_url_invalid` for a link to another server.
 */
export function invitationTo(serverUrl: string, text: string): PairingInvitation {
  const invitation = parsePairingLink(text)
  if (invitation === null) return { serverUrl, code: parseCode(text) }
  if (invitation.serverUrl === serverUrl) return invitation
  throw new FixpointError('server_url_invalid', `The link is for ${invitation.serverUrl}; your organisation has set ${serverUrl}.`, {
    hint: `Use a link or a code of ${serverUrl}.`
  })
}

/** A project that is not among those that the organisation offers is not shown; the person is told who can change that. */
export function offeredMatch(match: ProjectMatch, projects: readonly string[] | null): ProjectMatch {
  if (match.status !== 'matched' || projects === null || projects.includes(match.project.projectId)) return match
  const failure = new FixpointError('origin_not_mapped', `Your organisation does not offer the project ${match.project.name} here.`, {
    hint: 'Whoever manages the browsers adds the project to the policy.'
  })
  return { status: 'failed', failure: failure.toFailure() }
}
