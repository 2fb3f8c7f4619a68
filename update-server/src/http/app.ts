import { randomUUID } from 'node:crypto'
import { FixpointError } from '@fixpoint/protocol'
import express, { type Express, type Request, Router } from 'express'
import helmet from 'helmet'
import type { Logger } from 'pino'
import type { UpdatesConfig } from '../config.ts'
import type { Metrics } from '../observe/metrics.ts'
import { countedVersion, createVersionsSeen } from '../observe/versions-seen.ts'
import { type AppQuery, parseUpdateBody, parseUpdateQuery } from '../omaha/request.ts'
import { type AppAnswer, type CodebaseOf, renderJson, renderXml } from '../omaha/response.ts'
import type { Updates } from '../updates.ts'
import { createApi } from './api.ts'
import { sendCrx } from './crx-response.ts'
import { problemHandler } from './problems.ts'
import { describeStatus } from './status.ts'

export interface AppOptions {
  updates: Updates
  config: UpdatesConfig
  metrics: Metrics
  logger: Logger
  /** The built dashboard. */
  dashboardFolder: string
}

/** The HTTP side of the update server. */
export function createApp({ updates, config, metrics, logger, dashboardFolder }: AppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', false)
  app.use((_request, response, next) => {
    const requestId = randomUUID()
    response.locals['requestId'] = requestId
    response.setHeader('X-Request-Id', requestId)
    response.once('close', () => metrics.httpRequest(response.statusCode))
    next()
  })
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'none'"],
          'script-src': ["'self'"],
          'style-src': ["'self'"],
          'connect-src': ["'self'"],
          'img-src': ["'self'"],
          'base-uri': ["'none'"],
          'form-action': ["'none'"],
          'frame-ancestors': ["'none'"]
        }
      },
      strictTransportSecurity: config.publicUrl.startsWith('https:')
    })
  )

  const versionsSeen = createVersionsSeen()
  const routes = Router({ strict: true, caseSensitive: true })
  const codebaseOf: CodebaseOf = ({ extensionId, version }) => `${config.publicUrl}/crx/${extensionId}/${version}.crx`
  const answer = (ring: string, queries: readonly AppQuery[]): AppAnswer[] =>
    queries.map(({ check, isUpdateCheck }) => {
      const { extensionId } = check
      const result = updates.check(ring, check)
      if (result === 'unknown') {
        metrics.updateCheck('other', ring, 'unknown')
        return { extensionId, answer: result }
      }
      const version = countedVersion(updates.state, extensionId, check.version)
      versionsSeen.add(extensionId, ring, version)
      metrics.versionSeen(extensionId, ring, version)
      if (!isUpdateCheck) return { extensionId, answer: 'no-check' }
      metrics.updateCheck(extensionId, ring, result === 'none' ? 'none' : 'offered')
      return { extensionId, answer: result }
    })
  const ringOf = (request: Request): string => {
    const { ring = config.rings.at(-1) } = request.params
    if (typeof ring !== 'string' || !config.rings.includes(ring)) {
      throw new FixpointError('ring_unknown', `There is no ring at this address. The rings are ${config.rings.join(', ')}.`)
    }
    return ring
  }

  for (const path of ['/update', '/rings/:ring/update']) {
    routes.get(path, (request, response) => {
      const answers = answer(ringOf(request), parseUpdateQuery(queryOf(request)))
      response.type('text/xml').set('Cache-Control', 'no-store').send(renderXml(answers, codebaseOf))
    })
    // Any content type: some clients send none.
    routes.post(path, express.json({ type: () => true, limit: '64kb', inflate: false }), (request, response) => {
      const answers = answer(ringOf(request), parseUpdateBody(request.body, queryOf(request)))
      response.type('application/json').set('Cache-Control', 'no-store').send(renderJson(answers, codebaseOf))
    })
  }
  // GET has HEAD with it.
  routes.get('/crx/:extensionId/:file', async (request, response) => {
    const { extensionId = '', file = '' } = request.params
    const [, version] = /^([\d.]{1,23})\.crx$/.exec(file) ?? []
    if (version === undefined) throw new FixpointError('not_found', 'Files are at /crx/<extension>/<version>.crx.')
    const { release, bytes } = await updates.file(extensionId, version)
    metrics.download(extensionId, release.version)
    sendCrx(request, response, bytes, release)
  })
  routes.get('/healthz', (_request, response) => {
    response.type('text/plain').send('ok\n')
  })
  routes.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
  app.use(routes)
  app.use(
    '/api',
    createApi(updates, config, () => describeStatus(updates, config, versionsSeen.seen))
  )
  app.use(express.static(dashboardFolder, { index: 'index.html', redirect: false, cacheControl: false }))
  app.get('/', () => {
    throw new FixpointError('not_ready', 'The dashboard has not been built.', {
      hint: 'Run `pnpm --filter @fixpoint/update-server build`.'
    })
  })
  app.use(() => {
    throw new FixpointError('not_found', 'There is nothing at this address.', { hint: 'Browsers ask at /rings/<ring>/update.' })
  })
  app.use(problemHandler(logger))
  return app
}

function queryOf({ originalUrl }: Request): string {
  const mark = originalUrl.indexOf('?')
  return mark === -1 ? '' : originalUrl.slice(mark + 1)
}
