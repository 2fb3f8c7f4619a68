import type { Browser } from '../browser-policies.ts'
import { faultOfHostPattern, HOST_PATTERNS_AT_MOST } from '../host-pattern.ts'
import { checkId, checkUpdateUrl, type ForcedExtension, itemsOf, type Report } from './checks.ts'
import type { Expectation } from './expectation.ts'
import { KIND_NAMES, memberOf, type PolicyEntry, type PolicyNode } from './policy-node.ts'

interface SettingsContext {
  browser: Browser | null
  /** From ExtensionInstallForcelist. */
  forced: readonly ForcedExtension[]
  expectation: Expectation
  report: Report
}

const INSTALLATION_MODES: ReadonlySet<string> = new Set(['allowed', 'blocked', 'force_installed', 'normal_installed', 'removed'])

/** Where the icon is: the browsers have different names for it. */
const TOOLBAR: Record<Browser, { name: string; values: ReadonlySet<string> }> = {
  chrome: { name: 'toolbar_pin', values: new Set(['force_pinned', 'default_unpinned', 'default_pinned']) },
  edge: { name: 'toolbar_state', values: new Set(['force_shown', 'default_shown', 'default_hidden']) }
}

/** Fields of one extension and what kind of value they have (ExtensionSettings in the policy lists of Chrome and Edge). */
const FIELDS: Record<string, PolicyNode['kind']> = {
  installation_mode: 'string',
  update_url: 'string',
  override_update_url: 'boolean',
  toolbar_pin: 'string',
  toolbar_state: 'string',
  sidebar_auto_open_blocked: 'boolean',
  runtime_blocked_hosts: 'list',
  runtime_allowed_hosts: 'list',
  blocked_permissions: 'list',
  allowed_permissions: 'list',
  minimum_version_required: 'string',
  blocked_install_message: 'string',
  file_url_navigation_allowed: 'boolean'
}

/** Fields of `*` alone. */
const DEFAULT_FIELDS: Record<string, PolicyNode['kind']> = { allowed_types: 'list', install_sources: 'list' }

/** @returns the extensions that are installed by force here. */
export function checkExtensionSettings(node: PolicyNode | undefined, context: SettingsContext): ForcedExtension[] {
  const { report, expectation } = context
  if (node === undefined) return []
  if (node.kind !== 'dictionary') {
    report('policy_value', node, `ExtensionSettings is ${KIND_NAMES[node.kind]}; it must be a dictionary by extension id.`)
    return []
  }
  return node.entries.flatMap(entry => {
    if (entry.value.kind !== 'dictionary') {
      report('policy_value', entry.value, `The settings of “${entry.name}” are ${KIND_NAMES[entry.value.kind]}; they must be a dictionary.`)
      return []
    }
    const isDefault = entry.name === '*'
    checkFields(entry, isDefault, context)
    if (isDefault) checkDefault(entry, report)
    if (isDefault || entry.name.startsWith('update_url:')) return []
    return entry.name.split(',').flatMap(id => (checkId(id, entry, expectation, report) ? checkExtension(id, entry, context) : []))
  })
}

function textOf(node: PolicyNode | undefined): string | null {
  return node?.kind === 'string' ? node.value : null
}

/** Registry values have 0 and 1 for what is true or false. */
function isTrue(node: PolicyNode | undefined): boolean {
  return (node?.kind === 'boolean' && node.value) || (node?.kind === 'number' && node.value === 1)
}

function checkDefault(entry: PolicyEntry, report: Report): void {
  const mode = memberOf(entry.value, 'installation_mode')
  const value = textOf(mode)
  if (mode !== undefined && (value === 'force_installed' || value === 'normal_installed'))
    report('policy_conflict', mode, `“*” cannot be ${value}: the browser does not know which extension to install.`)
}

