import { cutText, type SessionEvent, type SessionState } from '@fixpoint/protocol'

const MOST_NAMED = 20
const LONGEST_NAME = 200

/**
 * Gathers what people save while a turn works, for the model to be told.
 * @param state as the turn begins: what was saved since the turn before is told first.
 */
export function savedFiles(state: SessionState): { hear(events: readonly SessionEvent[]): void; takeRemarks(): string[] } {
  let saves = state.saves.map(({ by, path }) => ({ name: by.name, path }))
  return {
    hear(events) {
      for (const event of events) {
        if (event.type === 'files.saved') saves.push(...event.data.paths.map(path => ({ name: event.data.by.name, path })))
      }
    },
    takeRemarks() {
      const names = [...new Set(saves.map(save => save.name))]
      const remarks = names.map(name => remarkOn(name, [...new Set(saves.filter(save => save.name === name).map(save => save.path))]))
      saves = []
      return remarks
    }
  }
}

/** Names of people and files are theirs: they are quoted, so that none of them reads as a word of ours. */
function remarkOn(name: string, paths: readonly string[]): string {
  const shown = paths.slice(0, MOST_NAMED).map(path => JSON.stringify(cutText(path, LONGEST_NAME)))
  const more = paths.length > shown.length ? ` and ${paths.length - shown.length} more` : ''
  return `${JSON.stringify(name)} has saved changes of their own to ${shown.join(', ')}${more}. Read these files again before you edit them, and keep what they changed unless you are asked to undo it.`
}
