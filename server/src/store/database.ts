import { PGlite } from '@electric-sql/pglite'
import { type DatabaseConnection, type Driver, Kysely, PGliteDialect, type PGliteDialectConfig, PGliteDriver } from 'kysely'
import { migrate } from './migrations.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>

/**
 * Kysely's PGlite driver hands its one connection to everybody at once, so that a query outside a transaction would land inside
 * one that is open, and two transactions would commit each other. This one hands it out to one at a time.
 */
class SerialPGliteDriver extends PGliteDriver {
  #last: Promise<void> = Promise.resolve()
  #release: () => void = () => undefined

  override async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    await before
    this.#release = resolve
    return await super.acquireConnection()
  }

  override async releaseConnection(): Promise<void> {
    this.#release()
  }
}

class SerialPGliteDialect extends PGliteDialect {
  readonly #config: PGliteDialectConfig

  constructor(config: PGliteDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): Driver {
    return new SerialPGliteDriver(this.#config)
  }
}

export interface OpenDatabase {
  db: Database
  pglite: PGlite
  close(): Promise<void>
}

/**
 * PostgreSQL's default of 128 MB is for a server of its own. Here all of it would be resident from the start, in the server's process,
 * for a database that fits into a fraction of it; files are cached by the system besides.
 */
const SHARED_BUFFERS = '24MB'

/**
 * Opens the embedded PostgreSQL and brings its tables up to date.
 * @param folder where it keeps its files; absent: in memory, for tests of pure store logic.
 */
export async function openDatabase(folder?: string): Promise<OpenDatabase> {
  const startParams = [...PGlite.defaultStartParams, '-c', `shared_buffers=${SHARED_BUFFERS}`]
  const pglite = await PGlite.create({ startParams, ...(folder !== undefined && { dataDir: folder }) })
  const db = new Kysely<Tables>({ dialect: new SerialPGliteDialect({ pglite }) })
  await migrate(db)
  return { db, pglite, close: () => db.destroy() }
}