function checkFields(entry: PolicyEntry, isDefault: boolean, { browser, report }: SettingsContext): void {
  const fields = isDefault ? { ...FIELDS, ...DEFAULT_FIELDS } : FIELDS
  for (const field of entry.value.kind === 'dictionary' ? entry.value.entries : []) {
    const kind = Object.hasOwn(fields, field.name) ? fields[field.name] : undefined
    const isFlag = kind === 'boolean' && field.value.kind === 'number' && [0, 1].includes(field.value.value)
    if (kind === undefined)
      report(
        'policy_value',
        field,
        `“${field.name}” is no field of ExtensionSettings${field.name in DEFAULT_FIELDS ? ' outside “*”' : ''}.`
      )
    else if (field.value.kind !== kind && !isFlag)
      report('policy_value', field.value, `${field.name} is ${KIND_NAMES[field.value.kind]}; it must be ${KIND_NAMES[kind]}.`)
    else if (field.name === 'installation_mode') checkMode(field.value, report)
    else if (field.name.startsWith('toolbar_')) checkToolbar(field, browser, report)
    else if (field.name.startsWith('runtime_')) checkHosts(field, report)
    else if (field.name === 'minimum_version_required' && !/^\d{1,5}(\.\d{1,5}){0,3}$/.test(textOf(field.value) ?? ''))
      report('policy_value', field.value, `“${textOf(field.value)}” is no version; write 1 to 4 numbers with dots.`)
  }
}

function checkMode(node: PolicyNode, report: Report): void {
  if (!INSTALLATION_MODES.has(textOf(node) ?? ''))
    report('policy_value', node, `“${textOf(node)}” is no installation_mode.`, { hint: `There are ${[...INSTALLATION_MODES].join(', ')}.` })
}

function checkToolbar(field: PolicyEntry, browser: Browser | null, report: Report): void {
  const owner = TOOLBAR.chrome.name === field.name ? 'chrome' : 'edge'
  if (browser !== null && browser !== owner)
    report('policy_value', field, `${field.name} is not known to this browser.`, { hint: `Its name is ${TOOLBAR[browser].name}.` })
  else if (!TOOLBAR[owner].values.has(textOf(field.value) ?? ''))
    report('policy_value', field.value, `“${textOf(field.value)}” is no ${field.name}.`, {
      hint: `There are ${[...TOOLBAR[owner].values].join(', ')}.`
    })
}

function checkHosts(field: PolicyEntry, report: Report): void {
  const items = itemsOf(field.value, field.name, report)
  const first = items[HOST_PATTERNS_AT_MOST]
  if (first !== undefined)
    report('policy_limit', first, `${field.name} has ${items.length} entries; the browser reads the first ${HOST_PATTERNS_AT_MOST}.`)
  for (const item of items) {
    const fault = item.kind === 'string' ? faultOfHostPattern(item.value) : `An entry is ${KIND_NAMES[item.kind]}; it must be a string.`
    if (fault !== null) report('policy_pattern', item, fault)
  }
}

function checkExtension(id: string, entry: PolicyEntry, { forced, expectation, report }: SettingsContext): ForcedExtension[] {
  const mode = memberOf(entry.value, 'installation_mode')
  const value = textOf(mode)
  const inForcelist = forced.find(one => one.id === id)
  if (mode !== undefined && inForcelist !== undefined && (value === 'blocked' || value === 'removed'))
    report('policy_conflict', mode, `${id} is ${value} here and installed by force in ExtensionInstallForcelist.`)
  if (value !== 'force_installed' && value !== 'normal_installed') return []

  const updateUrl = memberOf(entry.value, 'update_url')
  const url = textOf(updateUrl)
  if (updateUrl === undefined) report('policy_value', entry, `${value} needs an update_url; the browser refuses the entry without one.`)
  else if (url !== null) checkUpdateUrl(url, id, updateUrl, expectation, report)
  if (updateUrl !== undefined && url !== null && inForcelist?.updateUrl != null && inForcelist.updateUrl !== url)
    report(
      'update_url_mismatch',
      updateUrl,
      `ExtensionInstallForcelist has ${inForcelist.updateUrl} for the same extension; this one counts.`
    )
  if (updateUrl !== undefined && url !== null && id === expectation.extensionId) checkManifest(url, entry, updateUrl, expectation, report)
  return value === 'force_installed' ? [{ id, updateUrl: url, offset: entry.offset }] : []
}

/** Without override_update_url the address of the policy serves for the first installation alone. */
function checkManifest(
  url: string,
  entry: PolicyEntry,
  node: PolicyNode,
  { manifestUpdateUrl, updateUrls }: Expectation,
  report: Report
): void {
  if (isTrue(memberOf(entry.value, 'override_update_url')) || manifestUpdateUrl === url) return
  if (manifestUpdateUrl !== null)
    report('update_url_mismatch', node, `The manifest has ${manifestUpdateUrl}, which updates would come from.`, {
      hint: 'Add override_update_url: true.'
    })
  else if (updateUrls !== null && updateUrls.length > 1)
    report('update_url_mismatch', node, 'Without override_update_url updates come from the address in the manifest, not from the ring’s.', {
      hint: 'Add override_update_url: true.'
    })
}
