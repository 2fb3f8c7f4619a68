import { describe, expect, test } from 'vitest'
import { carriedAptSettings, debianSources } from './debian-sources.ts'

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

describe('debianSources', () => {
  test('reads the stanzas of a .sources file', () => {
    const text = `Types: deb deb-src
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: ${KEYRING}

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: ${KEYRING}

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
`
    expect(debianSources([{ name: 'debian.sources', text }], 'bookworm')).toBe(
      [
        `deb [signed-by=${KEYRING}] http://mirror.example/debian bookworm main contrib`,
        `deb [signed-by=${KEYRING}] http://mirror.example/debian bookworm-updates main contrib`,
        `deb [signed-by=${KEYRING}] http://mirror.example/debian-security bookworm-security main\n`
      ].join('\n')
    )
  })

  test('reads the lines of a .list file', () => {
    const text = `# deb http://off.example bookworm main
deb [arch=amd64 signed-by=${KEYRING}] https://mirror.example/debian bookworm main # ours
deb-src http://mirror.example/debian bookworm main
deb http://mirror.example/debian bookworm non-free
`
    expect(debianSources([{ name: 'sources.list', text }], 'bookworm')).toBe(
      `deb [signed-by=${KEYRING}] https://mirror.example/debian bookworm main\ndeb [signed-by=${KEYRING}] http://mirror.example/debian bookworm non-free\n`
    )
  })

  test('leaves out third parties, other keys and other releases', () => {
    const text = `deb https://packages.example/apt stable main
deb [signed-by=/usr/share/keyrings/vendor.gpg] https://packages.example/debian bookworm main
deb http://mirror.example/debian trixie main
deb http://mirror.example/ubuntu noble main
`
    const stanza =
      'Types: deb\nURIs: https://packages.example/debian\nSuites: bookworm\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n'
    expect(
      debianSources(
        [
          { name: 'sources.list', text },
          { name: 'vendor.sources', text: stanza }
        ],
        'bookworm'
      )
    ).toBe('')
  })
})

describe('carriedAptSettings', () => {
  test('keeps what reaching a mirror may need and nothing else', () => {
    const dump =
      'APT::Architecture "amd64";\nAcquire::http::Proxy "http://proxy.example:3128";\nAcquire::Check-Valid-Until "false";\nDir "/";\n'
    expect(carriedAptSettings(dump)).toBe('Acquire::http::Proxy "http://proxy.example:3128";\nAcquire::Check-Valid-Until "false";\n')
    expect(carriedAptSettings('')).toBe('')
  })
})
