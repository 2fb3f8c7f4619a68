import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from './config.ts'
import { generateFiles } from './generate.ts'
import { EXPECT_NOTHING, expectationOf } from './lint/expectation.ts'
import { lintFile } from './lint/lint-file.ts'

const room = join(import.meta.dirname, '..')
const configText = readFileSync(join(room, 'examples/two-groups.json'), 'utf8')
const config = parseConfig(configText)
const files = generateFiles(config)

/** Configurations that differ in every setting that has an effect on the files. */
const variants = [
  {},
  { allowedOrigins: undefined, toolbarPin: false, signIn: 'optional' },
  { organisation: 'Müller & <Söhne> "AG" \\ 漢字 😀' },
  {
    trial: true,
    serverUrl: 'http://127.0.0.1:4000',
    updateUrls: { canary: 'http://127.0.0.1:5000/rings/canary/update', all: 'http://localhost:5000/a/update' }
  },
  { groups: [{ name: 'a', ring: 'early', allowedOrigins: Array.from({ length: 99 }, (_, index) => `https://host-${index}.example.com`) }] }
].map(change => parseConfig(JSON.stringify({ ...JSON.parse(configText), ...change })))

describe('the files of the example', () => {
  it.each(files.map(({ path, bytes }) => ({ path, bytes })))('$path is as in golden/', ({ path, bytes }) => {
    expect(Buffer.from(bytes).equals(readFileSync(join(room, 'golden', path)))).toBe(true)
  })

  it('are all that golden/ has', () => {
    const golden = join(room, 'golden')
    const there = readdirSync(golden, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => relative(golden, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    expect(there.toSorted()).toEqual(files.map(({ path }) => path).toSorted())
  })

  it('cover every target', () => {
    const targets = [
      'chrome.reg',
      'edge.reg',
      'intune.json',
      'fixpoint.mobileconfig',
      'opt/chrome/',
      'chromium/',
      'opt/edge/',
      'managed-configuration.json',
      'chrome-policy.json'
    ]
    for (const target of targets) expect(files.some(({ path }) => path.includes(target))).toBe(true)
  })
})

describe('what was generated', () => {
  it.each(variants.flatMap((variant, number) => generateFiles(variant).map(({ path, bytes }) => ({ number, path, bytes, variant }))))(
    'has nothing wrong when it is read back (configuration $number, $path)',
    ({ path, bytes, variant }) => {
      const { findings, kind, sets } = lintFile(path, bytes, expectationOf(variant))
      expect(findings).toEqual([])
      expect(kind).not.toBeNull()
      expect(sets.length).toBeGreaterThan(0)
    }
  )

  it('says the same in every format', () => {
    const [group] = config.groups
    const said = files
      .filter(
        ({ path }) =>
          path.startsWith(`${group?.name}/`) && !path.endsWith('chrome-policy.json') && !path.endsWith('managed-configuration.json')
      )
      .flatMap(({ path, bytes }) => lintFile(path, bytes, EXPECT_NOTHING).sets)
      .flatMap(({ policies }) => policies.filter(({ name }) => name === 'ExtensionInstallForcelist'))
      .map(({ value }) => (value.kind === 'list' ? value.items.map(item => (item.kind === 'string' ? item.value : item.kind)) : value.kind))
    expect(said).toHaveLength(9)
    for (const list of said) expect(list).toEqual([`${config.extensionId};${config.updateUrls.canary}`])
  })

  it('is the same for the same configuration, and has other identifiers for another one', () => {
    const uuids = (change: object) =>
      generateFiles(parseConfig(JSON.stringify({ ...JSON.parse(configText), ...change })))
        .filter(({ path }) => path.endsWith('.mobileconfig'))
        .flatMap(({ bytes }) =>
          [
            ...Buffer.from(bytes)
              .toString()
              .matchAll(/[0-9A-F]{8}-[0-9A-F-]{27}/g)
          ].map(([uuid]) => uuid)
        )
    expect(uuids({})).toEqual(uuids({}))
    expect(new Set(uuids({})).size).toBe(10)
    expect(uuids({})).not.toEqual(uuids({ serverUrl: 'https://other.example.com' }))
  })
})
