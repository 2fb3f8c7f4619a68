import type { TimelineItem } from '@fixpoint/protocol'
import { describe, expect, it } from 'vitest'
import type { Entry, EntryChanges } from '../git/entry-changes.ts'
import { planUndo, type TurnToUndo } from './undo-plan.ts'

const entry = (id: string): Entry => ({ mode: '100644', id })
const changes = (...list: [path: string, before: string | null, after: string | null][]): EntryChanges =>
  new Map(
    list.map(([path, before, after]) => [
      path,
      { before: before === null ? null : entry(before), after: after === null ? null : entry(after) }
    ])
  )
const turn = (did: EntryChanges, since: EntryChanges = changes(), details: Partial<TurnToUndo['turn']> = {}): TurnToUndo => ({
  turn: { savedMeanwhile: [], items: [], ...details },
  changes: did,
  since
})
const call = (tool: string, ...paths: string[]): TimelineItem => ({
  kind: 'tool',
  seq: 1,
  callId: tool,
  tool,
  title: tool,
  input: '',
  status: 'succeeded',
  files: paths.map(path => ({ path, status: 'modified', added: 1, removed: 1 }))
})

describe('undoing turns', () => {
  it('puts back what was changed, made and deleted', () => {
    const plan = planUndo([turn(changes(['changed', 'a', 'b'], ['made', null, 'c'], ['deleted', 'd', null]))])
    expect(plan.restores).toEqual(
      new Map([
        ['changed', entry('a')],
        ['made', null],
        ['deleted', entry('d')]
      ])
    )
    expect(plan.conflicts).toEqual([])
  })

  it('leaves files alone that were changed since, deleted since or made where one was deleted', () => {
    const did = changes(['edited', 'a', 'b'], ['removed', 'a', 'b'], ['remade', 'a', null], ['untouched', 'a', 'b'])
    const since = changes(['edited', 'b', 'x'], ['removed', 'b', null], ['remade', null, 'x'], ['other', 'y', 'z'])
    const plan = planUndo([turn(did, since)])
    expect(plan.conflicts).toEqual(['edited', 'remade', 'removed'])
    expect([...plan.restores.keys()]).toEqual(['untouched'])
  })

  it('has nothing to do for a file that is as it was before', () => {
    expect(planUndo([turn(changes(['a', 'a', 'b']), changes(['a', 'b', 'a']))])).toEqual({
      restores: new Map(),
      restored: [],
      conflicts: []
    })
  })

  it('takes a change of the mode alone for a change', () => {
    const since: EntryChanges = new Map([['run.sh', { before: entry('b'), after: { mode: '100755', id: 'b' } }]])
    expect(planUndo([turn(changes(['run.sh', 'a', 'b']), since)]).conflicts).toEqual(['run.sh'])
  })

  it('goes back through several turns, and not through what a person wrote between them', () => {
    const first = changes(['both', '1', '2'], ['mended', '1', '2'])
    const second = changes(['both', '2', '3'], ['mended', 'p', '3'])
    const plan = planUndo([turn(second), turn(first, changes(['both', '2', '3'], ['mended', '2', '3']))])
    expect(plan.restores).toEqual(new Map([['both', entry('1')]]))
    // The person’s version between the two turns is what the second one goes back to, and the first one did not write it.
    expect(plan.conflicts).toEqual(['mended'])
  })

  it('leaves a person what they saved while the turn ran, and asks where the agent wrote to it too', () => {
    const did = changes(['theirs', 'a', 'b'], ['mixed', 'a', 'b'], ['agents', 'a', 'b'])
    const savedMeanwhile = ['theirs', 'mixed']
    const known = planUndo([turn(did, changes(), { savedMeanwhile, items: [call('edit', 'mixed', 'agents')] })])
    expect(known).toMatchObject({ restored: ['agents'], conflicts: ['mixed'] })
    // A command may have written to any of them.
    const unknown = planUndo([turn(did, changes(), { savedMeanwhile, items: [call('edit', 'mixed', 'agents'), call('bash')] })])
    expect(unknown).toMatchObject({ restored: ['agents'], conflicts: ['mixed', 'theirs'] })
  })
})
