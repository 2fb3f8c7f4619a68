import { z } from 'zod'
import { storableText } from '../text.ts'

/** Path relative to the workspace's root, with forward slashes. The sandbox resolves it and refuses what leads outside. */
export const workspacePathSchema = z.string().min(1).max(4_096)

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)

export const fileRead = {
  input: z.object({
    path: workspacePathSchema,
    /** First line, from 1. */
    fromLine: z.number().int().min(1).default(1),
    lineCount: z.number().int().min(1).max(5_000).default(2_000)
  }),
  output: z.object({
    path: z.string(),
    content: z.string(),
    /** Hash of the whole file, to detect that it changed before an edit. */
    sha256: sha256Schema,
    bytes: z.number().int(),
    totalLines: z.number().int(),
    fromLine: z.number().int(),
    toLine: z.number().int(),
    truncated: z.boolean()
  })
}

export const fileWrite = {
  input: z.object({
    path: workspacePathSchema,
    content: storableText(2_000_000),
    /** Hash that the file must have now; null: the file must not be there; absent: whatever is there is replaced. */
    expectedSha256: sha256Schema.nullable().optional()
  }),
  output: z.object({
    path: z.string(),
    sha256: sha256Schema,
    bytes: z.number().int(),
    created: z.boolean(),
    added: z.number().int(),
    removed: z.number().int()
  })
}

export const fileEdit = {
  input: z.object({
    path: workspacePathSchema,
    edits: z
      .array(
        z.object({
          /** Text that is in the file now, exactly; must be there once unless `all` is set. */
          oldText: storableText(200_000).min(1),
          newText: storableText(200_000),
          all: z.boolean().default(false)
        })
      )
      .min(1)
      .max(50),
    expectedSha256: sha256Schema.optional()
  }),
  output: z.object({
    path: z.string(),
    sha256: sha256Schema,
    added: z.number().int(),
    removed: z.number().int(),
    /** Unified diff of this edit, at most 20,000 characters. */
    patch: z.string()
  })
}

export const fileSearch = {
  input: z.object({
    pattern: storableText(1_000).min(1),
    literal: z.boolean().default(false),
    ignoreCase: z.boolean().default(false),
    /** Only files that match this glob, such as all `.tsx` files below `src`. */
    glob: z.string().max(500).optional(),
    contextLines: z.number().int().min(0).max(5).default(0),
    maxMatches: z.number().int().min(1).max(500).default(100)
  }),
  output: z.object({
    matches: z.array(
      z.object({
        path: z.string(),
        line: z.number().int(),
        column: z.number().int(),
        text: z.string(),
        before: z.array(z.string()),
        after: z.array(z.string())
      })
    ),
    truncated: z.boolean()
  })
}

export const fileList = {
  input: z.object({ glob: z.string().max(500).optional(), maxPaths: z.number().int().min(1).max(20_000).default(1_000) }),
  output: z.object({ paths: z.array(z.string()), truncated: z.boolean() })
}
