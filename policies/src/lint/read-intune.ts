import type { Browser } from '../browser-policies.ts'
import { INTUNE_AREAS, STORAGE_AREA, STORAGE_POLICIES } from '../targets/intune.ts'
import type { Fault } from './finding.ts'
import { memberOf, type PolicyEntry, type PolicyNode } from './policy-node.ts'
import type { PolicySet, ReadPolicies } from './policy-set.ts'
import { readJson } from './read-json.ts'
import { decodedPart, type Excerpt } from './source-text.ts'

interface DataElement {
  id: string
  offset: number
  value: Excerpt
}

/** Policies whose data is a list of number and item, and those whose data is JSON. */
const LISTS: ReadonlySet<string> = new Set(['ExtensionInstallForcelist', 'ExtensionInstallBlocklist', 'ExtensionInstallAllowlist'])
const JSON_POLICIES: ReadonlySet<string> = new Set(['ExtensionSettings'])

/** A custom Windows profile with OMA-URIs of ingested ADMX templates. */
export function readIntune(root: PolicyNode): ReadPolicies {
  const faults: Fault[] = []
  const report = (offset: number, message: string) => faults.push({ code: 'policy_value', severity: 'error', message, offset })
  const sets: Record<Browser, PolicySet> = {
    chrome: { browser: 'chrome', policies: [], storage: [] },
    edge: { browser: 'edge', policies: [], storage: [] }
  }
  const settings = memberOf(root, 'omaSettings')
  if (settings?.kind !== 'list') {
    report(settings?.offset ?? root.offset, 'omaSettings must be a list.')
    return { kind: 'intune', sets: [], faults }
  }
  const idOfTemplate = extensionIdOfTemplate(settings.items)
  for (const setting of settings.items) {
    const uri = memberOf(setting, 'omaUri')
    const value = memberOf(setting, 'value')
    if (uri?.kind !== 'string' || value?.kind !== 'string') {
      report(setting.offset, 'A setting must have an omaUri and a value, both strings.')
      continue
    }
    if (uri.value.includes('/ADMXInstall/')) continue
    const place = placeOf(uri.value)
    if (place === null) {
      if (/chrome|edge/i.test(uri.value))
        report(
          uri.offset,
          `“${uri.value}” is no address of a browser’s policy; they begin with ${INTUNE_AREAS.chrome} or ${INTUNE_AREAS.edge}.`
        )
      continue
    }
    const data = readData(value.excerpt, message => report(value.offset, message))
    if (data === null) continue
    const { browser, name, isStorage } = place
    if (!isStorage) sets[browser].policies.push({ name, offset: uri.offset, value: policyValue(name, data, value.offset, faults) })
    else if (idOfTemplate === null) report(uri.offset, 'The template that this setting needs is not in the file (ADMXInstall/Fixpoint).')
    else sets[browser].storage.push({ name: idOfTemplate.id, offset: idOfTemplate.offset, value: storageValue(data, value.offset) })
  }
  return { kind: 'intune', sets: Object.values(sets).filter(set => set.policies.length > 0 || set.storage.length > 0), faults }
}

function placeOf(uri: string): { browser: Browser; name: string; isStorage: boolean } | null {
  const name = uri.slice(uri.lastIndexOf('/') + 1)
  for (const browser of ['chrome', 'edge'] as const) {
    if (uri === `${STORAGE_AREA}/${STORAGE_POLICIES[browser]}`) return { browser, name, isStorage: true }
    const area = INTUNE_AREAS[browser]
    if (uri.startsWith(area) && /^(~[A-Za-z0-9_~]+)?\/[A-Za-z0-9_]+$/.test(uri.slice(area.length)))
      return { browser, name, isStorage: false }
  }
  return null
}

