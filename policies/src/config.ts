import { FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import { faultOfServerUrl, faultOfUpdateUrl } from './addresses.ts'
import { faultOfHostPattern, HOST_PATTERNS_AT_MOST } from './host-pattern.ts'
import { projectIdSchema, RINGS, ringSchema } from './managed-storage.ts'

/** What Chrome makes ids of: the first 128 bits of the key's SHA-256, written with the letters a to p. */
export const EXTENSION_ID_PATTERN = /^[a-p]{32}$/

/** One place less than Chrome's limit: the server's own origin is added. */
const originsSchema = z
  .array(
    z.string().superRefine((pattern, context) => {
      const fault = faultOfHostPattern(pattern)
      if (fault !== null) context.addIssue({ code: 'custom', message: fault })
    })
  )
  .max(HOST_PATTERNS_AT_MOST - 1)

/** Devices that get the same files. */
const groupSchema = z.strictObject({
  /** Name of its folder. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Use lower-case letters, digits and hyphens.'),
  ring: ringSchema,
  /** Projects that are offered there; all of the server's where it is absent. */
  projects: z.array(projectIdSchema).min(1).max(1_000).optional(),
  /** In place of the ones for all groups. */
  allowedOrigins: originsSchema.optional(),
  /** Id of the organisational unit in Google Admin; without it no request for the Chrome Policy API is written. */
  googleOrgUnit: z
    .string()
    .regex(/^[a-z0-9]{1,64}$/)
    .optional()
})
export type Group = z.infer<typeof groupSchema>

const configShape = z.strictObject({
  /** Shown to people in macOS’ System Settings and in Intune. */
  organisation: z.string().min(1).max(200),
  /** Reverse domain name that the identifiers of macOS profiles begin with. */
  profileIdentifier: z.string().regex(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/, 'Use a reverse domain name, for example com.example.fixpoint.'),
  extensionId: z.string().regex(EXTENSION_ID_PATTERN, 'Use the 32 letters from a to p.'),
  updateUrls: z.partialRecord(ringSchema, z.string()),
  serverUrl: z.string(),
  /** Where the extension may look into pages: host patterns. Absent: on every page that the person gives access to. */
  allowedOrigins: originsSchema.optional(),
  /** `required`: Windows and macOS browsers cannot be used without signing in to a profile (policy BrowserSignin). */
  signIn: z.enum(['optional', 'required']).default('optional'),
  /** Whether the icon stays in the toolbar, where the person cannot remove it. */
  toolbarPin: z.boolean().default(true),
  groups: z.array(groupSchema).min(1).max(1_000),
  /** Allows addresses of this machine, for trying things out on it. Never for a roll-out. */
  trial: z.boolean().default(false)
})

const configSchema = configShape.superRefine((config, context) => {
  const add = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message })
  for (const ring of RINGS) {
    const url = config.updateUrls[ring]
    const fault = url === undefined ? null : faultOfUpdateUrl(url, config.trial)
    if (fault !== null) add(['updateUrls', ring], fault)
  }
  const faultOfServer = faultOfServerUrl(config.serverUrl, config.trial)
  if (faultOfServer !== null) add(['serverUrl'], faultOfServer)
  const names = new Set<string>()
  for (const [index, { name, ring }] of config.groups.entries()) {
    if (names.has(name)) add(['groups', index, 'name'], `There are two groups “${name}”.`)
    names.add(name)
    if (config.updateUrls[ring] === undefined) add(['groups', index, 'ring'], `updateUrls has no address for the ring “${ring}”.`)
  }
})
export type PolicyConfig = z.infer<typeof configSchema>

/** @throws FixpointError `config_invalid` with one line for each fault, each with its dotted path. */
export function parseConfig(text: string): PolicyConfig {
  const result = configSchema.safeParse(parseJson(text))
  if (result.success) return result.data
  const lines = result.error.issues.map(({ path, message }) => `${path.length === 0 ? 'The configuration' : path.join('.')}: ${message}`)
  throw new FixpointError('config_invalid', lines.join('\n'), { hint: 'docs/admin describes every setting.' })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FixpointError('config_invalid', `The configuration is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}
