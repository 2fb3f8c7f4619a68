import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findPrivateKey } from './private-key.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' })

describe('the repository', () => {
  it('has no private key in any file', () => {
    const paths = git('ls-files', '-z').split('\0').filter(Boolean)
    const files = new Map(paths.filter(path => existsSync(join(root, path))).map(path => [path, readFileSync(join(root, path))]))
    expect(files.size).toBeGreaterThan(500)
    expect(findPrivateKey(files)).toBeUndefined()
    // Were there one, it would be found.
    const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' })
    expect(findPrivateKey(files.set('docs/notes.md', Buffer.from(`Our key:\n\n${pem}`)))).toBe('docs/notes.md')
  })

  it('ignores the key that the guide makes in the folder where one is', () => {
    const [, name = ''] = / -out (\S+) && chmod/.exec(readFileSync(join(root, 'docs/guide/update-server.md'), 'utf8')) ?? []
    expect(name).toMatch(/\.pem$/)
    const paths = [name, 'signing.key', `update-server/${name}`]
    expect(
      git('check-ignore', '--no-index', ...paths)
        .trim()
        .split('\n')
    ).toEqual(paths)
  })
})
