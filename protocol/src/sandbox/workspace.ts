import { z } from 'zod'
import { commitIdSchema } from '../ids.ts'

export const fileChangeSchema = z
  .object({
    path: z.string(),
    status: z.enum(['added', 'modified', 'deleted', 'renamed']),
    added: z.number().int().nullable(),
    removed: z.number().int().nullable()
  })
  .meta({ id: 'FileChange', description: 'A changed file with its numbers of lines; null for binary files' })
export type FileChange = z.infer<typeof fileChangeSchema>

/**
 * `POST /v1/workspace/populate?…` with a git bundle as body: makes the empty workspace a repository with this commit checked
 * out on the branch. The bundle holds the branch as `refs/heads/<branch>`.
 */
export const workspacePopulateQuerySchema = z.object({ branch: z.string().max(250), commit: commitIdSchema })

/**
 * `POST /v1/workspace/restore?…` with a git bundle as body (empty when the objects are there): makes the files of the working
 * tree equal to those of `commit`, leaving ignored files alone and HEAD where it is.
 */
export const workspaceRestoreQuerySchema = z.object({ commit: commitIdSchema })

/** Records the working tree (without ignored files) as a commit on a hidden ref; HEAD, index and branches stay as they are. */
export const workspaceCheckpoint = {
  input: z.object({
    /** Name below `refs/fixpoint/`, such as `checkpoints/12`. */
    refName: z.string().regex(/^[a-z0-9][a-z0-9/_-]{0,200}$/),
    /** Parent of the checkpoint: the last one, or the commit that the session started from. */
    parent: commitIdSchema,
    message: z.string().max(1_000)
  }),
  output: z.object({
    commit: commitIdSchema,
    tree: commitIdSchema,
    /** True when the tree equals the parent's; `commit` is the parent then. */
    isUnchanged: z.boolean(),
    files: z.array(fileChangeSchema)
  })
}

/** `POST /v1/workspace/bundle`: answers with a git bundle of `refName` without what `exclude` reaches. */
export const workspaceBundleInputSchema = z.object({ refName: z.string().max(250), exclude: z.array(commitIdSchema).max(10) })
