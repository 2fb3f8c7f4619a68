import { createServer } from 'node:http'
import { join } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import type { Logger } from 'pino'
import type { UpdatesConfig } from './config.ts'
import { createApp } from './http/app.ts'
import { createMetrics } from './observe/metrics.ts'
import { openStorage } from './storage/storage.ts'
import { allReleases, openUpdates, type Updates } from './updates.ts'

/** How often files that were not in order are looked at again, in milliseconds. */
const RECHECK_INTERVAL = 60_000

/** How often it is looked at what other servers on the same bucket have done, in milliseconds: so late a halt may be elsewhere. */
const FOLLOW_INTERVAL = 5_000

/** How long requests may take that were begun before the server is closed, in milliseconds. */
const CLOSE_LIMIT = 10_000

/** Where `build.ts` puts the dashboard. */
export const DASHBOARD_FOLDER = join(import.meta.dirname, '..', 'dist', 'dashboard')

export interface RunningServer {
  /** Where it listens. */
  url: string
  close(): Promise<void>
}

/** @throws FixpointError `data_dir_locked`, `port_in_use`, `audit_broken`, `storage_unreachable`, `storage_unsafe` */
export async function serve(config: UpdatesConfig, logger: Logger, dashboardFolder: string = DASHBOARD_FOLDER): Promise<RunningServer> {
  const storage = await openStorage(config)
  try {
    const updates = await openUpdates(config, storage, () => new Date())
    for (const release of allReleases(updates.state)) {
      const fault = updates.faultOf(release)
      if (fault !== undefined) logger.error({ extension: release.extensionId, version: release.version }, fault.message)
    }
    const metrics = createMetrics(updates, config.rings)
    const server = createServer(createApp({ updates, config, metrics, logger, dashboardFolder }))
    const port = await listen(server, config)
    const stopFollowing = config.storage.kind === 'bucket' ? followOthers(updates, logger) : () => {}
    const recheck = setInterval(() => {
      updates.recheckFaulty().catch((error: unknown) => logger.error({ err: error }, 'Looking at the files again has failed'))
    }, RECHECK_INTERVAL)
    return {
      url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
      close: async () => {
        clearInterval(recheck)
        stopFollowing()
        await new Promise<void>(resolve => {
          server.close(() => resolve())
          server.closeIdleConnections()
          // A browser that takes its time with a download asks again.
          setTimeout(() => server.closeAllConnections(), CLOSE_LIMIT).unref()
        })
        await storage.close()
      }
    }
  } catch (error) {
    await storage.close()
    throw error
  }
}

/** @returns what ends it */
function followOthers(updates: Updates, logger: Logger): () => void {
  let isAsking = false
  let isFailing = false
  const timer = setInterval(async () => {
    if (isAsking) return
    isAsking = true
    try {
      await updates.follow()
      if (isFailing) logger.info('The storage answers again')
      isFailing = false
    } catch (error) {
      // Once, and not every few seconds: what is known is served meanwhile.
      if (!isFailing) logger.error({ err: error }, 'What other servers have done cannot be read')
      isFailing = true
    } finally {
      isAsking = false
    }
  }, FOLLOW_INTERVAL)
  return () => clearInterval(timer)
}

function listen(server: ReturnType<typeof createServer>, { host, port }: UpdatesConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', error => {
      const isTaken = 'code' in error && error.code === 'EADDRINUSE'
      reject(isTaken ? new FixpointError('port_in_use', `Port ${port} on ${host} is taken.`) : error)
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
