import { describe, expect, it } from 'vitest'
import { checkBranchName, parseRepositoryAddress } from './repository-address.ts'

const allowed = [
  { host: 'github.com', resolvesPrivately: false },
  { host: 'git.corp.example', resolvesPrivately: true }
]

function codeOf(text: string): string {
  try {
    parseRepositoryAddress(text, allowed)
    return 'accepted'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'threw'
  }
}

describe('parseRepositoryAddress', () => {
  it('takes what repositories are at', () => {
    expect(parseRepositoryAddress('https://github.com/acme/shop.git', allowed)).toMatchObject({
      kind: 'https',
      host: 'github.com',
      owner: 'acme',
      name: 'shop'
    })
    expect(parseRepositoryAddress('https://git.corp.example/acme/shop', allowed)).toMatchObject({ owner: 'acme', name: 'shop' })
    expect(parseRepositoryAddress('http://127.0.0.1:8080/acme/shop.git', allowed)).toMatchObject({ kind: 'loopback-http', port: 8080 })
  })

  // threats.md rows 48 to 58
  it.each([
    ['', 'repo_url_invalid'],
    ['   ', 'repo_url_invalid'],
    [`https://github.com/${'a'.repeat(5_000)}/b`, 'repo_url_invalid'],
    ['javascript:alert(1)', 'repo_url_invalid'],
    ['data:text/plain,x', 'repo_url_invalid'],
    ['file:///etc', 'repo_scheme_not_allowed'],
    ['/srv/repo', 'repo_scheme_not_allowed'],
    ['C:\\x', 'repo_url_invalid'],
    ['../x', 'repo_scheme_not_allowed'],
    ['ext::sh -c id', 'repo_url_invalid'],
    ['ext::sh', 'repo_scheme_not_allowed'],
    ['fd::17/foo', 'repo_scheme_not_allowed'],
    ['git://github.com/a/b', 'repo_scheme_not_allowed'],
    ['http://github.com/a/b', 'repo_scheme_not_allowed'],
    ['--upload-pack=touch /tmp/x', 'repo_url_invalid'],
    ['-c core.fsmonitor=x', 'repo_url_invalid'],
    ['ssh://-oProxyCommand=id/x', 'repo_url_invalid'],
    ['https://user:token@github.com/a/b', 'credentials_in_url'],
    ['https://127.0.0.1/a/b', 'repo_host_not_allowed'],
    ['https://0177.0.0.1/a/b', 'repo_host_not_allowed'],
    ['https://2130706433/a/b', 'repo_host_not_allowed'],
    ['https://0x7f.1/a/b', 'repo_host_not_allowed'],
    ['https://①②⑦.0.0.1/a/b', 'repo_host_not_allowed'],
    ['https://0/a/b', 'repo_host_not_allowed'],
    ['https://[::]/a/b', 'repo_host_not_allowed'],
    ['https://[::127.0.0.1]/a/b', 'repo_host_not_allowed'],
    ['https://[64:ff9b::7f00:1]/a/b', 'repo_host_not_allowed'],
    ['https://localhost./a/b', 'repo_host_not_allowed'],
    ['https://169.254.169.254/a/b', 'repo_host_not_allowed'],
    ['https://[fd00:ec2::254]/a/b', 'repo_host_not_allowed'],
    ['https://github.com:22/a/b', 'repo_host_not_allowed'],
    ['https://github.com.evil.io/a/b', 'repo_host_not_allowed'],
    ['https://gіthub.com/a/b', 'repo_host_not_allowed'],
    ['https://github.com%00.evil/a/b', 'repo_url_invalid'],
    ['https://github.com\\@evil/a/b', 'repo_url_invalid'],
    ['https://github.com/a', 'repo_path_invalid'],
    ['https://github.com/a/b/c/d', 'repo_path_invalid'],
    ['https://github.com/../..', 'repo_path_invalid'],
    ['https://github.com/a/b.git/../../x', 'repo_path_invalid'],
    ['https://github.com/a/b?x#y', 'repo_path_invalid']
  ])('refuses %j with %s', (text, code) => {
    expect(codeOf(text)).toBe(code)
  })

  it('never repeats credentials', () => {
    expect(() => parseRepositoryAddress('ftp://me:hunter2secret@github.com/a/b', allowed)).toThrow(/^(?!.*hunter2secret)/)
  })
})

describe('checkBranchName', () => {
  it.each(['main', 'release/1.2', 'feature_x', 'ünïcode'])('takes %s', name => {
    expect(checkBranchName(name)).toBe(name)
  })

  it.each([
    '-x',
    'a..b',
    '@{-1}',
    'refs/heads/x',
    'a'.repeat(300),
    'with space',
    'a~1',
    'a^',
    'a:b',
    'x.lock',
    '.x',
    'a/.b',
    'a//b',
    '/a',
    'a/',
    'a.',
    '@',
    ''
  ])('refuses %j', name => {
    expect(() => checkBranchName(name)).toThrow(expect.objectContaining({ code: 'ref_invalid' }))
  })
})
