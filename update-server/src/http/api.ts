import { FixpointError } from '@fixpoint/protocol'
import express, { type Request, Router } from 'express'
import { z } from 'zod'
import type { Role, UpdatesConfig } from '../config.ts'
import { MOST_CRX_BYTES } from '../crx/verify.ts'
import type { Updates } from '../updates.ts'
import { requirePerson } from './access.ts'
import type { UpdatesStatus } from './status.ts'

const permissionsSchema = z.array(z.string().min(1).max(200)).max(200).default([])
const approvalSchema = z.strictObject({ acceptedPermissions: permissionsSchema })
const promotionSchema = z.strictObject({ version: z.string().max(50), percentage: z.number().default(100) })
const haltSchema = z.strictObject({ reason: z.string().trim().min(1, 'has to say why the ring is halted').max(500) })
const nothingSchema = z.strictObject({})

const EVERYONE: readonly Role[] = ['viewer', 'publisher', 'approver']
const OPERATORS: readonly Role[] = ['publisher', 'approver']

/** What people do with releases and rings; all of it takes a token, and all that changes something is in the audit log. */
export function createApi(updates: Updates, config: UpdatesConfig, status: () => UpdatesStatus): Router {
  const api = Router({ strict: true, caseSensitive: true })
  const json = express.json({ limit: '64kb', inflate: false })
  const crx = express.raw({ type: 'application/x-chrome-extension', limit: MOST_CRX_BYTES, inflate: false })

  api.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store')
    next()
  })
  api.get('/status', (request, response) => {
    requirePerson(request, config.people, EVERYONE)
    response.json(status())
  })
  api.get('/audit', (request, response) => {
    requirePerson(request, config.people, EVERYONE)
    response.json({ head: updates.ledger.head, entries: updates.ledger.entries })
  })

  // The token comes before the body: nobody else's 64 MB are read.
  const allow = (roles: readonly Role[]) => (request: Request, response: express.Response, next: express.NextFunction) => {
    response.locals['person'] = requirePerson(request, config.people, roles)
    next()
  }
  api.post('/releases/:extensionId/:version', allow(['publisher']), crx, async (request, response) => {
    if (!Buffer.isBuffer(request.body)) {
      throw new FixpointError('unsupported_media_type', 'Send the CRX itself as application/x-chrome-extension.')
    }
    const { extensionId, version } = pathOf(request)
    const query = new URL(request.originalUrl, config.publicUrl).searchParams
    const release = await updates.publish(personOf(response), request.body, {
      extensionId,
      version,
      acceptedPermissions: query.getAll('acceptPermission'),
      rollbackOf: query.get('rollbackOf')
    })
    response.status(201).json(release)
  })
  api.post('/releases/:extensionId/:version/approval', allow(['approver']), json, async (request, response) => {
    const { acceptedPermissions } = parseBody(approvalSchema, request)
    const { extensionId, version } = pathOf(request)
    response.json(await updates.approve(personOf(response), extensionId, version, acceptedPermissions))
  })
  api.post('/rings/:extensionId/:ring/promotion', allow(OPERATORS), json, async (request, response) => {
    const { version, percentage } = parseBody(promotionSchema, request)
    const { extensionId, ring } = pathOf(request)
    await updates.promote(personOf(response), extensionId, ring, version, percentage)
    response.json(status())
  })
  api.post('/rings/:extensionId/:ring/halt', allow(OPERATORS), json, async (request, response) => {
    const { reason } = parseBody(haltSchema, request)
    const { extensionId, ring } = pathOf(request)
    await updates.halt(personOf(response), extensionId, ring, reason)
    response.json(status())
  })
  api.post('/rings/:extensionId/:ring/resumption', allow(OPERATORS), json, async (request, response) => {
    parseBody(nothingSchema, request)
    const { extensionId, ring } = pathOf(request)
    await updates.resume(personOf(response), extensionId, ring)
    response.json(status())
  })
  return api
}

function personOf(response: express.Response): string {
  return z.string().parse(response.locals['person'])
}

function pathOf({ params }: Request): { extensionId: string; version: string; ring: string } {
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return { extensionId: text(params['extensionId']), version: text(params['version']), ring: text(params['ring']) }
}

function parseBody<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const parsed = schema.safeParse(request.body ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') ?? ''
  const code = issue?.code === 'unrecognized_keys' ? 'unknown_field' : 'invalid_parameter'
  throw new FixpointError(code, `${field || 'The body'}: ${issue?.message}.`, { field })
}
