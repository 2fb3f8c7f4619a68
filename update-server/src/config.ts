import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import { EXTENSION_ID_PATTERN } from './crx/extension-id.ts'

export const roleSchema = z.enum(['viewer', 'publisher', 'approver'])
export type Role = z.infer<typeof roleSchema>

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Of an address: https, or this machine, and nothing behind the host and port. */
const originSchema = z
  .url({ protocol: /^https?$/ })
  .refine(text => new URL(text).protocol === 'https:' || LOOPBACK.has(new URL(text).hostname), 'has to be https, except on this machine')
  .refine(text => new URL(text).href === `${new URL(text).origin}/`, 'has to be an address without path, query and credentials')
  .transform(text => new URL(text).origin)

/** Credentials are not in here: the S3 client takes them from the environment, a profile, or the machine's role. */
const bucketSchema = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'has to be the name of a bucket'),
  /** What stands before all keys. */
  prefix: z
    .string()
    .regex(/^(?:[\w.-]+\/)*$/, 'has to be empty or end with /, in letters, digits and ._-')
    .default(''),
  region: z.string().min(1).default('us-east-1'),
  /** Of storage that is not Amazon's. */
  endpoint: originSchema.optional(),
  /** The bucket in the path of addresses, not in the host's name: what most storage of one's own needs. */
  pathStyle: z.boolean().default(false)
})

const fileSchema = z.strictObject({
  /** Address that browsers reach the server at, without a path; CRX files are offered below it. */
  publicUrl: originSchema,
  host: z.string().min(1).default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(4800),
  /** Where releases are kept: a folder, relative to the configuration file, or S3-compatible storage. */
  dataFolder: z.string().min(1).optional(),
  s3: bucketSchema.optional(),
  extensions: z
    .array(z.strictObject({ id: z.string().regex(EXTENSION_ID_PATTERN, 'has to be 32 letters a to p'), name: z.string().min(1).max(100) }))
    .min(1)
    .refine(list => new Set(list.map(({ id }) => id)).size === list.length, 'has an id twice'),
  /** The first gets every release first; the last is the one behind /update. */
  rings: z
    .array(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'has to be a lower-case name'))
    .min(1)
    .refine(list => new Set(list).size === list.length, 'has a name twice')
    .default(['canary', 'early', 'all']),
  people: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(100),
        /** Lower-case hexadecimal; `fixpoint-updates token` makes both. */
        tokenSha256: z.string().regex(/^[0-9a-f]{64}$/, 'has to be 64 lower-case hexadecimal digits'),
        roles: z.array(roleSchema).min(1)
      })
    )
    .refine(list => new Set(list.map(({ name }) => name)).size === list.length, 'has a name twice')
    .refine(list => new Set(list.map(({ tokenSha256 }) => tokenSha256)).size === list.length, 'has one token for two people')
})

/** Where everything is kept that has to last. */
type StorageSettings = { kind: 'folder'; folder: string } | ({ kind: 'bucket' } & z.output<typeof bucketSchema>)

const configSchema = fileSchema.transform(({ dataFolder, s3, ...rest }, context) => {
  const choices: StorageSettings[] = [
    ...(dataFolder === undefined ? [] : [{ kind: 'folder' as const, folder: dataFolder }]),
    ...(s3 === undefined ? [] : [{ kind: 'bucket' as const, ...s3 }])
  ]
  const [storage, ...others] = choices
  if (storage !== undefined && others.length === 0) return { ...rest, storage }
  context.addIssue({ code: 'custom', path: [storage === undefined ? 'dataFolder' : 's3'], message: 'give one of dataFolder and s3' })
  return z.NEVER
})

export type UpdatesConfig = z.output<typeof configSchema>

/** @throws FixpointError `config_invalid` naming each setting that is wrong */
export async function loadConfig(path: string): Promise<UpdatesConfig> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new FixpointError('config_invalid', `The configuration ${path} cannot be read.`, {
      hint: 'Name it with --config or FIXPOINT_UPDATES_CONFIG.',
      cause: error
    })
  }
  const config = parseConfig(text)
  const { storage } = config
  return storage.kind === 'folder' ? { ...config, storage: { ...storage, folder: resolve(dirname(path), storage.folder) } } : config
}

export function parseConfig(text: string): UpdatesConfig {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    throw new FixpointError('config_invalid', `The configuration is not JSON: ${error instanceof Error ? error.message : ''}`, {
      cause: error
    })
  }
  const parsed = configSchema.safeParse(raw)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the configuration'}: ${message}`)
  throw new FixpointError('config_invalid', lines.join('\n'), { field: parsed.error.issues[0]?.path.join('.') })
}
