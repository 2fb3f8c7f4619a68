import { randomUUID } from 'node:crypto'
import type { RequestListener, ServerResponse } from 'node:http'
import { FixpointError } from '@fixpoint/protocol'
import express, { type Express, type Request, Router } from 'express'
import helmet from 'helmet'
import type { Logger } from 'pino'
import type { UpdatesConfig } from '../config.ts'
import type { Metrics } from '../observe/metrics.ts'
import { versionsSeen } from '../observe/versions-seen.ts'
import type { Updates } from '../updates.ts'
import { createApi } from './api.ts'
import { sendCrx } from './crx-response.ts'
import { problemHandler } from './problems.ts'
import { describeStatus } from './status.ts'
import { type CheckAnswer, createUpdateChecks, type UpdateChecks } from './update-checks.ts'

export interface AppOptions {
  updates: Updates
  config: UpdatesConfig
  metrics: Metrics
  logger: Logger
  /** The built dashboard. */
  dashboardFolder: string
}

/**
 * The HTTP side of the update server. An answer to an update check that was given before is sent before Express sees the request: Express
 * takes as long for a request as everything else together, and browsers ask for little but this, again and again.
 */
export function createApp(options: AppOptions): RequestListener {
  const checks = createUpdateChecks(options.updates, options.config, options.metrics)
  const app = createExpressApp(options, checks)
  const answered = options.metrics.requests.of({ status: '200' })
  return (request, response) => {
    const answer = request.method === 'GET' ? checks.kept(request.url ?? '') : undefined
    if (answer === undefined) {
      app(request, response)
      return
    }
    sendCheck(response, answer, XML_TYPE)
    answered.count += 1
  }
}

function createExpressApp({ updates, config, metrics, logger, dashboardFolder }: AppOptions, checks: UpdateChecks): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', false)
  app.use((_request, response, next) => {
    const requestId = randomUUID()
    response.locals['requestId'] = requestId
    response.setHeader('X-Request-Id', requestId)
    response.once('close', () => {
      metrics.requests.of({ status: String(response.statusCode) }).count += 1
    })
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

  const routes = Router({ strict: true, caseSensitive: true })
  const ringOf = (request: Request): string => {
    const { ring = config.rings.at(-1) } = request.params
    if (typeof ring !== 'string' || !config.rings.includes(ring)) {
      throw new FixpointError('ring_unknown', `There is no ring at this address. The rings are ${config.rings.join(', ')}.`)
    }
    return ring
  }

  for (const path of ['/update', '/rings/:ring/update']) {
    routes.get(path, (request, response) => {
      sendCheck(response, checks.xml(ringOf(request), request.originalUrl), XML_TYPE)
    })
    // Any content type: some clients send none.
    routes.post(path, express.json({ type: () => true, limit: '64kb', inflate: false }), (request, response) => {
      sendCheck(response, checks.json(ringOf(request), request.originalUrl, request.body), 'application/json; charset=utf-8')
    })
  }
  // GET has HEAD with it.
  routes.get('/crx/:extensionId/:file', async (request, response) => {
    const { extensionId = '', file = '' } = request.params
    const [, version] = /^([\d.]{1,23})\.crx$/.exec(file) ?? []
    if (version === undefined) throw new FixpointError('not_found', 'Files are at /crx/<extension>/<version>.crx.')
    const { release, bytes } = await updates.file(extensionId, version)
    if (sendCrx(request, response, bytes, release)) metrics.download(extensionId, release.version)
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
    createApi(updates, config, () => describeStatus(updates, config, versionsSeen(metrics.versions)))
  )
  app.use(express.static(dashboardFolder, { index: 'index.html', redirect: false, cacheControl: false }))
  app.get('/', () => {
    throw new FixpointError('not_ready', 'The dashboard has not been built.', {
      hint: 'Start the server with `npm run updates -- serve`, which builds it.'
    })
  })
  app.use(() => {
    throw new FixpointError('not_found', 'There is nothing at this address.', { hint: 'Browsers ask at /rings/<ring>/update.' })
  })
  app.use(problemHandler(logger))
  return app
}

const XML_TYPE = 'text/xml; charset=utf-8'

/** As one list of names and values, and the body as text: so Node sends both at once, which is most of what an answer costs. */
function sendCheck(response: ServerResponse, { text, tallies }: CheckAnswer, type: string): void {
  for (const tally of tallies) tally.count += 1
  const headers = ['Content-Type', type, 'Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff', 'Content-Length']
  response.writeHead(200, [...headers, String(Buffer.byteLength(text))])
  response.end(text)
}
