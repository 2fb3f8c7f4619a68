import { SaxesParser } from 'saxes'
import type { Fault } from './finding.ts'
import { DEPTH_AT_MOST, type PolicyEntry, type PolicyNode } from './policy-node.ts'
import { wholeText } from './source-text.ts'

export interface ReadPlist {
  value: PolicyNode | null
  faults: Fault[]
}

interface OpenElement {
  name: string
  offset: number
  text: string
  /** Of a list. */
  items: PolicyNode[]
  /** Of a dictionary. */
  entries: PolicyEntry[]
  names: Set<string>
  key: { name: string; offset: number } | null
}

const CONTAINERS: ReadonlySet<string> = new Set(['plist', 'dict', 'array'])
const VALUES: ReadonlySet<string> = new Set(['string', 'integer', 'real', 'true', 'false', 'date', 'data', 'key'])

/** An XML property list with positions. Data and dates are read as strings: no policy of ours has any. */
export function readPlist(text: string): ReadPlist {
  const faults: Fault[] = []
  const fault = (offset: number, message: string) => faults.push({ code: 'policy_plist', severity: 'error', message, offset })
  const parser = new SaxesParser({ position: true })
  const open: OpenElement[] = []
  let root: PolicyNode | null = null
  let isTooDeep = false
  let hasFailed = false

  /** Where the tag begins that was just read. */
  const tagOffset = () => Math.max(0, text.lastIndexOf('<', parser.position - 1))

  parser.on('error', error => {
    // What follows the first mistake in the XML is a consequence of it.
    if (hasFailed) return
    hasFailed = true
    const message = error.message.replace(/^\d+:\d+: /, '')
    const unclosed = message.startsWith('unclosed tag') ? open.at(-1)?.offset : undefined
    fault(unclosed ?? Math.max(0, parser.position - 1), `The XML is not well formed: ${message}`)
  })
  parser.on('opentag', ({ name }) => {
    if (isTooDeep || hasFailed) return
    const offset = tagOffset()
    const parent = open.at(-1)
    if (open.length > DEPTH_AT_MOST) {
      isTooDeep = true
      return fault(offset, `The property list is nested more than ${DEPTH_AT_MOST} levels deep.`)
    }
    if (parent === undefined && name !== 'plist') fault(offset, `The outermost element is <${name}>; it must be <plist>.`)
    else if (!CONTAINERS.has(name) && !VALUES.has(name)) fault(offset, `<${name}> is no element of property lists.`)
    else if (parent !== undefined && !CONTAINERS.has(parent.name)) fault(offset, `<${name}> may not be inside <${parent.name}>.`)
    open.push({ name, offset, text: '', items: [], entries: [], names: new Set(), key: null })
  })
  const addText = (part: string) => {
    const element = open.at(-1)
    if (element === undefined || hasFailed || isTooDeep) return
    if (CONTAINERS.has(element.name) && part.trim() !== '')
      fault(Math.max(0, parser.position - part.length - 1), `There is text directly inside <${element.name}>.`)
    element.text += part
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    if (isTooDeep || hasFailed) return
    const element = open.pop()
    if (element === undefined) return
    const parent = open.at(-1)
    if (element.name === 'key') return noteKey(element, parent)
    if (element.name === 'dict' && element.key !== null) fault(element.key.offset, `“${element.key.name}” has no value.`)
    if (element.name === 'plist') {
      root = element.items[0] ?? null
      if (element.items.length !== 1) fault(element.offset, `<plist> has ${element.items.length} values; it must have one.`)
      return
    }
    addValue(valueOfElement(element), parent)
  })

  function noteKey(element: OpenElement, parent: OpenElement | undefined) {
    if (parent?.name !== 'dict') return fault(element.offset, '<key> is only allowed inside <dict>.')
    if (parent.key !== null) fault(parent.key.offset, `“${parent.key.name}” has no value.`)
    if (parent.names.has(element.text)) fault(element.offset, `“${element.text}” is there twice in one <dict>.`)
    parent.names.add(element.text)
    parent.key = { name: element.text, offset: element.offset }
  }

  function addValue(value: PolicyNode, parent: OpenElement | undefined) {
    if (parent === undefined) return
    if (parent.name !== 'dict') parent.items.push(value)
    else if (parent.key === null) fault(value.offset, 'A value without <key> before it.')
    else parent.entries.push({ ...parent.key, value })
    parent.key = null
  }

  function valueOfElement({ name, offset, text: content, items, entries }: OpenElement): PolicyNode {
    if (name === 'dict') return { kind: 'dictionary', entries, offset }
    if (name === 'array') return { kind: 'list', items, offset }
    if (name === 'true' || name === 'false') return { kind: 'boolean', value: name === 'true', offset }
    if (name === 'integer' || name === 'real') {
      const value = Number(content)
      const isValid = content.trim() !== '' && (name === 'integer' ? Number.isInteger(value) : Number.isFinite(value))
      if (!isValid) fault(offset, `“${content}” is not <${name}>.`)
      return { kind: 'number', value: isValid ? value : 0, offset }
    }
    return { kind: 'string', value: content, offset, excerpt: { ...wholeText(content), offsetAt: () => offset } }
  }

  if (!text.trimStart().startsWith('<')) {
    fault(text.length - text.trimStart().length, 'The XML is not well formed: it must begin with <.')
    return { value: null, faults }
  }
  parser.write(text).close()
  if (!hasFailed && !isTooDeep && root === null && faults.length === 0) fault(0, 'There is no <plist>.')
  return { value: hasFailed ? null : root, faults }
}
