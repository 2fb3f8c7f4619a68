import { readFile, rename, writeFile } from 'node:fs/promises'
import { FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'

/** What has been released and agreed to; kept in the repository, so that a change of it is looked at as any other. */
const recordSchema = z.strictObject({
  /** The oldest Chrome that the extension may be installed in. */
  minimumChromeVersion: z.string(),
  /** Everything that the extension may ask for, each with the reason why. A permission that is not here is not released. */
  approvedPermissions: z.record(z.string(), z.string().min(1)),
  /** The oldest first. */
  releases: z.array(
    z.strictObject({
      version: z.string(),
      /** Of the CRX. */
      sha256: z.string(),
      /** Of the ZIP in it, which the same sources give again. */
      archiveSha256: z.string(),
      at: z.string(),
      rollbackOf: z.string().optional()
    })
  )
})
export type ReleaseRecord = z.infer<typeof recordSchema>

/** @throws FixpointError `config_invalid` */
export async function readRecord(path: string): Promise<ReleaseRecord> {
  let raw: unknown
  try {
    raw = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new FixpointError('config_invalid', `The record of releases, ${path}, cannot be read.`, { cause: error })
  }
  const parsed = recordSchema.safeParse(raw)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new FixpointError('config_invalid', `The record of releases, ${path}: ${issue?.path.join('.')}: ${issue?.message}.`)
}

export async function writeRecord(path: string, record: ReleaseRecord): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`)
  await rename(`${path}.new`, path)
}
