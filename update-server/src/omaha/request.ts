/**
 * What browsers ask. Chromium asks for self-hosted extensions with GET (`extensions/browser/updater/manifest_fetch_data.cc`): one `x` for
 * each extension, which is a query of its own (`id=…&v=…&uc`), and the browser's version as `prodversion`. The JSON form is protocol 3 of
 * Omaha (`docs/updater/protocol_3_1.md` of Chromium).
 */
import { FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import type { UpdateCheck } from '../releases/offer.ts'

/** Chromium asks for fewer at once: its addresses stay below 2,000 characters. */
const MOST_APPS = 100

/** One extension in a request: what is asked for it, and whether an update is asked for at all (it may be a ping alone). */
export interface AppQuery {
  check: UpdateCheck
  isUpdateCheck: boolean
}

/** @param query without its question mark @throws FixpointError `invalid_parameter` for more than 100 extensions */
export function parseUpdateQuery(query: string): AppQuery[] {
  const parameters = new URLSearchParams(query)
  const apps = parameters.getAll('x')
  refuseMany(apps.length)
  const shared = { chromeVersion: parameters.get('prodversion') ?? undefined, client: parameters.get('client') || undefined }
  return apps.map(app => {
    const own = new URLSearchParams(app)
    return {
      check: { extensionId: own.get('id') ?? '', version: own.get('v') ?? '', ...shared },
      // A bare `uc` stands for an update check; without it the request only says that the extension is there.
      isUpdateCheck: own.has('uc')
    }
  })
}

const jsonRequestSchema = z.object({
  request: z.object({
    protocol: z.string().regex(/^3\.[01]$/),
    prodversion: z.string().optional(),
    app: z.array(z.object({ appid: z.string(), version: z.string().default(''), updatecheck: z.looseObject({}).optional() }))
  })
})

/** @param query of the address; it may name the client @throws FixpointError `protocol_unsupported`, `invalid_parameter` */
export function parseUpdateBody(body: unknown, query: string): AppQuery[] {
  const parsed = jsonRequestSchema.safeParse(body)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = issue?.path.join('.') ?? ''
    const code = field === 'request.protocol' ? 'protocol_unsupported' : 'invalid_parameter'
    throw new FixpointError(code, `The update request cannot be understood: ${field || 'it'}: ${issue?.message}.`, { field })
  }
  const { app, prodversion } = parsed.data.request
  refuseMany(app.length)
  const client = new URLSearchParams(query).get('client') || undefined
  return app.map(({ appid, version, updatecheck }) => ({
    check: { extensionId: appid, version, chromeVersion: prodversion, client },
    isUpdateCheck: updatecheck !== undefined
  }))
}

function refuseMany(count: number): void {
  if (count > MOST_APPS) {
    throw new FixpointError('invalid_parameter', `The request asks for ${count} extensions; at most ${MOST_APPS} go into one.`, {
      limit: MOST_APPS
    })
  }
}
