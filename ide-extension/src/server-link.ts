import { type ApiClient, createApiClient, FixpointError } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import { z } from 'zod'

/** A server, and the session to show where that is settled by the place. */
export interface ServerLink {
  client: ApiClient
  /** As people know it. */
  serverUrl: string
  /** Null in the VS Code that a session opened: the browser has a cookie. */
  token: string | null
  /** Set in the VS Code that a session opened: there is no other one there. */
  sessionId: string | null
}

const doorSchema = z.object({ sessionId: z.string() })
const locationSchema = z.object({ origin: z.url({ protocol: /^https?$/ }) })

const TOKEN_KEY = 'fixpoint.token'

/**
 * In a session’s own VS Code the page’s origin is the door of that session: its server answers below `/.fixpoint`, by the cookie that
 * the browser has, and nothing has to be configured. The extension then runs in the browser, so no key is ever in the sandbox.
 */
export async function linkAtDoor(): Promise<ServerLink | null> {
  const location = locationSchema.safeParse(Reflect.get(globalThis, 'location'))
  if (!location.success) return null
  const serverUrl = `${location.data.origin}/.fixpoint`
  const response = await fetch(`${serverUrl}/session`).catch(() => null)
  if (!response?.ok) return null
  const door = doorSchema.safeParse(await response.json().catch(() => null))
  if (!door.success) return null
  const client = createApiClient({ serverUrl, fetch: boundFetch })
  return { client, serverUrl: location.data.origin, token: null, sessionId: door.data.sessionId }
}

/** The server that this machine is set to, with the token that is kept for it. */
export async function linkFromSettings(secrets: Pick<vscode.SecretStorage, 'get'>): Promise<ServerLink | null> {
  const serverUrl = configuredServer()
  const kept = keptTokenSchema.safeParse(parseJson(await secrets.get(TOKEN_KEY)))
  // A token goes to the server that gave it and to no other, whatever the setting says by now (threats.md I1).
  if (serverUrl === null || !kept.success || kept.data.serverUrl !== serverUrl) return null
  return linkWith(serverUrl, kept.data.token)
}

/**
 * Exchanges a pairing link for a token and keeps both.
 * @throws FixpointError `pairing_code_invalid`, `server_unreachable`, `invalid_parameter`
 */
export async function pairWith(link: string, secrets: vscode.SecretStorage): Promise<ServerLink> {
  const url = URL.parse(link.trim())
  const code = url?.hash.slice(1) ?? ''
  if (url === null || !/^https?:$/.test(url.protocol) || code === '') {
    throw new FixpointError(
      'invalid_parameter',
      vscode.l10n.t('This is no pairing link. It looks like {0}.', 'http://127.0.0.1:4700/pair#ABCD-EFGH')
    )
  }
  const serverUrl = url.origin
  const client = createApiClient({ serverUrl, fetch: boundFetch })
  const { token } = await client.call('pair', { body: { code, client: `${vscode.env.appName} on this machine` } })
  await secrets.store(TOKEN_KEY, JSON.stringify({ serverUrl, token }))
  await vscode.workspace.getConfiguration('fixpoint').update('serverUrl', serverUrl, vscode.ConfigurationTarget.Global)
  return linkWith(serverUrl, token)
}

/** Name of the person who is signed in; null where nobody is, or the server does not say. */
export async function nameOfPerson(link: Pick<ServerLink, 'client'> | null): Promise<string | null> {
  try {
    return link === null ? null : (await link.client.call('getMe', {})).name
  } catch (error) {
    if (error instanceof FixpointError) return null
    throw error
  }
}

function linkWith(serverUrl: string, token: string): ServerLink {
  return { client: createApiClient({ serverUrl, token, fetch: boundFetch }), serverUrl, token, sessionId: null }
}

const keptTokenSchema = z.object({ serverUrl: z.string(), token: z.string() })

/** Only what the person set for this machine counts; the setting’s scope keeps workspaces out, and this does not rely on it. */
function configuredServer(): string | null {
  const inspected = vscode.workspace.getConfiguration('fixpoint').inspect<string>('serverUrl')
  const value = inspected?.globalValue ?? ''
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url !== null && /^https?:$/.test(url.protocol) ? url.origin : null
}

const boundFetch: typeof fetch = (input, init) => fetch(input, init)

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return null
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
