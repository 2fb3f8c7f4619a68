import type { Browser } from '../browser-policies.ts'
import { REGISTRY_HEADER, REGISTRY_KEYS } from '../targets/registry.ts'
import type { Fault, Severity } from './finding.ts'
import { DEPTH_AT_MOST, type DictionaryNode, entryOf, type PolicyEntry, type PolicyNode } from './policy-node.ts'
import type { PolicySet, ReadPolicies } from './policy-set.ts'
import { readJson } from './read-json.ts'
import { decodedPart, type Excerpt, wholeText } from './source-text.ts'

/** Policies that ADMX templates store as one string of JSON. */
const JSON_POLICIES: ReadonlySet<string> = new Set(['ExtensionSettings'])

type Report = (offset: number, message: string, severity?: Severity) => void

interface Line {
  text: string
  offset: number
}

/** A .reg file of regedit, version 5. */
export function readRegistry(text: string): ReadPolicies {
  const faults: Fault[] = []
  const report: Report = (offset, message, severity = 'error') => faults.push({ code: 'policy_reg', severity, message, offset })
  const source = wholeText(text)
  const browsers: Record<Browser, DictionaryNode> = { chrome: emptyDictionary(0), edge: emptyDictionary(0) }
  /** Where values go; null in keys that are not ours, undefined before the first key. */
  let target: DictionaryNode | null | undefined
  const [header, ...lines] = joinedLines(text)
  checkHeader(header, report)

  for (const line of lines) {
    const content = line.text.trim()
    const offset = line.offset + line.text.indexOf(content)
    if (content === '' || content.startsWith(';')) continue
    if (content.startsWith('[')) target = openKey(content, offset, browsers, report)
    else if (target === undefined) report(offset, 'There is a value before the first [key].')
    else readValue({ text: content, offset }, source, target, faults, report)
  }
  return { kind: 'registry', sets: policySets(browsers, faults), faults }
}

