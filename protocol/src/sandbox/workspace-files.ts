import { z } from 'zod'
import { workspacePathSchema } from './files.ts'

/** What an editor on a person's machine asks of the files. Other than the agent's tools (files.ts) it takes bytes as they are. */
export const EDITOR_FILE_LIMITS = {
  /** One file, in bytes. */
  fileBytes: 10_000_000,
  /** Entries in one answer to `files/tree`. */
  entries: 20_000
} as const

export const fileStatSchema = z
  .object({
    /** What it leads to, where it is a symbolic link; `other` for pipes, devices, and links to nothing or out of the workspace. */
    kind: z.enum(['file', 'folder', 'other']),
    isLink: z.boolean(),
    bytes: z.number().int(),
    /** Milliseconds since 1970. */
    modifiedMs: z.number().int(),
    createdMs: z.number().int()
  })
  .meta({ id: 'FileStat' })
export type FileStat = z.infer<typeof fileStatSchema>

export const folderListingSchema = z
  .object({
    /** Relative to the workspace; the workspace itself is the empty path. */
    path: z.string(),
    entries: z.array(fileStatSchema.extend({ name: z.string() }))
  })
  .meta({ id: 'FolderListing' })
export type FolderListing = z.infer<typeof folderListingSchema>

/** Which folders are named, but not gone into unless they are asked for themselves: much is in them, and people seldom look. */
export const FOLDERS_NOT_ENTERED = ['.git', 'node_modules'] as const

export const fileTree = {
  input: z.object({
    path: workspacePathSchema.default('.'),
    maxEntries: z.number().int().min(1).max(EDITOR_FILE_LIMITS.entries).default(EDITOR_FILE_LIMITS.entries)
  }),
  /**
   * The folder, then those within it, the nearer ones first. Each is there with all of its entries or not at all, and the first one
   * always is; fails with `folder_too_large` where it has more entries than there may be.
   */
  output: z.object({ folders: z.array(folderListingSchema), isComplete: z.boolean() })
}

export const fileStat = { input: z.object({ path: workspacePathSchema }), output: fileStatSchema }

const base64Schema = z.string().max(Math.ceil(EDITOR_FILE_LIMITS.fileBytes / 3) * 4)

export const fileFetch = {
  input: z.object({ path: workspacePathSchema }),
  output: z.object({ content: base64Schema })
}

/** Replaces a file or makes a new one, and the folders that are missing. */
export const fileStore = {
  input: z.object({
    path: workspacePathSchema,
    content: base64Schema,
    mayCreate: z.boolean(),
    mayReplace: z.boolean(),
    /** Hash that the file has if it is the one that was read: fails with `stale_file` where it is another. */
    expectedSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
  }),
  output: fileStatSchema
}

export const folderMake = { input: z.object({ path: workspacePathSchema }), output: fileStatSchema }

/** A symbolic link is removed, not what it leads to. */
export const fileRemove = {
  input: z.object({ path: workspacePathSchema, isRecursive: z.boolean().default(false) }),
  output: z.object({ kind: fileStatSchema.shape.kind })
}

export const fileRename = {
  input: z.object({ from: workspacePathSchema, to: workspacePathSchema, mayReplace: z.boolean().default(false) }),
  output: fileStatSchema
}

/**
 * `POST /v1/files/watch`: NDJSON of these, without end. What is below `FOLDERS_NOT_ENTERED` is not watched. After `lost` the reader
 * knows nothing any more and looks again.
 */
export const fileChangesSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('watching') }),
    z.object({
      kind: z.literal('changed'),
      changes: z.array(z.object({ path: z.string(), change: z.enum(['created', 'changed', 'removed']) }))
    }),
    z.object({ kind: z.literal('lost') })
  ])
  .meta({ id: 'WatchedChanges' })
export type FileChanges = z.infer<typeof fileChangesSchema>
