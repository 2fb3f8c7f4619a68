import { FixpointError, type RouteName } from '@fixpoint/protocol'
import express from 'express'
import type { Admitted, SessionApi } from '../doors/door-server.ts'
import { type Edges, newId } from '../edges.ts'
import type { Logger } from '../observe/logger.ts'
import { problemHandler } from './problems.ts'
import { type BindingOptions, bindRoutes, type Handler, type Handlers } from './route-binding.ts'
import { checkProtocol } from './security.ts'

/**
 * What VS Code's extension may ask for in a person's name. What runs in the sandbox could make VS Code's pages say anything, so it
 * is this session's alone, and nothing that needs a person to have looked: no confirmation of protected files, no closing.
 */
const ROUTES = [
  'getServer',
  'getMe',
  'getSession',
  'listEvents',
  'getArtifact',
  'readFile',
  'listChanges',
  'createPrompt',
  'withdrawPrompt',
  'stopSession',
  'reportSaves',
  'undoTurns',
  'acceptTurns',
  'createPullRequest'
] as const satisfies readonly RouteName[]

export interface SessionApiOptions extends Omit<BindingOptions, 'identify'> {
  handlers: Handlers
  edges: Edges
  logger: Logger
}

/** A part of the API for the pages behind one session's door, who have a cookie of that door and no token. */
export function createSessionApi({ handlers, edges, logger, ...binding }: SessionApiOptions): SessionApi {
  const guests = new WeakMap<object, Admitted>()
  const admitted = (request: object) => {
    const entry = guests.get(request)
    if (entry === undefined) throw new FixpointError('auth_required', 'The request did not come by a door.')
    return entry
  }
  const createPullRequest: Handler<'createPullRequest'> = async (input, context) => {
    if (input.body.confirmProtectedPaths) {
      throw new FixpointError('protected_path', 'Changes to protected files are confirmed in the Fixpoint panel.')
    }
    return await handlers.createPullRequest(input, context)
  }

  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.use((request, response, next) => {
    const requestId = newId(edges, 'request')
    response.locals['requestId'] = requestId
    response.setHeader('X-Request-Id', requestId)
    response.setHeader('X-Content-Type-Options', 'nosniff')
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
    const [, named] = /^\/api\/sessions\/([^/]+)/.exec(request.path) ?? []
    if (named !== undefined && named !== admitted(request).sessionId)
      throw new FixpointError('session_not_found', 'There is no such session.')
    next()
  })
  app.use(checkProtocol)
  const router = express.Router({ strict: true, caseSensitive: true })
  bindRoutes(router, { ...handlers, createPullRequest }, { ...binding, identify: request => admitted(request).identify() }, ROUTES)
  app.use(router)
  app.use(() => {
    throw new FixpointError('not_found', 'There is nothing at this address.')
  })
  app.use(problemHandler(logger))
  return (request, response, guest) => {
    guests.set(request, guest)
    app(request, response)
  }
}
