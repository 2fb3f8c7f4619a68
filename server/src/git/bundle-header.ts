import { open } from 'node:fs/promises'
import { FixpointError } from '@fixpoint/protocol'

export interface BundleHeader {
  /** Commits that the bundle brings. */
  tips: string[]
  /** Where the pack begins in the file, in bytes. */
  packOffset: number
}

/** A header names a handful of refs; more is no checkpoint. */
const MAX_HEADER_BYTES = 64 * 1024

/**
 * Reads the header of a git bundle (gitformat-bundle(5)): signature, capabilities, prerequisites, refs, an empty line, the pack.
 * @throws FixpointError `repo_rejected` when it is none.
 */
export async function readBundleHeader(path: string): Promise<BundleHeader> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_HEADER_BYTES), 0, MAX_HEADER_BYTES, 0)
    const end = buffer.subarray(0, bytesRead).indexOf('\n\n')
    const lines = buffer.subarray(0, Math.max(0, end)).toString('latin1').split('\n')
    if (end === -1 || !/^# v[23] git bundle$/.test(lines[0] ?? '')) {
      throw new FixpointError('repo_rejected', 'What came out of the sandbox is not a git bundle.')
    }
    const tips = lines.slice(1).flatMap(line => /^([0-9a-f]{40,64}) \S+$/.exec(line)?.[1] ?? [])
    return { tips, packOffset: end + 2 }
  } finally {
    await file.close()
  }
}
