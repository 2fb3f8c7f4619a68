import type { TurnState } from '@fixpoint/protocol'
import { type Entry, type EntryChanges, isSameEntry } from '../git/entry-changes.ts'
import type { ProjectRepository } from '../git/project-repository.ts'

/** What undoing comes to. */
export interface UndoPlan {
  /** What each path gets; null takes the file away. Paths are bytes, in strings of type latin1. */
  restores: Map<string, Entry | null>
  /** Names of the files that get it. */
  restored: string[]
  /** Names of the files that have something in them which the turns did not write. */
  conflicts: string[]
}

/** A turn, with what it did to the files and what became of them since. */
export interface TurnToUndo {
  turn: Pick<TurnState, 'savedMeanwhile' | 'items'>
  /** From the commit that it began on to its last one. */
  changes: EntryChanges
  /** From its last commit to the files as they are. */
  since: EntryChanges
}

/** Tools that change files without saying which. */
const FREE_HANDED: ReadonlySet<string> = new Set(['bash'])

/**
 * Puts back what turns changed, the latest first. A file counts only where it is as the turn left it: whatever else is in it came
 * later, from a person or from another turn, and is not taken away without asking.
 * @param turns the latest first
 */
export function planUndo(turns: readonly TurnToUndo[]): UndoPlan {
  const restores = new Map<string, Entry | null>()
  const conflicts = new Set<string>()
  for (const { turn, changes, since } of turns) {
    const owner = ownerOfSaves(turn)
    for (const [path, { before, after }] of changes) {
      const whose = owner(nameOf(path))
      if (whose === 'person') continue
      const later = since.get(path)
      const now = restores.has(path) ? (restores.get(path) ?? null) : later === undefined ? after : later.after
      if (isSameEntry(now, before)) continue
      if (whose === 'turn' && isSameEntry(now, after)) restores.set(path, before)
      else conflicts.add(path)
    }
  }
  for (const path of conflicts) restores.delete(path)
  const names = (paths: Iterable<string>) => [...paths].map(nameOf).sort()
  return { restores, restored: names(restores.keys()), conflicts: names(conflicts) }
}

/** Whose a file is that the turn's commits changed: a person may have saved it while the turn ran. */
function ownerOfSaves({ savedMeanwhile, items }: TurnToUndo['turn']): (path: string) => 'turn' | 'person' | 'both' {
  const saved = new Set(savedMeanwhile)
  const calls = items.filter(item => item.kind === 'tool')
  const touched = new Set(calls.flatMap(call => call.files?.map(file => file.path) ?? []))
  const mayTouchAny = calls.some(call => FREE_HANDED.has(call.tool))
  return path => (!saved.has(path) ? 'turn' : mayTouchAny || touched.has(path) ? 'both' : 'person')
}

function nameOf(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8')
}

/** @param head the commit of the files as they are */
export async function planUndoOf(turns: readonly TurnState[], head: string, repository: ProjectRepository): Promise<UndoPlan> {
  const loaded: TurnToUndo[] = []
  for (const turn of turns.toReversed()) {
    const { base, checkpoint } = turn
    if (base === undefined || checkpoint === undefined) continue
    loaded.push({
      turn,
      changes: await repository.entryChanges(base, checkpoint),
      since: await repository.entryChanges(checkpoint, head)
    })
  }
  return planUndo(loaded)
}
