import { runningTurn, type SessionState } from '@fixpoint/protocol'

/** What the agent does to files now: `working` while a call is under way, `changed` when the turn that runs has changed it. */
export type Touch = 'working' | 'changed'

const WRITING: ReadonlySet<string> = new Set(['edit', 'write'])

/** Files that the turn that runs has its hands on, by their paths in the repository. Commands do not say what they touch. */
export function touchedPaths(state: SessionState): Map<string, Touch> {
  const touched = new Map<string, Touch>()
  for (const item of runningTurn(state)?.items ?? []) {
    if (item.kind !== 'tool') continue
    for (const file of item.files ?? []) touched.set(file.path, 'changed')
    const path = item.status === 'running' && WRITING.has(item.tool) ? pathIn(item.input) : undefined
    if (path !== undefined) touched.set(path, 'working')
  }
  return touched
}

/** The path among a call's arguments, which may be cut off. */
function pathIn(input: string): string | undefined {
  const quoted = /"path":\s*("(?:[^"\\]|\\.)*")/.exec(input)?.[1]
  if (quoted === undefined) return undefined
  const path: unknown = JSON.parse(quoted)
  return typeof path === 'string' ? path : undefined
}
