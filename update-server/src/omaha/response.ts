import type { Release } from '../releases/state.ts'

/** The answer for one extension: a release, nothing newer, an unknown extension, or no update check asked for. */
export interface AppAnswer {
  extensionId: string
  answer: Release | 'none' | 'unknown' | 'no-check'
}

/** Address of a release's file. */
export type CodebaseOf = (release: Pick<Release, 'extensionId' | 'version'>) => string

/** Protocol 2, as `extensions/common/update_manifest.cc` of Chromium reads it. */
export function renderXml(answers: readonly AppAnswer[], codebaseOf: CodebaseOf): string {
  const apps = answers.map(({ extensionId, answer }) => {
    const status = answer === 'unknown' ? 'error-unknownApplication' : 'ok'
    return `  <app ${attributes({ appid: extensionId, status })}>${renderUpdateCheck(answer, codebaseOf)}</app>\n`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<gupdate xmlns="http://www.google.com/update2/response" protocol="2.0" server="fixpoint">\n${apps.join('')}</gupdate>\n`
}

function renderUpdateCheck(answer: AppAnswer['answer'], codebaseOf: CodebaseOf): string {
  if (answer === 'unknown' || answer === 'no-check') return ''
  if (answer === 'none') return '<updatecheck status="noupdate"/>'
  const facts = {
    status: 'ok',
    codebase: codebaseOf(answer),
    version: answer.version,
    hash_sha256: answer.sha256,
    size: String(answer.size),
    ...(answer.minimumChromeVersion === null ? {} : { prodversionmin: answer.minimumChromeVersion })
  }
  return `<updatecheck ${attributes(facts)}/>`
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapeXml(value)}"`)
    .join(' ')
}

/** Also leaves out what XML 1.0 cannot hold at all, and more than an id could need: some of these values come from the asker. */
function escapeXml(text: string): string {
  return text
    .slice(0, 500)
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

/** What stands before the JSON; Chromium's update client takes no answer without it (`protocol_parser_json.cc`). */
const JSON_PREFIX = ")]}'\n"

/** Protocol 3 in JSON. */
export function renderJson(answers: readonly AppAnswer[], codebaseOf: CodebaseOf): string {
  const app = answers.map(({ extensionId, answer }) => {
    if (answer === 'unknown') return { appid: extensionId, status: 'error-unknownApplication' }
    if (answer === 'no-check') return { appid: extensionId, status: 'ok' }
    if (answer === 'none') return { appid: extensionId, status: 'ok', updatecheck: { status: 'noupdate' } }
    return { appid: extensionId, status: 'ok', updatecheck: renderOffer(answer, codebaseOf(answer)) }
  })
  return `${JSON_PREFIX}${JSON.stringify({ response: { protocol: '3.1', server: 'fixpoint', app } })}`
}

/** In protocol 3 the file's address is a folder and a name in it. */
function renderOffer({ version, sha256, size, minimumChromeVersion }: Release, codebase: string) {
  const split = codebase.lastIndexOf('/') + 1
  return {
    status: 'ok',
    urls: { url: [{ codebase: codebase.slice(0, split) }] },
    manifest: {
      version,
      ...(minimumChromeVersion === null ? {} : { prodversionmin: minimumChromeVersion }),
      packages: { package: [{ name: codebase.slice(split), hash_sha256: sha256, size, required: true }] }
    }
  }
}
