import { type Failure, PROTOCOL_VERSION, type SessionState, type TurnState } from '@fixpoint/protocol'
import type { Connection } from '@fixpoint/ui'

export interface DiagnosticsInput {
  extensionVersion: string
  userAgent: string
  now: string
  serverUrl: string
  /** With the protocol that it speaks; undefined where it has not said so yet. */
  serverVersion?: string | undefined
  connection: Connection
  session: SessionState | null
  turn?: TurnState | undefined
  failure?: Failure | undefined
  requestId?: string | undefined
}

/**
 * What somebody who helps will ask for, as text to paste. No token, no prompt, no page address, no file content: only ids, codes
 * and versions.
 */
export function diagnosticsOf({
  extensionVersion,
  userAgent,
  now,
  serverUrl,
  serverVersion,
  connection,
  session,
  turn,
  failure,
  requestId
}: DiagnosticsInput): string {
  const lines: (string | undefined | false)[] = [
    'Fixpoint diagnostics',
    `time: ${now}`,
    `extension: ${extensionVersion}, protocol ${PROTOCOL_VERSION}`,
    `browser: ${userAgent}`,
    `server: ${serverUrl}, ${serverVersion ?? 'version not known'}`,
    `connection: ${connection.status}${connection.status === 'refused' ? ` (${connection.failure.code})` : ''}`,
    session !== null &&
      `session: ${session.sessionId}, seq ${session.seq}, project ${session.projectId}, sandbox ${session.sandbox.status}`,
    session?.checkpoint ? `checkpoint: ${session.checkpoint.commit}` : undefined,
    turn &&
      `turn: ${turn.turnId}, ${turn.status}, attempt ${turn.attempt}, ${turn.steps} steps, ${turn.usage.inputTokens}+${turn.usage.outputTokens} tokens`,
    turn && `last items: ${turn.items.slice(-8).map(describeItem).join(' | ')}`,
    failure && `failure: ${failure.code}: ${failure.message}`,
    failure?.field && `field: ${failure.field}`,
    requestId && `request: ${requestId}`
  ]
  return lines.filter(Boolean).join('\n')
}

function describeItem(item: TurnState['items'][number]): string {
  if (item.kind === 'tool') return `${item.seq} ${item.tool} ${item.status}`
  if (item.kind === 'failure') return `${item.seq} ${item.failure.code}`
  return `${item.seq} ${item.kind}`
}