/** Lines, with those joined that end with a backslash after hex bytes. */
function joinedLines(text: string): Line[] {
  const lines: Line[] = []
  let isContinued = false
  for (const { 0: content, index } of text.matchAll(/[^\n]*(?:\n|$)/g)) {
    const line = content.replace(/\r?\n$/, '')
    const last = lines.at(-1)
    if (isContinued && last !== undefined) last.text += line
    else lines.push({ text: line, offset: index })
    isContinued = line.trimEnd().endsWith('\\') && (isContinued || /=hex[(:]/i.test(line))
  }
  return lines
}

function checkHeader(line: Line | undefined, report: Report): void {
  const text = line?.text.trim()
  if (text === 'REGEDIT4') report(0, 'REGEDIT4 files are read in the code page of the machine.', 'warning')
  else if (text !== REGISTRY_HEADER) report(0, `The first line must be “${REGISTRY_HEADER}”.`)
}

function openKey(content: string, offset: number, browsers: Record<Browser, DictionaryNode>, report: Report): DictionaryNode | null {
  if (!content.endsWith(']')) {
    report(offset, 'The key has no closing bracket.')
    return null
  }
  if (content.startsWith('[-')) {
    report(offset, 'The file removes a key.', 'warning')
    return null
  }
  const [hive = '', ...parts] = content.slice(1, -1).split('\\')
  const path = parts.join('\\')
  const browser = (['chrome', 'edge'] as const).find(name => isBelow(path, REGISTRY_KEYS[name]))
  if (hive.toUpperCase() !== 'HKEY_LOCAL_MACHINE') {
    const isUsers = hive.toUpperCase() === 'HKEY_CURRENT_USER'
    report(
      offset + 1,
      isUsers
        ? 'HKEY_CURRENT_USER reaches this one user only; use HKEY_LOCAL_MACHINE.'
        : `Browsers read no policies from “${hive}”; use HKEY_LOCAL_MACHINE.`,
      isUsers && browser !== undefined ? 'warning' : 'error'
    )
    if (!isUsers) return null
  }
  if (browser === undefined) {
    if (/(Google\\Chrome|Microsoft\\Edge)/i.test(path))
      report(
        offset + 1 + hive.length + 1,
        `Browsers read no policies from this key; theirs is ${Object.values(REGISTRY_KEYS).join(' or ')}.`
      )
    return null
  }
  const inner = parts.slice(REGISTRY_KEYS[browser].split('\\').length)
  if (inner.some(part => part === '')) {
    report(offset, 'The key has an empty part.')
    return null
  }
  if (inner.length > DEPTH_AT_MOST) {
    report(offset, `The key is nested more than ${DEPTH_AT_MOST} levels deep.`)
    return null
  }
  return inner.reduce((dictionary, name) => childKey(dictionary, name, offset), browsers[browser])
}

function isBelow(path: string, key: string): boolean {
  return `${path}\\`.toLowerCase().startsWith(`${key}\\`.toLowerCase())
}

/** What is in each key by lower-case name: the registry does not tell capitals apart, and exports can have many thousand values. */
const NAMES = new WeakMap<DictionaryNode, Map<string, PolicyNode>>()

function namesIn(dictionary: DictionaryNode): Map<string, PolicyNode> {
  const names = NAMES.get(dictionary) ?? new Map<string, PolicyNode>()
  NAMES.set(dictionary, names)
  return names
}

function childKey(parent: DictionaryNode, name: string, offset: number): DictionaryNode {
  const names = namesIn(parent)
  const existing = names.get(name.toLowerCase())
  if (existing?.kind === 'dictionary') return existing
  const value = emptyDictionary(offset)
  names.set(name.toLowerCase(), value)
  parent.entries.push({ name, offset, value })
  return value
}

function readValue(line: Line, source: Excerpt, target: DictionaryNode | null, faults: Fault[], report: Report): void {
  // @ is the value without a name.
  const name = line.text.startsWith('@') ? { text: '', end: 1, badEscapes: [] } : readString(line, 0)
  if (name === null || (line.text[name.end] ?? '') !== '=') {
    report(line.offset, 'This is neither a [key] nor a "name"=value.')
    return
  }
  for (const index of name.badEscapes) report(line.offset + index, 'A backslash must be written twice.')
  const value = parseData(line, name.end + 1, source, report)
  if (value === null || target === null) return
  const names = namesIn(target)
  if (names.has(name.text.toLowerCase())) report(line.offset, `“${name.text}” is there twice in this key; the last one counts.`)
  names.set(name.text.toLowerCase(), value)
  const isJson = JSON_POLICIES.has(name.text) && value.kind === 'string'
  const json = isJson ? readJson(value.excerpt) : null
  if (json !== null) faults.push(...json.faults)
  if (json === null || json.value !== null) target.entries.push({ name: name.text, offset: line.offset, value: json?.value ?? value })
}

interface QuotedString {
  text: string
  /** Index after the closing quote. */
  end: number
  badEscapes: number[]
}

/** A string in double quotes at an index of a line; null where there is none. */
function readString({ text }: Line, start: number): QuotedString | null {
  if (text[start] !== '"') return null
  let content = ''
  const badEscapes: number[] = []
  for (let index = start + 1; index < text.length; index++) {
    const character = text[index] ?? ''
    if (character === '"') return { text: content, end: index + 1, badEscapes }
    if (character !== '\\') {
      content += character
      continue
    }
    const next = text[index + 1] ?? ''
    if (next === '\\' || next === '"') index += 1
    else badEscapes.push(index)
    content += next === '\\' || next === '"' ? next : '\\'
  }
  return null
}

function parseData(line: Line, start: number, source: Excerpt, report: Report): PolicyNode | null {
  const offset = line.offset + start
  const data = line.text.slice(start)
  if (data.startsWith('"')) {
    const read = readString(line, start)
    if (read === null) report(offset, 'The string has no closing quote.')
    else if (line.text.slice(read.end).trim() !== '' && !line.text.slice(read.end).trim().startsWith(';'))
      report(line.offset + read.end, 'Something follows after the closing quote; a quote inside is written \\".')
    else {
      for (const index of read.badEscapes) report(line.offset + index, 'A backslash must be written twice.')
      const excerpt = decodedPart(source, offset + 1, line.offset + read.end - 1, index => {
        const [first = '', second = ''] = [source.text[index], source.text[index + 1]]
        return first === '\\' && (second === '\\' || second === '"') ? { text: second, length: 2 } : { text: first, length: 1 }
      })
      return { kind: 'string', value: read.text, offset, excerpt }
    }
    return null
  }
  const [, number] = /^dword:([0-9a-f]{1,8})\s*(?:;.*)?$/i.exec(data) ?? []
  if (number !== undefined) return { kind: 'number', value: Number.parseInt(number, 16), offset }
  const [, type, bytes] = /^hex(?:\(([0-9a-f]+)\))?:([0-9a-f,\s\\]*)$/i.exec(data) ?? []
  if (bytes !== undefined) return hexData(type ?? '3', bytes, offset, report)
  if (data.trim() === '-') report(offset, 'The file removes a value.', 'warning')
  else report(offset, `“${data.slice(0, 40)}” is no registry value; strings stand in double quotes, numbers are dword:00000000.`)
  return null
}

/** REG_SZ (1), REG_EXPAND_SZ (2) and REG_MULTI_SZ (7) are UTF-16 text. */
function hexData(type: string, bytes: string, offset: number, report: Report): PolicyNode | null {
  if (!['1', '2', '7'].includes(type)) {
    report(offset, `Values of registry type ${type} are no policies; use a string or a dword.`)
    return null
  }
  const parts = bytes
    .replaceAll(/[\s\\]/g, '')
    .split(',')
    .filter(part => part !== '')
  if (parts.length % 2 !== 0 || parts.some(part => part.length !== 2)) {
    report(offset, 'The bytes are not UTF-16 text.')
    return null
  }
  const text = Buffer.from(parts.join(''), 'hex').toString('utf16le').replace(/\0+$/, '').replaceAll('\0', '\n')
  return { kind: 'string', value: text, offset, excerpt: { text, offsetAt: () => offset } }
}

function policySets(browsers: Record<Browser, DictionaryNode>, faults: Fault[]): PolicySet[] {
  return (['chrome', 'edge'] as const).flatMap(browser => {
    const root = withLists(browsers[browser])
    if (root.kind !== 'dictionary' || root.entries.length === 0) return []
    const isThirdParty = (entry: PolicyEntry) => entry.name.toLowerCase() === '3rdparty'
    const extensions = entryOf(root.entries.find(isThirdParty)?.value, 'extensions')?.value
    const storage = extensions?.kind === 'dictionary' ? extensions.entries : []
    return [
      {
        browser,
        policies: root.entries.filter(entry => !isThirdParty(entry)),
        storage: storage.flatMap(entry => {
          const policy = entryOf(entry.value, 'policy')
          if (policy !== undefined) return [{ ...entry, offset: policy.offset, value: policy.value }]
          faults.push({
            code: 'policy_reg',
            severity: 'error',
            message: `The settings of an extension lie in …\\3rdparty\\extensions\\${entry.name}\\policy.`,
            offset: entry.offset
          })
          return []
        })
      }
    ]
  })
}

/** Keys with values named 1, 2, 3 … are lists. */
function withLists(node: PolicyNode): PolicyNode {
  if (node.kind !== 'dictionary') return node
  if (node.entries.length > 0 && node.entries.every(({ name }) => /^\d{1,6}$/.test(name)))
    return { kind: 'list', items: node.entries.map(({ value }) => withLists(value)), offset: node.offset }
  return { ...node, entries: node.entries.map(entry => ({ ...entry, value: withLists(entry.value) })) }
}

function emptyDictionary(offset: number): DictionaryNode {
  return { kind: 'dictionary', entries: [], offset }
}
