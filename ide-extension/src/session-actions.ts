import { FixpointError } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import type { FollowedSession } from './followed-session.ts'

/** What a person can do with the session from here. Refusals are shown; what comes of it arrives by the log. */
export interface SessionActions {
  /** @returns why it was refused, in words; null when it is queued. */
  prompt(text: string): Promise<string | null>
  withdraw(promptId: string): Promise<void>
  stop(): Promise<void>
  createPullRequest(): Promise<void>
  openProof(turnId: string): Promise<void>
  showTurnChanges(turnId: string): Promise<void>
  /** Null where it cannot be had. */
  artifact(artifactId: string): Promise<Uint8Array | null>
}

export interface SessionActionsOptions {
  session: () => FollowedSession | null
  log: vscode.LogOutputChannel
  openProof: (session: FollowedSession, turnId: string) => void
  showTurnChanges: (session: FollowedSession, turnId: string) => Promise<void>
}

export function createSessionActions({ session, log, openProof, showTurnChanges }: SessionActionsOptions): SessionActions {
  /** @returns the refusal, in words. */
  async function attempt(what: string, work: (session: FollowedSession) => Promise<unknown>): Promise<string | null> {
    const current = session()
    if (current === null) return vscode.l10n.t('No session is open.')
    try {
      await work(current)
      return null
    } catch (error) {
      if (!(error instanceof FixpointError)) throw error
      log.warn(`${what}: ${error.code}: ${error.message}`)
      return `${error.message} ${error.hint ?? ''}`.trim()
    }
  }

  async function showing(what: string, work: (session: FollowedSession) => Promise<unknown>): Promise<void> {
    const refusal = await attempt(what, work)
    if (refusal !== null) void vscode.window.showWarningMessage(refusal)
  }

  return {
    prompt: text =>
      attempt('prompt', async ({ client, sessionId }) => {
        await client.call('createPrompt', { params: { sessionId }, body: { text } }, { idempotencyKey: crypto.randomUUID() })
      }),
    withdraw: promptId =>
      showing('withdraw', async ({ client, sessionId }) => await client.call('withdrawPrompt', { params: { sessionId, promptId } })),
    stop: () => showing('stop', async ({ client, sessionId }) => await client.call('stopSession', { params: { sessionId } })),
    createPullRequest: () =>
      showing(
        'create pull request',
        async ({ client, sessionId }) => await client.call('createPullRequest', { params: { sessionId }, body: {} })
      ),
    openProof: turnId => showing('open proof', async current => openProof(current, turnId)),
    showTurnChanges: turnId => showing('show changes', async current => await showTurnChanges(current, turnId)),
    async artifact(artifactId) {
      const current = session()
      if (current === null) return null
      try {
        return await current.client.call('getArtifact', { params: { sessionId: current.sessionId, artifactId } })
      } catch (error) {
        log.warn(`artifact ${artifactId.slice(0, 12)}: ${String(error)}`)
        return null
      }
    }
  }
}
