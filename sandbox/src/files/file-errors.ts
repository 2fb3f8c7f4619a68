import { type ErrorCode, FixpointError } from '@fixpoint/protocol'

const CODES: Record<string, { code: ErrorCode; text: string }> = {
  ENOENT: { code: 'file_not_found', text: 'is not there' },
  ENOTDIR: { code: 'file_not_found', text: 'goes through a file that is not a folder' },
  EISDIR: { code: 'not_a_regular_file', text: 'is a folder' },
  ELOOP: { code: 'not_a_regular_file', text: 'goes through too many symbolic links' },
  EACCES: { code: 'file_not_accessible', text: 'may not be opened' },
  EPERM: { code: 'file_not_accessible', text: 'may not be changed' },
  EROFS: { code: 'file_not_accessible', text: 'is on a read-only file system' },
  ENAMETOOLONG: { code: 'invalid_parameter', text: 'is too long for a path' },
  ENOSPC: { code: 'storage_full', text: 'does not fit: the workspace’s disk is full' },
  EDQUOT: { code: 'storage_full', text: 'does not fit: the workspace’s disk is full' }
}

/** The `code` of an error of the operating system, such as ENOENT. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** The error to tell for what the file system refused; errors that have a code of ours already stay as they are. */
export function fileSystemError(error: unknown, path: string): Error {
  if (error instanceof FixpointError) return error
  const known = CODES[systemErrorCode(error) ?? '']
  if (known !== undefined) {
    return new FixpointError(known.code, `${quoted(path)} ${known.text}.`, { field: 'path', cause: error })
  }
  return error instanceof Error ? error : new FixpointError('internal', 'The file system failed.', { cause: error })
}

/** A path for messages: short, and with control characters made visible. */
export function quoted(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path)
}
