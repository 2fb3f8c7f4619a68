import { FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import { isChromeVersion, isVersion } from './version.ts'

/** What this room needs of an extension's manifest; everything else in it is Chrome's business. */
const namesSchema = z.array(z.string()).default([])

const extensionManifestSchema = z.object({
  manifest_version: z.literal(3, { error: 'manifest_version has to be 3' }),
  name: z.string().min(1),
  version: z.string().refine(isVersion, 'version has to be one to four numbers up to 65535 with dots'),
  minimum_chrome_version: z.string().refine(isChromeVersion, 'minimum_chrome_version has to be numbers with dots').optional(),
  update_url: z.url().optional(),
  /** The public key, base64 of its DER. */
  key: z.string().optional(),
  permissions: namesSchema,
  optional_permissions: namesSchema,
  host_permissions: namesSchema,
  optional_host_permissions: namesSchema,
  content_scripts: z.array(z.object({ matches: namesSchema })).default([]),
  devtools_page: z.string().optional(),
  tts_engine: z.unknown().optional(),
  input_components: z.unknown().optional(),
  chrome_url_overrides: z.record(z.string(), z.unknown()).default({}),
  chrome_settings_overrides: z.record(z.string(), z.unknown()).default({}),
  externally_connectable: z.object({ ids: namesSchema, matches: namesSchema }).optional(),
  web_accessible_resources: z.array(z.object({ matches: namesSchema, extension_ids: namesSchema })).default([])
})
export type ExtensionManifest = z.infer<typeof extensionManifestSchema>

/** @throws FixpointError `crx_manifest_invalid` naming the field */
export function parseExtensionManifest(text: string): ExtensionManifest {
  const parsed = extensionManifestSchema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') ?? ''
  throw new FixpointError('crx_manifest_invalid', `The extension’s manifest.json cannot be used: ${field || 'it'}: ${issue?.message}.`, {
    field
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FixpointError('crx_manifest_invalid', 'The extension’s manifest.json is not JSON.', { cause: error })
  }
}

/** Keys of the manifest that give access by being there. */
const KEYS_WITH_ACCESS = ['devtools_page', 'tts_engine', 'input_components'] as const

/**
 * Everything in the manifest that lets the extension do more, or lets others reach it, in one sorted list. Where a new version adds to
 * it, Chrome may disable the extension until each person agrees, so adding is a decision of its own. Hosts of content scripts count as
 * permissions, as in Chrome, and so do the keys that Chrome has a warning for.
 */
export function permissionsOf(manifest: ExtensionManifest): string[] {
  const optional = [...manifest.optional_permissions, ...manifest.optional_host_permissions].map(name => `optional ${name}`)
  const scripts = manifest.content_scripts.flatMap(({ matches }) => matches)
  const keys = KEYS_WITH_ACCESS.filter(key => manifest[key] !== undefined)
  const replaced = Object.keys(manifest.chrome_url_overrides).map(page => `chrome_url_overrides ${page}`)
  // Another home page or search is another decision, so the value counts too.
  const settings = Object.entries(manifest.chrome_settings_overrides).map(
    ([name, value]) => `chrome_settings_overrides ${name} ${JSON.stringify(value)}`
  )
  return [
    ...new Set([
      ...manifest.permissions,
      ...manifest.host_permissions,
      ...scripts,
      ...optional,
      ...keys,
      ...replaced,
      ...settings,
      ...outsiders(manifest)
    ])
  ].toSorted()
}

/** Pages and other extensions that may talk to this one or load its files. */
function outsiders({ externally_connectable: connectable, web_accessible_resources: resources }: ExtensionManifest): string[] {
  const name = (key: string, matches: readonly string[], ids: readonly string[]) => [
    ...matches.map(match => `${key} ${match}`),
    ...ids.map(id => `${key} extension ${id}`)
  ]
  return [
    ...name('externally_connectable', connectable?.matches ?? [], connectable?.ids ?? []),
    ...resources.flatMap(({ matches, extension_ids: ids }) => name('web_accessible_resources', matches, ids))
  ]
}
