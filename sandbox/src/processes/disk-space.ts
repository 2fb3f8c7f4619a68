import { statfs } from 'node:fs/promises'

/** Of the file system that a folder is on; bytes. */
export interface DiskSpace {
  /** For who is not root. */
  free: number
  total: number
}

export async function diskSpace(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { free: bavail * bsize, total: blocks * bsize }
}
