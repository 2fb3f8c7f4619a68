import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { z } from 'zod'

/** Files of another version of PostgreSQL would not open. */
const { dependencies } = z
  .object({ dependencies: z.object({ '@electric-sql/pglite': z.string() }) })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')))
const VERSION = dependencies['@electric-sql/pglite']

/**
 * Puts the files of a database without tables where a server is going to look for them. Making them anew takes seconds of computing
 * (PostgreSQL's initdb), for each of the many servers of a run; the server does everything else itself. That a server also starts from
 * nothing is what `main-job.test.ts` and `api.test.ts` see.
 * @param cache a folder that outlives the run
 */
export async function copyEmptyDatabase(cache: string, target: string): Promise<void> {
  const kept = join(cache, `empty-database-${VERSION}`)
  if (!existsSync(kept)) await makeOnce(cache, kept)
  cpSync(kept, target, { recursive: true, preserveTimestamps: true })
}

/** Two test files may be at it at the same time: whoever is first has made it. */
async function makeOnce(cache: string, kept: string): Promise<void> {
  mkdirSync(cache, { recursive: true })
  const made = mkdtempSync(join(cache, 'making-'))
  const pglite = await PGlite.create({ dataDir: made })
  await pglite.close()
  try {
    renameSync(made, kept)
  } catch (error) {
    rmSync(made, { recursive: true, force: true })
    if (!existsSync(kept)) throw error
  }
}
