import { FixpointError, filesOfTurns, openTurns } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import type { FollowedSession } from './followed-session.ts'
import { confirm, warn } from './notify.ts'

/** What a person can do with the session from here. Refusals are shown; what comes of it arrives by the log. */
export interface SessionActions {
  /** @returns why it was refused, in words; null when it is queued. */
  prompt(text: string): Promise<string | null>
  withdraw(promptId: string): Promise<void>
  stop(): Promise<void>
  createPullRequest(): Promise<void>
  /** Takes the work that was neither accepted nor undone. */
  accept(): Promise<void>
  /** Puts back what was not accepted, after asking. */
  discard(): Promise<void>
  /** Puts back the files that turns changed. Where some were changed since, the person is asked about the others. */
  undo(turnIds: readonly string[], leaveChanged?: boolean): Promise<void>
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

const MOST_NAMED = 20

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
    if (refusal !== null) void warn(refusal)
  }

  async function undo(turnIds: readonly string[], leaveChanged = false): Promise<void> {
    await showing('undo', async ({ client, sessionId }) => {
      try {
        const input = { params: { sessionId }, body: { turnIds: [...turnIds], leaveChanged } }
        await client.call('undoTurns', input, { idempotencyKey: crypto.randomUUID() })
      } catch (error) {
        if (!(error instanceof FixpointError) || error.code !== 'undo_conflict' || leaveChanged) throw error
        const others = vscode.l10n.t('Undo the Other Files')
        if (await confirm(error.message, others)) await undo(turnIds, true)
      }
    })
  }

  return {
    undo,
    accept: () =>
      showing('accept', async ({ client, sessionId, state }) => {
        const turnIds = openTurns(state).map(turn => turn.turnId)
        if (turnIds.length > 0) await client.call('acceptTurns', { params: { sessionId }, body: { turnIds } })
      }),
    async discard() {
      const state = session()?.state
      const turns = state === undefined ? [] : openTurns(state)
      const turnIds = turns.map(turn => turn.turnId)
      if (turnIds.length === 0) return
      const names = filesOfTurns(turns).slice(0, MOST_NAMED)
      const discard = vscode.l10n.t('Discard')
      const question =
        turnIds.length === 1
          ? vscode.l10n.t('Discard the work of this turn?')
          : vscode.l10n.t('Discard the work of {0} turns?', turnIds.length)
      const detail = vscode.l10n.t('Their files will be as before. What people changed stays.\n\n{0}', names.join('\n'))
      if (await confirm(question, discard, detail)) await undo(turnIds)
    },
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
