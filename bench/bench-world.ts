import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { say } from '../e2e/src/model-scripts.ts'
import { createShopWorld, type ShopWorld } from '../e2e/src/shop-world.ts'
import { type Database, openDatabase } from '../server/src/store/database.ts'
import { removeSandboxes } from './remove-sandboxes.ts'

const PREPARE_MS = 180_000

/** The demo as `npm start` runs it, for all benches of a run that need a server. */
export interface BenchWorld {
  shop: ShopWorld
  /** From the server's start on an empty data folder to the demo project being installed in a prepared workspace. */
  preparedMs: number
  /** Stops the server, hands its database over, and starts it again on it. @returns how long that start took, in ms. */
  withDatabase(work: (db: Database) => Promise<void>): Promise<number>
  remove(): Promise<void>
}

export async function createBenchWorld(): Promise<BenchWorld> {
  const shop = await createShopWorld()
  const { server } = shop
  const databaseFolder = join(server.folder, 'data', 'database')
  const startedAt = performance.now()
  shop.setScript(() => say('Nothing to do.'))
  while (!server.log.includes('the project is prepared')) {
    if (performance.now() - startedAt > PREPARE_MS) {
      await shop.remove()
      throw new Error(`The demo project was not prepared within ${PREPARE_MS / 1_000} s: ${server.faults()}`)
    }
    await delay(50)
  }
  const preparedMs = performance.now() - startedAt

  async function withStoppedServer(work: (db: Database) => Promise<void>): Promise<void> {
    await server.stop()
    const { db, close } = await openDatabase(databaseFolder)
    try {
      await work(db)
    } finally {
      await close()
    }
  }

  return {
    shop,
    preparedMs,
    async withDatabase(work) {
      await withStoppedServer(work)
      const restartedAt = performance.now()
      await server.restart()
      return performance.now() - restartedAt
    },
    async remove() {
      try {
        await withStoppedServer(removeSandboxesOf)
      } finally {
        await shop.remove()
      }
    }
  }
}

/** A server keeps its workspaces for its next start; this one has none. */
export async function removeSandboxesOf(db: Database): Promise<void> {
  const instance = await db.selectFrom('server_state').select('value').where('name', '=', 'instance_id').executeTakeFirst()
  // Without a name it was ended before it had started anything.
  if (instance !== undefined) await removeSandboxes(instance.value)
}
