import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import type { Logger } from 'pino'
import type { UpdatesConfig } from './config.ts'
import { lockDataFolder } from './data-lock.ts'
import { createApp } from './http/app.ts'
import { createMetrics } from './observe/metrics.ts'
import { allReleases, openUpdates } from './updates.ts'

/** How often files that were not in order are looked at again, in milliseconds. */
const RECHECK_INTERVAL = 60_000

/** How long requests may take that were begun before the server is closed, in milliseconds. */
const CLOSE_LIMIT = 10_000

/** Where `build.ts` puts the dashboard. */
export const DASHBOARD_FOLDER = join(import.meta.dirname, '..', 'dist', 'dashboard')

export interface RunningServer {
  /** Where it listens. */
  url: string
  close(): Promise<void>
}

/** @throws FixpointError `data_dir_locked`, `port_in_use`, `audit_broken` */
export async function serve(config: UpdatesConfig, logger: Logger, dashboardFolder: string = DASHBOARD_FOLDER): Promise<RunningServer> {
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 })
  const unlock = await lockDataFolder(config.dataFolder)
  try {
    const updates = await openUpdates(config, () => new Date())
    for (const release of allReleases(updates.state)) {
      const fault = updates.faultOf(release)
      if (fault !== undefined) logger.error({ extension: release.extensionId, version: release.version }, fault.message)
    }
    const metrics = createMetrics(updates, config.rings)
    const server = createServer(createApp({ updates, config, metrics, logger, dashboardFolder }))
    const port = await listen(server, config)
    const recheck = setInterval(() => {
      updates.recheckFaulty().catch((error: unknown) => logger.error({ err: error }, 'Looking at the files again has failed'))
    }, RECHECK_INTERVAL)
    return {
      url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
      close: async () => {
        clearInterval(recheck)
        await new Promise<void>(resolve => {
          server.close(() => resolve())
          server.closeIdleConnections()
          // A browser that takes its time with a download asks again.
          setTimeout(() => server.closeAllConnections(), CLOSE_LIMIT).unref()
        })
        await unlock()
      }
    }
  } catch (error) {
    await unlock()
    throw error
  }
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
