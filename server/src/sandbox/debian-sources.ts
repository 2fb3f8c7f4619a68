/** A file of apt's configuration: its name says in which of the two formats it is. */
export interface SourcesFile {
  name: string
  text: string
}

const ARCHIVE_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

interface Source {
  types: string[]
  uris: string[]
  suites: string[]
  components: string[]
  signedBy: string | undefined
}

/**
 * Where this machine gets Debian's own packages of a release from, one line for each suite in sources.list(5)'s form; empty where
 * it has no such source. The image is built from the same place: behind a company's mirror, or from a snapshot.
 * Third parties' sources are left out, and so is whatever is signed with another key than Debian's.
 */
export function debianSources(files: readonly SourcesFile[], release: string): string {
  const sources = files.flatMap(file => (file.name.endsWith('.sources') ? parseStanzas(file.text) : parseLines(file.text)))
  const lines = sources
    .filter(({ types, signedBy }) => types.includes('deb') && (signedBy === undefined || signedBy.endsWith('/debian-archive-keyring.gpg')))
    .flatMap(({ uris, suites, components }) =>
      suites
        .filter(suite => suite === release || suite.startsWith(`${release}-`))
        .flatMap(suite => uris.map(uri => `deb [signed-by=${ARCHIVE_KEYRING}] ${uri} ${suite} ${components.join(' ')}`))
    )
  return lines.length === 0 ? '' : `${[...new Set(lines)].join('\n')}\n`
}

/** deb822 form: stanzas of fields, folded lines begin with a space. */
function parseStanzas(text: string): Source[] {
  const withoutComments = text.replace(/^#.*\n?/gm, '')
  return withoutComments.split(/\n\s*\n/).flatMap(stanza => {
    const fields = new Map(
      stanza
        .replace(/\n[ \t]+/g, ' ')
        .split('\n')
        .filter(line => line.includes(':'))
        .map(line => {
          const [name = ''] = line.split(':', 1)
          return [name.trim().toLowerCase(), line.slice(name.length + 1).trim()]
        })
    )
    if (fields.get('enabled')?.toLowerCase() === 'no') return []
    const list = (name: string) => fields.get(name)?.split(/\s+/).filter(Boolean) ?? []
    return [
      {
        types: list('types'),
        uris: list('uris'),
        suites: list('suites'),
        components: list('components'),
        signedBy: fields.get('signed-by')
      }
    ]
  })
}

/** One-line form: `deb [options] uri suite component…`. */
function parseLines(text: string): Source[] {
  return text.split('\n').flatMap(line => {
    const match = /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line)
    if (match === null) return []
    const [, type = '', options = '', uri = '', suite = '', components = ''] = match
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1]
    return [{ types: [type], uris: [uri], suites: [suite], components: components.split(/\s+/).filter(Boolean), signedBy }]
  })
}

const CARRIED_SETTINGS = /^Acquire::(?:https?::Proxy|Check-Valid-Until|Check-Date) /

/** The settings of apt that reaching this machine's sources may depend on, out of what `apt-config dump` prints. */
export function carriedAptSettings(dump: string): string {
  const lines = dump.split('\n').filter(line => CARRIED_SETTINGS.test(line))
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}
