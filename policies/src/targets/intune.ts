import { type Browser, browserPolicies, desktopPolicies, type PolicyValue } from '../browser-policies.ts'
import type { Group, PolicyConfig } from '../config.ts'
import { escapeXml } from './plist.ts'
import { REGISTRY_KEYS } from './registry.ts'

const POLICY_AREA = './Device/Vendor/MSFT/Policy'

/**
 * Where the policies of the browsers lie once their ADMX templates were ingested under these names (docs/admin says how), as
 * Google's and Microsoft's guides for Intune have them.
 */
export const INTUNE_AREAS: Record<Browser, string> = {
  chrome: `${POLICY_AREA}/Config/Chrome~Policy~googlechrome`,
  edge: `${POLICY_AREA}/Config/Edge~Policy~microsoft_edge`
}

/** Managed storage has no template of its own; this one is ingested along with its values. */
export const STORAGE_AREA = `${POLICY_AREA}/Config/Fixpoint~Policy~FixpointExtension`
export const STORAGE_POLICIES: Record<Browser, string> = { chrome: 'FixpointChrome', edge: 'FixpointEdge' }

/** Between name and value of list items in ADMX-backed policies (Windows' Policy CSP). */
const LIST_SEPARATOR = '&#xF000;'

/** A custom Windows profile, as Microsoft Graph takes it at `POST /deviceManagement/deviceConfigurations`. */
export function intuneProfile(config: PolicyConfig, group: Group): PolicyValue {
  return {
    '@odata.type': '#microsoft.graph.windows10CustomConfiguration',
    displayName: `Fixpoint (${group.name})`,
    description: `${config.organisation}: installs the Fixpoint extension in Chrome and Edge. The templates of both browsers must be ingested.`,
    omaSettings: [
      omaSetting(
        'Template of Fixpoint’s settings',
        `${POLICY_AREA}/ConfigOperations/ADMXInstall/Fixpoint/Policy/FixpointAdmx`,
        storageTemplate(config)
      ),
      ...(['chrome', 'edge'] as const).flatMap(browser => browserSettings(config, group, browser))
    ]
  }
}

function browserSettings(config: PolicyConfig, group: Group, browser: Browser): PolicyValue[] {
  const { policies, managedStorage } = browserPolicies(config, group, browser)
  const path = INTUNE_AREAS[browser]
  const name = browser === 'chrome' ? 'Chrome' : 'Edge'
  const { ExtensionInstallForcelist = [], ExtensionSettings = {} } = policies
  const { BrowserSignin } = desktopPolicies(config)
  const { serverUrl, ring, projects } = managedStorage
  return [
    omaSetting(
      `${name}: ExtensionInstallForcelist`,
      `${path}~Extensions/ExtensionInstallForcelist`,
      enabled([['ExtensionInstallForcelistDesc', listData(ExtensionInstallForcelist)]])
    ),
    omaSetting(
      `${name}: ExtensionSettings`,
      `${path}~Extensions/ExtensionSettings`,
      enabled([['ExtensionSettings', escapeXml(JSON.stringify(ExtensionSettings))]])
    ),
    ...(BrowserSignin === undefined
      ? []
      : [omaSetting(`${name}: BrowserSignin`, `${path}/BrowserSignin`, enabled([['BrowserSignin', String(BrowserSignin)]]))]),
    omaSetting(
      `${name}: settings of Fixpoint`,
      `${STORAGE_AREA}/${STORAGE_POLICIES[browser]}`,
      enabled([
        ['serverUrl', escapeXml(serverUrl)],
        ['ring', ring],
        ...(projects === undefined ? [] : [['projects', listData(projects)] as const])
      ])
    )
  ]
}

function omaSetting(displayName: string, omaUri: string, value: string): PolicyValue {
  return { '@odata.type': '#microsoft.graph.omaSettingString', displayName, omaUri, value }
}

function enabled(data: readonly (readonly [id: string, value: string])[]): string {
  return ['<enabled/>', ...data.map(([id, value]) => `<data id="${id}" value="${value}"/>`)].join('')
}

function listData(items: PolicyValue): string {
  if (!Array.isArray(items)) return ''
  return items.map((item, index) => `${index + 1}${LIST_SEPARATOR}${escapeXml(String(item))}`).join(LIST_SEPARATOR)
}

/** An ADMX template that puts the three settings where the browsers look for managed storage. */
function storageTemplate({ extensionId }: PolicyConfig): string {
  const policy = (browser: Browser) => {
    const key = `${REGISTRY_KEYS[browser]}\\3rdparty\\extensions\\${extensionId}\\policy`
    const name = STORAGE_POLICIES[browser]
    return [
      `<policy name="${name}" class="Machine" displayName="$(string.${name})" key="${key}" presentation="$(presentation.${name})">`,
      '<parentCategory ref="FixpointExtension"/><supportedOn ref="SUPPORTED_WIN10"/><elements>',
      '<text id="serverUrl" valueName="serverUrl" required="true"/><text id="ring" valueName="ring" required="true"/>',
      `<list id="projects" key="${key}\\projects" valuePrefix=""/>`,
      '</elements></policy>'
    ].join('')
  }
  return [
    '<policyDefinitions revision="1.0" schemaVersion="1.0">',
    '<policyNamespaces><target prefix="fixpoint" namespace="Fixpoint.Policies"/></policyNamespaces>',
    '<resources minRequiredRevision="1.0"/>',
    '<supportedOn><definitions><definition name="SUPPORTED_WIN10" displayName="$(string.SUPPORTED_WIN10)"/></definitions></supportedOn>',
    '<categories><category name="FixpointExtension" displayName="$(string.FixpointExtension)"/></categories>',
    `<policies>${policy('chrome')}${policy('edge')}</policies>`,
    '</policyDefinitions>'
  ].join('')
}
