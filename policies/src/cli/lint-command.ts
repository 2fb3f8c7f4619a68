import { FixpointError, stripControls } from '@fixpoint/protocol'
import pc from 'picocolors'
import { parseConfig } from '../config.ts'
import { EXPECT_NOTHING, type Expectation, expectationOf, manifestSchema, withManifest } from '../lint/expectation.ts'
import type { Finding } from '../lint/finding.ts'
import { lintFiles } from '../lint/lint-files.ts'
import { manifestOfCrx } from './crx-manifest.ts'
import { filesBelow, readGiven, readPolicyFiles } from './files.ts'
import { EXIT, type Terminal } from './terminal.ts'

export interface LintOptions {
  config?: string
  manifest?: string
  /** A release, in place of its manifest. */
  crx?: string
  json: boolean
  platform: NodeJS.Platform
}

/** @returns 0 where nothing is wrong (warnings aside), 1 where something is. */
export async function lintCommand(paths: readonly string[], options: LintOptions, terminal: Terminal): Promise<number> {
  const expectation = await readExpectation(options)
  const found = await Promise.all(paths.map(filesBelow))
  const all = [...new Set(found.flat())]
  if (all.length === 0)
    throw new FixpointError('file_not_found', 'There is no file in what was named.', { hint: 'Name policy files, or a folder with some.' })
  const { files, unreadable } = await readPolicyFiles(all, options.platform)
  const findings = [...unreadable, ...lintFiles(files, expectation)]
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.length - errors
  if (options.json) terminal.answer(JSON.stringify({ files: all.length, errors, warnings, findings }, null, 2))
  else {
    for (const finding of findings) terminal.answer(formatFinding(finding))
    terminal.say(`${count(all.length, 'file')}, ${count(errors, 'error')}, ${count(warnings, 'warning')}`)
  }
  return errors === 0 ? EXIT.ok : EXIT.failure
}

/** `file:line:column: error code: message`, as compilers have it, so that editors can jump there. */
function formatFinding({ file, line, column, severity, code, message, hint }: Finding): string {
  const sign = severity === 'error' ? pc.red(severity) : pc.yellow(severity)
  return `${file}:${line}:${column}: ${sign} ${code}: ${stripControls(message)}\n  ${pc.dim(stripControls(hint))}`
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

async function readExpectation({ config, manifest, crx }: LintOptions): Promise<Expectation> {
  const expectation = config === undefined ? EXPECT_NOTHING : expectationOf(parseConfig((await readGiven(config)).toString('utf8')))
  const path = crx ?? manifest
  if (path === undefined) return expectation
  const bytes = await readGiven(path)
  const text = crx === undefined ? bytes.toString('utf8') : manifestOfCrx(bytes, crx)
  const parsed = manifestSchema.safeParse(parseManifest(text, path))
  if (!parsed.success)
    throw new FixpointError('config_invalid', `${path} has no manifest of an extension.`, {
      hint: 'Name the CRX of the release, or the manifest.json of the built extension.'
    })
  return withManifest(expectation, parsed.data)
}

function parseManifest(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FixpointError('config_invalid', `${path} is not JSON.`, { cause: error })
  }
}
