import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { PolicyConfig } from '../config.ts'

/** What a policy file must agree with; from a configuration, a manifest, or both. */
export interface Expectation {
  extensionId: string | null
  /** Addresses of the rings; null where they are not known. */
  updateUrls: readonly string[] | null
  /** `update_url` of the extension's manifest: browsers use it for updates unless they are told otherwise. */
  manifestUpdateUrl: string | null
  serverUrl: string | null
  /** Addresses of this machine are allowed. */
  isTrial: boolean
}

export const EXPECT_NOTHING: Expectation = { extensionId: null, updateUrls: null, manifestUpdateUrl: null, serverUrl: null, isTrial: false }

export function expectationOf(config: PolicyConfig): Expectation {
  return {
    extensionId: config.extensionId,
    updateUrls: Object.values(config.updateUrls),
    manifestUpdateUrl: null,
    serverUrl: new URL(config.serverUrl).origin,
    isTrial: config.trial
  }
}

export const manifestSchema = z.object({ key: z.base64().optional(), update_url: z.string().optional() })

/** What the extension's own manifest says; the id follows from its public key. */
export function withManifest(expectation: Expectation, manifest: z.infer<typeof manifestSchema>): Expectation {
  return {
    ...expectation,
    extensionId: manifest.key === undefined ? expectation.extensionId : idOfKey(manifest.key),
    manifestUpdateUrl: manifest.update_url ?? null
  }
}

/** The first 128 bits of the SHA-256 of the public key (DER), each half byte written with a letter from a to p. */
export function idOfKey(base64: string): string {
  const hex = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex').slice(0, 32)
  return hex.replaceAll(/[0-9a-f]/g, digit => String.fromCharCode('a'.charCodeAt(0) + Number.parseInt(digit, 16)))
}
