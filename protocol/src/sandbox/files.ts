import { z } from 'zod'
import { storableText } from '../text.ts'

/**
 * Path relative to the workspace's root, with forward slashes; an absolute path below the root means the same. The sandbox
 * resolves it, symbolic links included, and refuses what leads outside.
 */
export const workspacePathSchema = z.string().min(1).max(4_096)

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)

/** Line ends are given as `\n` whatever the file has, a byte order mark is left out; writing and editing keep what the file has. */
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
    /** True when there are lines after `toLine`. */
    truncated: z.boolean(),
    /** True when bytes that are not UTF-8 are shown as U+FFFD; such a file cannot be edited. */
    hasInvalidUtf8: z.boolean()
  })
}

/** Folders that are missing are made. A file that is replaced keeps its mode, its line ends (`\r\n`) and its byte order mark. */
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

/** The edits are made one after the other, each on the result of the one before; all or none are written. */
export const fileEdit = {
  input: z.object({
    path: workspacePathSchema,
    edits: z
      .array(
        z.object({
          /** Text that is in the file now, exactly but for line ends; must be there once unless `all` is set. */
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

/** Regular expressions as ripgrep knows them. What git ignores and `.git` are left out, files above 5 MB as well. */
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
        /** From 1; the column in characters. */
        line: z.number().int(),
        column: z.number().int(),
        /** The line, or the part of a long line around the match. */
        text: z.string(),
        before: z.array(z.string()),
        after: z.array(z.string())
      })
    ),
    truncated: z.boolean()
  })
}

/** Regular files in the order of their paths, without what git ignores. */
export const fileList = {
  input: z.object({ glob: z.string().max(500).optional(), maxPaths: z.number().int().min(1).max(20_000).default(1_000) }),
  output: z.object({ paths: z.array(z.string()), truncated: z.boolean() })
}
