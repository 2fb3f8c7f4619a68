import { createHash } from 'node:crypto'
import { type Browser, browserPolicies, desktopPolicies, type PolicyValue } from '../browser-policies.ts'
import type { Group, PolicyConfig } from '../config.ts'
import { writePlist } from './plist.ts'

/** Preference domains of the browsers; managed storage of an extension is `<domain>.extensions.<id>`. */
export const PREFERENCE_DOMAINS: Record<Browser, string> = { chrome: 'com.google.Chrome', edge: 'com.microsoft.Edge' }

const NAMES: Record<Browser, string> = { chrome: 'Google Chrome', edge: 'Microsoft Edge' }

/** A configuration profile for the whole Mac with the policies of both browsers. */
export function mobileconfigFile(config: PolicyConfig, group: Group): string {
  const identifier = `${config.profileIdentifier}.${group.name}`
  const payloads = (['chrome', 'edge'] as const).flatMap(browser => {
    const { policies, managedStorage } = browserPolicies(config, group, browser)
    const domain = PREFERENCE_DOMAINS[browser]
    return [
      payload(`${identifier}.${browser}`, domain, `${NAMES[browser]}: Fixpoint`, { ...policies, ...desktopPolicies(config) }),
      payload(
        `${identifier}.${browser}.extension`,
        `${domain}.extensions.${config.extensionId}`,
        `${NAMES[browser]}: settings of Fixpoint`,
        managedStorage
      )
    ]
  })
  const profile = {
    PayloadContent: payloads,
    PayloadDescription: 'Installs the Fixpoint extension, keeps it up to date and tells it its server.',
    PayloadDisplayName: `Fixpoint (${group.name})`,
    PayloadIdentifier: identifier,
    PayloadOrganization: config.organisation,
    PayloadScope: 'System',
    PayloadType: 'Configuration',
    PayloadVersion: 1
  }
  return writePlist({ ...profile, PayloadUUID: uuidOf(identifier, profile) })
}

function payload(identifier: string, type: string, name: string, values: { readonly [name: string]: PolicyValue }) {
  const content = { PayloadDisplayName: name, PayloadIdentifier: identifier, PayloadType: type, PayloadVersion: 1, ...values }
  return { ...content, PayloadUUID: uuidOf(identifier, content) }
}

/** The same content has the same UUID, other content another one: device management sees at once whether there is something new. */
function uuidOf(identifier: string, content: PolicyValue): string {
  const hash = createHash('sha256')
    .update(`${identifier}\n${JSON.stringify(content)}`)
    .digest()
  // RFC 9562: version 8 (made in an own way), variant 10.
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = hash.toString('hex', 0, 16).toUpperCase()
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
