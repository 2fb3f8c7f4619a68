import { CLIENT_HEADER, clientNameSchema, FixpointError } from '@fixpoint/protocol'
import express, { type Express, Router } from 'express'
import helmet from 'helmet'
import type { Caller } from '../auth/tokens.ts'
import { type Edges, newId } from '../edges.ts'
import type { Logger } from '../observe/logger.ts'
import type { Metrics } from '../observe/metrics.ts'
import { createPages } from './pages.ts'
import { problemHandler } from './problems.ts'
import { type BindingOptions, bindRoutes, type Handlers } from './route-binding.ts'
import { type AccessRules, callerOf, checkHost, checkOrigin, checkProtocol } from './security.ts'

export interface AppOptions extends Omit<BindingOptions, 'identify'> {
  handlers: Handlers
  verifyToken: (token: string) => Promise<Caller>
  rules: () => AccessRules
  openApi: () => object
  /** Where people reach the server. */
  publicUrl: () => string
  edges: Edges
  logger: Logger
  metrics: Metrics
}

/** The HTTP side of the server. */
export function createApp({ handlers, rules, openApi, publicUrl, edges, logger, metrics, verifyToken, ...binding }: AppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')

  app.use((request, response, next) => {
    const requestId = newId(edges, 'request')
    response.locals['requestId'] = requestId
    response.setHeader('X-Request-Id', requestId)
    const startedAt = performance.now()
    response.once('close', () => {
      const durationMs = performance.now() - startedAt
      const route = typeof request.route?.path === 'string' ? request.route.path : 'other'
      metrics.httpRequest(request.method, route, response.statusCode, durationMs)
      // The path without its query: page addresses are in queries, and they are people's own.
      logger.debug(
        {
          requestId,
          method: request.method,
          path: request.path,
          status: response.statusCode,
          durationMs: Math.round(durationMs),
          client: clientNameSchema.safeParse(request.get(CLIENT_HEADER)).data
        },
        'request'
      )
    })
    next()
  })
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'none'"],
          'style-src': ["'unsafe-inline'"],
          'img-src': ["'self'", 'data:'],
          'base-uri': ["'none'"],
          'form-action': ["'none'"]
        }
      },
      // Panels of extensions read pictures from here.
      crossOriginResourcePolicy: { policy: 'cross-origin' },
      strictTransportSecurity: false
    })
  )
  app.use(checkHost(rules))
  app.use(checkOrigin(rules))
  app.use(checkProtocol)

  const api = Router({ strict: true, caseSensitive: true })
  bindRoutes(api, handlers, {
    ...binding,
    identify: async request => await callerOf(request.headersDistinct['authorization'] ?? [], verifyToken)
  })
  app.use(api)
  app.use(createPages(openApi, publicUrl))

  app.use(request => {
    throw new FixpointError('not_found', `There is nothing at ${request.path.slice(0, 200)}.`)
  })
  app.use(problemHandler(logger))
  return app
}
