import { FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import { isChromeVersion, isVersion } from './version.ts'

/** What this room needs of an extension's manifest; everything else in it is Chrome's business. */
const extensionManifestSchema = z.object({
  manifest_version: z.literal(3, { error: 'manifest_version has to be 3' }),
  name: z.string().min(1),
  version: z.string().refine(isVersion, 'version has to be one to four numbers up to 65535 with dots'),
  minimum_chrome_version: z.string().refine(isChromeVersion, 'minimum_chrome_version has to be numbers with dots').optional(),
  update_url: z.url().optional(),
  /** The public key, base64 of its DER. */
  key: z.string().optional(),
  permissions: z.array(z.string()).default([]),
  optional_permissions: z.array(z.string()).default([]),
  host_permissions: z.array(z.string()).default([]),
  optional_host_permissions: z.array(z.string()).default([]),
  content_scripts: z.array(z.object({ matches: z.array(z.string()).default([]) })).default([])
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

/**
 * Everything in the manifest that lets the extension do more, in one sorted list. Where a new version adds to it, Chrome may disable
 * the extension until each person agrees, so adding is a decision of its own. Hosts of content scripts count as permissions, as in Chrome.
 */
export function permissionsOf(manifest: ExtensionManifest): string[] {
  const optional = [...manifest.optional_permissions, ...manifest.optional_host_permissions].map(name => `optional ${name}`)
  const scripts = manifest.content_scripts.flatMap(({ matches }) => matches)
  return [...new Set([...manifest.permissions, ...manifest.host_permissions, ...scripts, ...optional])].toSorted()
}