/** The extension whose storage the ingested template writes. */
function extensionIdOfTemplate(settings: readonly PolicyNode[]): { id: string; offset: number } | null {
  for (const setting of settings) {
    const value = memberOf(setting, 'value')
    if (value?.kind !== 'string') continue
    const match = /(?<=\\3rdparty\\extensions\\)[^\\"]+(?=\\policy)/.exec(value.value)
    if (match !== null) return { id: match[0], offset: value.excerpt.offsetAt(match.index) }
  }
  return null
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** `<enabled/>` and what follows; null where it is something else, which is told. */
function readData(source: Excerpt, report: (message: string) => void): DataElement[] | null {
  const { text } = source
  const start = /^\s*<enabled\s*\/>/.exec(text)
  if (start === null) {
    report(/^\s*<disabled\s*\/>/.test(text) ? 'The policy is disabled.' : 'The value must begin with <enabled/>.')
    return null
  }
  const elements: DataElement[] = []
  let index = start[0].length
  const element = /\s*<data\s+id\s*=\s*"([^"<]*)"\s+value\s*=\s*"([^"<]*)"\s*\/>/y
  for (;;) {
    element.lastIndex = index
    const match = element.exec(text)
    if (match === null) break
    const [whole, id = '', value = ''] = match
    const valueStart = index + whole.lastIndexOf(value, whole.lastIndexOf('"'))
    elements.push({
      id,
      offset: source.offsetAt(index),
      value: decodedPart(source, valueStart, valueStart + value.length, at => decodeEntity(text, at))
    })
    index = element.lastIndex
  }
  if (text.slice(index).trim() === '') return elements
  report(
    `After <enabled/> only <data id="…" value="…"/> may follow, with quotes and < inside as &quot; and &lt;; this is “${text.slice(index, index + 30)}”.`
  )
  return null
}

function decodeEntity(text: string, index: number): { text: string; length: number } {
  const [whole = '', name = ''] = /^&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,4});/i.exec(text.slice(index, index + 12)) ?? []
  if (whole === '') return { text: text[index] ?? '', length: 1 }
  if (!name.startsWith('#')) return { text: ENTITIES[name] ?? whole, length: whole.length }
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  return { text: code > 0x10ffff ? whole : String.fromCodePoint(code), length: whole.length }
}

function policyValue(name: string, data: readonly DataElement[], offset: number, faults: Fault[]): PolicyNode {
  const [first] = data
  if (first === undefined) return { kind: 'null', offset }
  if (LISTS.has(name)) return listValue(first)
  if (JSON_POLICIES.has(name)) {
    const json = readJson(first.value)
    faults.push(...json.faults)
    return json.value ?? { kind: 'dictionary', entries: [], offset: first.offset }
  }
  return scalar(first)
}

/** Names and items take turns, divided by U+F000. */
function listValue({ value, offset }: DataElement): PolicyNode {
  if (value.text === '') return { kind: 'list', items: [], offset }
  let index = 0
  const parts = value.text.split('\uF000').map(text => {
    const at = index
    index += text.length + 1
    return { text, at }
  })
  const items = parts
    .filter((_, position) => position % 2 === 1)
    .map(
      ({ text, at }): PolicyNode => ({
        kind: 'string',
        value: text,
        offset: value.offsetAt(at),
        excerpt: { text, offsetAt: inner => value.offsetAt(at + inner) }
      })
    )
  return { kind: 'list', items, offset }
}

function scalar({ value, offset }: DataElement): PolicyNode {
  if (/^\d{1,9}$/.test(value.text)) return { kind: 'number', value: Number(value.text), offset }
  return { kind: 'string', value: value.text, offset: value.offsetAt(0), excerpt: value }
}

function storageValue(data: readonly DataElement[], offset: number): PolicyNode {
  const entries = data.map(
    (element): PolicyEntry => ({
      name: element.id,
      offset: element.offset,
      value: element.id === 'projects' ? listValue(element) : scalar(element)
    })
  )
  return { kind: 'dictionary', entries, offset }
}
