import { canBeUndone, FixpointError, openTurns, type SessionState, stripControls, type UndoState } from '@fixpoint/protocol'
import type { Connection } from './connection.ts'
import { EXIT } from './exit-codes.ts'
import { followSession } from './follow-session.ts'
import { findSession, interruptible, readSession } from './session-commands.ts'
import type { Terminal } from './terminal.ts'

export interface UndoOptions {
  turn?: string | undefined
  all: boolean
  leaveChanged: boolean
  json: boolean
}

/** Puts back what a turn changed, or everything that was not accepted, and waits until it is done. */
export async function undoCommand(given: string, options: UndoOptions, connection: Connection, terminal: Terminal): Promise<number> {
  const sessionId = await findSession(given, connection)
  const turnIds = turnsToUndo(await readSession(sessionId, connection), options)
  const { operationId } = await connection.client.call('undoTurns', {
    params: { sessionId },
    body: { turnIds, leaveChanged: options.leaveChanged }
  })
  return await interruptible(async signal => {
    const find = (state: SessionState) => state.undos.find(undo => undo.operationId === operationId)
    const isOver = (state: SessionState) => find(state)?.status === 'finished' || find(state)?.status === 'failed'
    const undo = find(await followSession(connection, sessionId, () => undefined, isOver, signal))
    if (options.json) terminal.answer(JSON.stringify(undo, null, 2))
    if (undo?.status === 'failed') {
      terminal.fail(undo.failure)
      return EXIT.failure
    }
    if (undo?.status === 'finished' && !options.json) tell(undo, terminal)
    return EXIT.ok
  })
}

function turnsToUndo(state: SessionState, { turn, all }: UndoOptions): string[] {
  if (turn !== undefined) return [turn]
  const last = state.turns.findLast(canBeUndone)
  const turns = all ? openTurns(state) : last === undefined ? [] : [last]
  if (turns.length === 0) throw new FixpointError('nothing_to_undo', 'No turn of this session has anything to undo.')
  return turns.map(({ turnId }) => turnId)
}

function tell({ restored, left }: Extract<UndoState, { status: 'finished' }>, terminal: Terminal): void {
  for (const path of restored) terminal.answer(stripControls(path))
  for (const path of left) terminal.say(`left as it is, because it was changed since: ${stripControls(path)}`)
  if (restored.length === 0) terminal.say('every file was as before already')
}

/** Takes the work of all turns that were neither accepted nor undone. */
export async function acceptCommand(given: string, connection: Connection, terminal: Terminal): Promise<number> {
  const sessionId = await findSession(given, connection)
  const turnIds = openTurns(await readSession(sessionId, connection)).map(turn => turn.turnId)
  if (turnIds.length > 0) await connection.client.call('acceptTurns', { params: { sessionId }, body: { turnIds } })
  terminal.say(
    turnIds.length === 0 ? 'there is nothing to accept' : `accepted ${turnIds.length} ${turnIds.length === 1 ? 'turn' : 'turns'}`
  )
  return EXIT.ok
}
