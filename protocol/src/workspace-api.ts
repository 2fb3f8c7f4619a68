/** The part of the HTTP API by which an editor on a person's machine works on a session's files as they are now. */
import { z } from 'zod'
import { sessionIdSchema } from './ids.ts'
import { fileList, fileSearch } from './sandbox/files.ts'
import { EDITOR_FILE_LIMITS, fileChangesSchema, fileStatSchema, fileTree } from './sandbox/workspace-files.ts'
import { storableText } from './text.ts'

const params = z.strictObject({ sessionId: sessionIdSchema })
const pathSchema = storableText(4_096)
  .min(1)
  .regex(/^[^/]/, 'is not relative to the workspace')
  .meta({ description: 'Relative to the workspace, with forward slashes; `.` is the workspace itself' })

/** What every one of these may answer: the sandbox is opened where it is not. */
const OPENING = ['session_not_found', 'session_closed', 'sandbox_lost', 'sandbox_start_failed', 'docker_unavailable'] as const
const READING = [
  ...OPENING,
  'path_outside_workspace',
  'file_not_found',
  'file_not_accessible',
  'not_a_regular_file',
  'not_a_folder'
] as const
const WRITING = [...READING, 'protected_path', 'file_exists', 'folder_not_empty', 'storage_full'] as const

export const workspaceRoutes = {
  listWorkspace: {
    method: 'get',
    path: '/api/sessions/{sessionId}/workspace/tree',
    summary: 'A folder of the session’s workspace, and the folders in it',
    description:
      'As it is now, in one answer: the nearer folders first, each whole or not at all. `node_modules` and `.git` are named, but gone into only where they are asked for.',
    access: 'token',
    params,
    query: z.strictObject({
      path: pathSchema.default('.'),
      maxEntries: z.coerce.number().int().min(1).max(EDITOR_FILE_LIMITS.entries).default(EDITOR_FILE_LIMITS.entries)
    }),
    response: fileTree.output.meta({ id: 'WorkspaceTree' }),
    status: 200,
    errors: [...READING, 'folder_too_large']
  },
  statWorkspaceFile: {
    method: 'get',
    path: '/api/sessions/{sessionId}/workspace/stat',
    summary: 'What there is at a path of the workspace',
    access: 'token',
    params,
    query: z.strictObject({ path: pathSchema }),
    response: fileStatSchema,
    status: 200,
    errors: READING
  },
  readWorkspaceFile: {
    method: 'get',
    path: '/api/sessions/{sessionId}/workspace/file',
    summary: 'A file of the workspace, as it is now',
    description: 'The bytes as they are, at most 10 MB.',
    access: 'token',
    params,
    query: z.strictObject({ path: pathSchema }),
    response: 'application/octet-stream',
    status: 200,
    errors: [...READING, 'file_too_large']
  },
  writeWorkspaceFile: {
    method: 'post',
    path: '/api/sessions/{sessionId}/workspace/file',
    summary: 'Replace a file of the workspace, or make a new one',
    description:
      'The body is the content, at most 10 MB. The log has the file with the person as author, and the agent is told before its next step.',
    access: 'token',
    params,
    query: z.strictObject({
      path: pathSchema,
      mayCreate: z.stringbool().default(true),
      mayReplace: z.stringbool().default(true),
      expectedSha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional()
        .meta({ description: 'Hash of what was read: the file is left alone where it is another by now' })
    }),
    body: 'file',
    response: fileStatSchema,
    status: 200,
    errors: [...WRITING, 'stale_file', 'payload_too_large', 'unsupported_media_type']
  },
  makeWorkspaceFolder: {
    method: 'post',
    path: '/api/sessions/{sessionId}/workspace/folder',
    summary: 'Make a folder in the workspace',
    description: 'Git knows no empty folders, so the log has nothing of it.',
    access: 'token',
    params,
    body: z.strictObject({ path: pathSchema }).meta({ id: 'FolderRequest' }),
    response: fileStatSchema,
    status: 201,
    errors: WRITING
  },
  renameWorkspaceFile: {
    method: 'post',
    path: '/api/sessions/{sessionId}/workspace/rename',
    summary: 'Rename or move a file or a folder of the workspace',
    access: 'token',
    params,
    body: z.strictObject({ from: pathSchema, to: pathSchema, mayReplace: z.boolean().default(false) }).meta({ id: 'RenameRequest' }),
    response: fileStatSchema,
    status: 200,
    errors: WRITING
  },
  removeWorkspaceFile: {
    method: 'delete',
    path: '/api/sessions/{sessionId}/workspace/file',
    summary: 'Remove a file or a folder of the workspace',
    description: 'A symbolic link is removed, not what it leads to.',
    access: 'token',
    params,
    query: z.strictObject({ path: pathSchema, isRecursive: z.stringbool().default(false) }),
    response: z.object({ seq: z.number().int() }).meta({ id: 'FileRemoved' }),
    status: 200,
    errors: WRITING
  },
  findWorkspaceFiles: {
    method: 'get',
    path: '/api/sessions/{sessionId}/workspace/files',
    summary: 'Paths of the files that git does not ignore',
    access: 'token',
    params,
    query: z.strictObject({
      glob: storableText(500).optional(),
      maxPaths: z.coerce.number().int().min(1).max(20_000).default(20_000)
    }),
    response: fileList.output.meta({ id: 'WorkspaceFiles' }),
    status: 200,
    errors: [...OPENING, 'invalid_parameter']
  },
  searchWorkspace: {
    method: 'get',
    path: '/api/sessions/{sessionId}/workspace/search',
    summary: 'Search in the files that git does not ignore',
    description: 'With ripgrep’s regular expressions, or for the text itself.',
    access: 'token',
    params,
    query: z.strictObject({
      pattern: storableText(1_000).min(1),
      literal: z.stringbool().default(true),
      ignoreCase: z.stringbool().default(true),
      glob: storableText(500).optional(),
      maxMatches: z.coerce.number().int().min(1).max(500).default(200)
    }),
    response: fileSearch.output.meta({ id: 'WorkspaceMatches' }),
    status: 200,
    errors: [...OPENING, 'invalid_parameter']
  },
  watchWorkspace: {
    method: 'get',
    path: '/api/sessions/{sessionId}/workspace/changes',
    summary: 'Hear of changes to the files',
    description:
      'Server-sent events without end, whoever changes the files: the agent, a person, a program. `node_modules` and `.git` are not watched. After `lost`, look again at what you show.',
    access: 'token',
    params,
    response: 'text/event-stream',
    status: 200,
    errors: OPENING
  }
} as const

export { fileChangesSchema as watchedChangesSchema }
