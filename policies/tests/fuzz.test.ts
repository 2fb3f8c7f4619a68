/** `FIXPOINT_FUZZ_FILES=100000 SEED=7 npx vitest run --project unit policies/tests/fuzz` tries more, or the same again. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERRORS } from '@fixpoint/protocol'
import { expect, it } from 'vitest'
import { parseConfig } from '../src/config.ts'
import { generateFiles } from '../src/generate.ts'
import { expectationOf } from '../src/lint/expectation.ts'
import type { Finding } from '../src/lint/finding.ts'
import { lintFile } from '../src/lint/lint-file.ts'
import { decodeBytes } from '../src/lint/source-text.ts'

const config = parseConfig(readFileSync(join(import.meta.dirname, '../examples/two-groups.json'), 'utf8'))
const files = generateFiles(config)
const expectation = expectationOf(config)
const COUNT = Number(process.env['FIXPOINT_FUZZ_FILES'] ?? 2_000)
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32))

/** What policy files are made of, and what parsers stumble over. */
const TOKENS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    ';',
    '*',
    '\0',
    '\uFEFF',
    '\uFFFD',
    '\uD800',
    '\u2028',
    '\r',
    '\n',
    '//',
    '/*',
    'null',
    'true',
    '1e999',
    '-',
    '01'
  ],
  ...[
    '<',
    '>',
    '</dict>',
    '<dict>',
    '<array>',
    '<key>',
    '</key>',
    '<![CDATA[',
    ']]>',
    '<!--',
    '&amp;',
    '&#0;',
    '&#x110000;',
    '&#xF000;',
    '&lol;',
    '<?xml',
    '<!DOCTYPE x [<!ENTITY a "b">]>'
  ],
  ...['[HKEY_LOCAL_MACHINE\\', '"="', 'dword:', 'hex(7):61,00,', 'hex(2):6', '\\\r\n', '[-', '@=', 'REGEDIT4', 'bplist00'],
  ...[
    '"__proto__": {}',
    '"constructor": 1,',
    '"toString": [],',
    '"Value":',
    '"omaSettings": []',
    '"requests": [{}]',
    '<enabled/>',
    '<data id="',
    '\uF000',
    'update_url:',
    'a'.repeat(5_000),
    '['.repeat(3_000)
  ]
]

/** Mulberry32: the same numbers from 0 to 1 for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function mutated(original: Uint8Array, random: () => number): Buffer {
  const below = (limit: number) => Math.floor(random() * limit)
  let bytes = Buffer.from(original)
  const isWide = bytes[0] === 0xff
  for (let change = 0; change <= below(4); change++) {
    const at = below(bytes.length + 1)
    const length = below(Math.min(200, bytes.length - at) + 1)
    const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)]
    const token = Buffer.from(TOKENS[below(TOKENS.length)] ?? '', isWide && random() < 0.8 ? 'utf16le' : 'utf8')
    switch (below(7)) {
      case 0:
        bytes = Buffer.concat([before, after])
        break
      case 1:
        bytes = Buffer.concat([before, part, part, after])
        break
      case 2:
        bytes = Buffer.concat([before, token, part, after])
        break
      case 3:
        bytes = Buffer.concat([before, token, after])
        break
      case 4:
        bytes = before
        break
      case 5:
        bytes = Buffer.concat([before, Buffer.from(files[below(files.length)]?.bytes ?? []).subarray(at), after])
        break
      default:
        if (at < bytes.length) bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << below(8)), at)
    }
    bytes = Buffer.from(bytes)
  }
  return bytes
}

/** What is wrong with what the linter says of a file; null where nothing is. */
function faultOfLinter(path: string, bytes: Buffer): string | null {
  const { findings } = lintFile(path, bytes, expectation)
  const lines = decodeBytes(bytes).text.split('\n')
  const fault = findings.map(finding => faultOfFinding(finding, lines)).find(found => found !== null)
  if (fault !== undefined) return fault
  const hasError = findings.some(({ severity }) => severity === 'error')
  return path.endsWith('.json') && !isJson(bytes) && !hasError ? 'JSON.parse refuses the file, the linter does not' : null
}

function faultOrThrown(path: string, bytes: Buffer): string | null {
  try {
    return faultOfLinter(path, bytes)
  } catch (error) {
    return `It threw ${error instanceof Error ? error.stack : String(error)}`
  }
}

function faultOfFinding({ code, message, hint, line, column }: Finding, lines: readonly string[]): string | null {
  if (!(code in ERRORS)) return `the code ${code} is in no list`
  if (message === '' || hint === '') return `${code} says nothing`
  const text = lines[line - 1]
  return text === undefined || column < 1 || column > text.length + 1 ? `${code} is at ${line}:${column}, which is not in the file` : null
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    return true
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return false
    throw error
  }
}

it(`survives ${COUNT} damaged policy files and names what is wrong (SEED=${SEED})`, { timeout: 60_000 + COUNT * 20 }, () => {
  const random = randomNumbers(SEED)
  let wrong = 0
  for (let number = 0; number < COUNT; number++) {
    const file = files[Math.floor(random() * files.length)]
    if (file === undefined) continue
    const bytes = mutated(file.bytes, random)
    const fault = faultOrThrown(file.path, bytes)
    if (fault !== null) throw new Error(`${fault}: file ${number} (${file.path}), SEED=${SEED}: ${bytes.toString('base64')}`)
    if (lintFile(file.path, bytes, expectation).findings.length > 0) wrong += 1
  }
  // Most kinds of damage matter; a linter that finds little is not reading the files.
  expect(wrong / COUNT).toBeGreaterThan(0.5)
})
