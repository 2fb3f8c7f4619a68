/** What the server and `sandboxd` say to each other: HTTP/2 over the standard streams of one `docker exec`. */
import { z } from 'zod'
import { fileEdit, fileList, fileRead, fileSearch, fileWrite } from './files.ts'
import { vsCodeStart } from './local-targets.ts'
import { look } from './look.ts'
import { devServerStart, devServerStatus, devServerStop } from './processes.ts'
import { workspaceCheckpoint } from './workspace.ts'
import { fileFetch, fileRemove, fileRename, fileStat, fileStore, fileTree, folderMake } from './workspace-files.ts'

export * from '../style-properties.ts'
export * from './egress.ts'
export * from './files.ts'
export * from './local-targets.ts'
export * from './look.ts'
export * from './processes.ts'
export * from './terminal-frames.ts'
export * from './workspace.ts'
export * from './workspace-files.ts'

/** `GET /v1/health`: the first call on a new connection. */
export const sandboxHealthSchema = z.object({
  version: z.literal(1),
  pid: z.number().int(),
  uptimeMs: z.number(),
  /** Of the disk that the workspace is on; bytes. */
  disk: z.object({ free: z.number(), total: z.number() })
})
export type SandboxHealth = z.infer<typeof sandboxHealthSchema>

/** So much of a disk is left free: what the configuration says, but at most a tenth of it. Bytes. */
export function diskReserveOf({ total }: Pick<SandboxHealth['disk'], 'total'>, reserveBytes: number): number {
  return Math.min(reserveBytes, total / 10)
}

/**
 * Operations with one JSON value in and one out: `POST /v1/<name>`. Success is 200 with the output; failure is the problem
 * form of `errors.ts` with the code's status. Streams (`exec`, `files/watch`, `workspace/populate`, `workspace/restore`, `workspace/bundle`,
 * `pictures/<id>`) have their own addresses; `CONNECT` joins with a local target (local-targets.ts).
 */
export const sandboxOperations = {
  'files/read': fileRead,
  'files/write': fileWrite,
  'files/edit': fileEdit,
  'files/search': fileSearch,
  'files/list': fileList,
  'files/tree': fileTree,
  'files/stat': fileStat,
  'files/fetch': fileFetch,
  'files/store': fileStore,
  'files/make-folder': folderMake,
  'files/remove': fileRemove,
  'files/rename': fileRename,
  'dev-server/start': devServerStart,
  'dev-server/status': devServerStatus,
  'dev-server/stop': devServerStop,
  'vscode/start': vsCodeStart,
  'workspace/checkpoint': workspaceCheckpoint,
  look
} as const

export type SandboxOperation = keyof typeof sandboxOperations
export type SandboxInput<K extends SandboxOperation> = z.input<(typeof sandboxOperations)[K]['input']>
export type SandboxOutput<K extends SandboxOperation> = z.infer<(typeof sandboxOperations)[K]['output']>
