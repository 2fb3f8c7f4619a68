import { createScanner, type Node, type ParseError, type ParseErrorCode, parseTree, printParseErrorCode } from 'jsonc-parser'
import type { Fault } from './finding.ts'
import { DEPTH_AT_MOST, type PolicyNode } from './policy-node.ts'
import { decodedPart, type Excerpt } from './source-text.ts'

export interface ReadJson {
  /** Null where there is no value at all. */
  value: PolicyNode | null
  faults: Fault[]
}

/** Strict JSON with positions: no comments, no trailing commas, no names twice. */
export function readJson(source: Excerpt): ReadJson {
  const faults: Fault[] = []
  const fault = (index: number, message: string) =>
    faults.push({ code: 'policy_json', severity: 'error', message, offset: source.offsetAt(index) })

  const tooDeep = firstTooDeep(source.text)
  if (tooDeep !== null) {
    fault(tooDeep, `The JSON is nested more than ${DEPTH_AT_MOST} levels deep.`)
    return { value: null, faults }
  }
  const errors: ParseError[] = []
  const tree = parseTree(source.text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false })
  // One mistake is often reported by several rules of the parser; the first one at a place says it.
  const seen = new Set<number>()
  for (const { error, offset } of errors) {
    if (seen.has(offset)) continue
    seen.add(offset)
    fault(offset, messageOf(error, source.text, offset))
  }
  if (errors.length === 0) addWhatTheParserAllows(source.text, fault)
  const value = tree === undefined ? null : toNode(tree, source, fault)
  return { value, faults }
}

function messageOf(error: ParseErrorCode, text: string, offset: number): string {
  const isTrailing = /^\s*,\s*$/.test(text.slice(Math.max(0, text.lastIndexOf(',', offset)), offset)) && /[}\]]/.test(text[offset] ?? '')
  if (isTrailing) return 'There is a comma before the closing bracket.'
  const name = printParseErrorCode(error)
  return MESSAGES[name] ?? `This is not JSON (${name}).`
}

/** By the names that jsonc-parser prints. */
const MESSAGES: Record<string, string> = {
  InvalidCommentToken: 'JSON has no comments.',
  CommaExpected: 'A comma is missing here.',
  ColonExpected: 'A colon is missing here.',
  CloseBraceExpected: 'A closing } is missing.',
  CloseBracketExpected: 'A closing ] is missing.',
  PropertyNameExpected: 'A name in double quotes is expected here.',
  ValueExpected: 'A value is expected here.',
  EndOfFileExpected: 'Nothing may follow after the value.',
  UnexpectedEndOfString: 'The string does not end on this line.'
}

/** jsonc-parser is lenient in small things (numbers such as 01, blanks of Unicode); what JSON.parse refuses is told as well. */
function addWhatTheParserAllows(text: string, fault: (index: number, message: string) => void): void {
  try {
    JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    fault(Number(/position (\d+)/.exec(error.message)?.[1] ?? 0), `This is not JSON: ${error.message}`)
  }
}

function firstTooDeep(text: string): number | null {
  const scanner = createScanner(text, true)
  let depth = 0
  // Not until a token is empty: the scanner gives the rest of an unclosed comment again and again.
  while (scanner.getPosition() < text.length) {
    const token = scanner.scan()
    // 1 and 3 open a dictionary and a list, 2 and 4 close them (SyntaxKind of jsonc-parser, a const enum).
    if (token === 1 || token === 3) depth += 1
    if (token === 2 || token === 4) depth -= 1
    if (depth > DEPTH_AT_MOST) return scanner.getTokenOffset()
  }
  return null
}

function toNode(node: Node, source: Excerpt, fault: (index: number, message: string) => void): PolicyNode {
  const offset = source.offsetAt(node.offset)
  const { children = [] } = node
  switch (node.type) {
    case 'string':
      return { kind: 'string', value: String(node.value), offset, excerpt: insideString(source, node) }
    case 'number':
      return { kind: 'number', value: Number(node.value), offset }
    case 'boolean':
      return { kind: 'boolean', value: node.value === true, offset }
    case 'array':
      return { kind: 'list', items: children.map(child => toNode(child, source, fault)), offset }
    case 'object': {
      const names = new Set<string>()
      const entries = children.flatMap(({ children: [name, value] = [] }) => {
        if (name === undefined || value === undefined) return []
        const text = String(name.value)
        if (names.has(text)) fault(name.offset, `“${text}” is there twice; browsers keep one of them and say nothing.`)
        names.add(text)
        return [{ name: text, offset: source.offsetAt(name.offset), value: toNode(value, source, fault) }]
      })
      return { kind: 'dictionary', entries, offset }
    }
    default:
      return { kind: 'null', offset }
  }
}

const SIMPLE_ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** The text between the quotes, escapes resolved. */
function insideString(source: Excerpt, { offset, length }: Node): Excerpt {
  const { text } = source
  return decodedPart(source, offset + 1, offset + length - 1, index => {
    const character = text[index] ?? ''
    if (character !== '\\') return { text: character, length: 1 }
    const escaped = text[index + 1] ?? ''
    if (escaped !== 'u') return { text: SIMPLE_ESCAPES[escaped] ?? escaped, length: 2 }
    return { text: String.fromCharCode(Number.parseInt(text.slice(index + 2, index + 6), 16) || 0), length: 6 }
  })
}
