import { z } from 'zod'
import { commitIdSchema } from '../ids.ts'

export const fileChangeSchema = z
  .object({
    path: z.string(),
    /** Where a renamed file was before. */
    previousPath: z.string().optional(),
    status: z.enum(['added', 'modified', 'deleted', 'renamed']),
    added: z.number().int().nullable(),
    removed: z.number().int().nullable()
  })
  .meta({ id: 'FileChange', description: 'A changed file with its numbers of lines; null for binary files' })
export type FileChange = z.infer<typeof fileChangeSchema>

/**
 * Flaws of git objects that old but harmless repositories have and that code hosts let through as well (see GitLab's gitaly and
 * GitHub's receive.fsck settings). Whatever takes a project's history in lets them through, the server and `sandboxd` alike; names as
 * in git-config(1), `fsck.<msg-id>`.
 */
export const HARMLESS_FLAWS = ['zeroPaddedFilemode', 'missingSpaceBeforeDate', 'badTimezone', 'missingEmail'] as const

/** Name of a checkpoint below `refs/fixpoint/`, such as `checkpoints/12`. */
export const checkpointNameSchema = z.string().regex(/^[a-z0-9][a-z0-9/_-]{0,200}$/, 'is not a checkpoint name')

/**
 * `POST /v1/workspace/populate?…` with a git bundle as body: makes the empty workspace a repository with this commit checked
 * out on the branch. The bundle reaches the commit, without prerequisites. Answers with `workspaceCommitSchema`.
 */
export const workspacePopulateQuerySchema = z.object({ branch: z.string().max(250), commit: commitIdSchema })

/**
 * `POST /v1/workspace/restore?…` with a git bundle as body (empty when the objects are there): makes the files of the working
 * tree equal to those of `commit`, leaving ignored files alone and HEAD where it is. Answers with `workspaceCommitSchema`.
 */
export const workspaceRestoreQuerySchema = z.object({ commit: commitIdSchema })

/**
 * `POST /v1/workspace/apply?…` with a git bundle as body: changes the files that differ between the two commits, and no other. The
 * working tree must have the files of `from`; having those of `to` already is success. Fails with `stale_file` and changes nothing
 * where it has neither. Answers with `workspaceCommitSchema`.
 */
export const workspaceApplyQuerySchema = z.object({ from: commitIdSchema, to: commitIdSchema })

/** The commit whose files the working tree has now. */
export const workspaceCommitSchema = z.object({ commit: commitIdSchema })

/**
 * Records the working tree (without ignored files and `node_modules`) as a commit on a hidden ref; HEAD, index and branches stay
 * as they are. The ref and the objects are in a repository of their own inside `.git`, which the workspace's own settings, hooks
 * and filters do not reach. Files of a nested repository are recorded as ordinary files.
 */
export const workspaceCheckpoint = {
  input: z.object({
    refName: checkpointNameSchema,
    /** Parent of the checkpoint: the last one, or the commit that the session started from. */
    parent: commitIdSchema,
    message: z.string().max(1_000)
  }),
  output: z.object({
    commit: commitIdSchema,
    tree: commitIdSchema,
    /** True when the tree equals the parent's; `commit` is the parent then. */
    isUnchanged: z.boolean(),
    files: z.array(fileChangeSchema),
    /** Files that are not recorded because they are above 50 MB or cannot be read; at most 100 are named. */
    leftOut: z.array(z.object({ path: z.string(), reason: z.enum(['too_large', 'unreadable']) }))
  })
}

/**
 * `POST /v1/workspace/bundle`: answers with a git bundle that holds `refs/fixpoint/<refName>` without what `exclude` reaches, or
 * with 204 when that leaves nothing. Excluded commits that the sandbox does not have are passed over.
 */
export const workspaceBundleInputSchema = z.object({ refName: checkpointNameSchema, exclude: z.array(commitIdSchema).max(10) })
