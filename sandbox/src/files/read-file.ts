import { createHash } from 'node:crypto'
import { closeSync, readSync } from 'node:fs'
import { FixpointError } from '@fixpoint/protocol'
import type { fileRead } from '@fixpoint/protocol/sandbox'
import type { z } from 'zod'
import { fileSystemError, quoted } from './file-errors.ts'
import { decodeText, isBinary, linesOf, withUnixLineEnds } from './text-file.ts'
import type { OpenFile, WorkspaceRoot } from './workspace-root.ts'

/** What is larger is data, not source: a person would search in it too. */
export const MAX_FILE_BYTES = 5_000_000

const READ_BYTES = 16_384

/**
 * Reads lines of a text file.
 * @throws FixpointError as `WorkspaceRoot.openFile`, file_too_large, file_binary, invalid_parameter past the last line
 */
export function readFile(root: WorkspaceRoot, input: z.output<typeof fileRead.input>): z.output<typeof fileRead.output> {
  const file = root.openFile(input.path)
  try {
    const bytes = readBytes(file)
    if (isBinary(bytes)) throw new FixpointError('file_binary', `${quoted(input.path)} is binary (${bytes.length} bytes).`)
    const { text, hasInvalidUtf8 } = decodeText(bytes)
    const unixText = withUnixLineEnds(text)
    const lines = linesOf(unixText)
    if (input.fromLine > Math.max(1, lines.length)) {
      throw new FixpointError('invalid_parameter', `${quoted(input.path)} has ${lines.length} lines.`, { field: 'fromLine' })
    }
    const shown = lines.slice(input.fromLine - 1, input.fromLine - 1 + input.lineCount)
    const toLine = input.fromLine + shown.length - 1
    const endsWithLineEnd = toLine < lines.length || unixText.endsWith('\n')
    return {
      path: file.path,
      content: shown.join('\n') + (shown.length > 0 && endsWithLineEnd ? '\n' : ''),
      sha256: sha256(bytes),
      bytes: bytes.length,
      totalLines: lines.length,
      fromLine: input.fromLine,
      toLine,
      truncated: toLine < lines.length,
      hasInvalidUtf8
    }
  } finally {
    closeSync(file.descriptor)
  }
}

/**
 * The whole content; stops at the limit even when the file grows meanwhile.
 * @throws FixpointError file_too_large
 */
export function readBytes({ descriptor, stats, path }: OpenFile, limit = MAX_FILE_BYTES): Buffer {
  if (stats.size > limit) throw tooLarge(path, stats.size, limit)
  try {
    const chunks: Buffer[] = []
    let length = 0
    for (;;) {
      const buffer = Buffer.allocUnsafe(Math.max(stats.size + 1 - length, READ_BYTES))
      const bytesRead = readSync(descriptor, buffer, 0, buffer.length, length)
      if (bytesRead === 0) return Buffer.concat(chunks)
      chunks.push(buffer.subarray(0, bytesRead))
      length += bytesRead
      if (length > limit) throw tooLarge(path, length, limit)
    }
  } catch (error) {
    throw fileSystemError(error, path)
  }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function tooLarge(path: string, bytes: number, limit: number): FixpointError {
  return new FixpointError('file_too_large', `${quoted(path)} has ${bytes} bytes; at most ${limit} can be read.`, {
    hint: 'Search in it, or cut a part out of it in bash.',
    limit
  })
}
