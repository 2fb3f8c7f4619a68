import { relative, sep } from 'node:path'
import { type FileChanges, FOLDERS_NOT_ENTERED } from '@fixpoint/protocol/sandbox'
import { z } from 'zod'
import { loadNativeModule } from '../vscode/native-module.ts'
import { UNFINISHED_FILE } from './write-file.ts'

/** More changes at once, such as of a checkout, are told as `lost`: looking again is less work than hearing of each. */
const MOST_TOLD = 2_000

interface Watched {
  path: string
  type: 'create' | 'update' | 'delete'
}
type Subscribe = (
  folder: string,
  heard: (error: Error | null, events: Watched[]) => void,
  options: { ignore: string[] }
) => Promise<{ unsubscribe(): Promise<void> }>

const watcherSchema = z.object({ subscribe: z.custom<Subscribe>(value => typeof value === 'function') })

const CHANGES = { create: 'created', update: 'changed', delete: 'removed' } as const

/**
 * Hears of what changes in the workspace, by VS Code's own watcher.
 * @returns how to stop
 */
export async function watchFiles(
  { folder, codeServer }: { folder: string; codeServer: string },
  tell: (changes: FileChanges) => void
): Promise<() => Promise<void>> {
  const { subscribe } = watcherSchema.parse(loadNativeModule(codeServer, '@parcel/watcher'))
  const subscription = await subscribe(
    folder,
    (error, events) => {
      if (error !== null) tell({ kind: 'lost' })
      else {
        const changes = changesOf(folder, events)
        if (changes.length > MOST_TOLD) tell({ kind: 'lost' })
        else if (changes.length > 0) tell({ kind: 'changed', changes })
      }
    },
    { ignore: FOLDERS_NOT_ENTERED.flatMap(name => [`**/${name}`, `**/${name}/**`]) }
  )
  tell({ kind: 'watching' })
  return () => subscription.unsubscribe()
}

function changesOf(folder: string, events: readonly Watched[]): Extract<FileChanges, { kind: 'changed' }>['changes'] {
  return events.flatMap(event => {
    const path = relative(folder, event.path).split(sep).join('/')
    // What sandboxd itself writes first beside a file and then renames.
    const isOurs = path.split('/').at(-1)?.startsWith(UNFINISHED_FILE) ?? true
    return path === '' || isOurs ? [] : [{ path, change: CHANGES[event.type] }]
  })
}
