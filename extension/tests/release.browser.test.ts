import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { EXTENSION_ID } from '@fixpoint/protocol'
import { describe, expect, it, onTestFinished } from 'vitest'
import { packArchive } from '../../update-server/src/crx/pack.ts'
import { readBuild } from '../../update-server/src/release/release.ts'
import { EXTENSION_KEY } from '../src/extension-key.ts'
import { EXTENSION_FOLDER } from './person.ts'

// Needs no browser, but what is built for those tests.
describe('the release', () => {
  it('has an archive of at most 600 kB, and a picker that carries no schemas along', async () => {
    const folder = join(EXTENSION_FOLDER, '..')
    const [archive] = (await readdir(folder)).filter(name => name.endsWith('.zip'))
    expect((await stat(join(folder, archive ?? 'no archive'))).size).toBeLessThanOrEqual(600_000)
    // They alone are 95 kB. What it should weigh is in `npm run bench -- sizes`.
    expect((await stat(join(EXTENSION_FOLDER, 'picker.js'))).size).toBeLessThanOrEqual(75_000)
  })

  it('is the same, byte by byte, when it is built again, elsewhere and in another time zone', async () => {
    const root = join(import.meta.dirname, '..')
    const again = await mkdtemp(join(tmpdir(), 'fixpoint-built-again-'))
    onTestFinished(() => rm(again, { recursive: true }))
    const program = `import { build } from 'wxt'
      await build({ root: ${JSON.stringify(root)}, outDir: ${JSON.stringify(again)}, mode: 'production' })`
    // A build of its own knows nothing of these tests.
    const { NODE_ENV: _, VITEST: __, ...env } = process.env
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: root,
      env: { ...env, TZ: 'Pacific/Auckland' }
    })
    const [first, second] = [await readBuild(EXTENSION_FOLDER), await readBuild(join(again, 'chrome-mv3'))]
    // Names first: they say more than bytes do.
    const differing = [...new Set([...first.keys(), ...second.keys()])].filter(
      path => first.get(path)?.equals(second.get(path) ?? Buffer.alloc(0)) !== true
    )
    expect(differing).toEqual([])
    expect(packArchive(second).equals(packArchive(first))).toBe(true)
    // A comment more would show.
    expect(
      packArchive(second.set('background.js', Buffer.concat([second.get('background.js') ?? Buffer.alloc(0), Buffer.from('//')]))).equals(
        packArchive(first)
      )
    ).toBe(false)
  })

  it('asks for these permissions and no others, and listens to nobody outside', async () => {
    const manifest: Record<string, unknown> = JSON.parse(await readFile(join(EXTENSION_FOLDER, 'manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({
      manifest_version: 3,
      permissions: ['activeTab', 'scripting', 'sidePanel', 'storage'],
      optional_host_permissions: ['http://*/*', 'https://*/*'],
      incognito: 'split',
      content_security_policy: { extension_pages: "script-src 'self'; object-src 'none'; base-uri 'none'" }
    })
    for (const key of [
      'host_permissions',
      'optional_permissions',
      'content_scripts',
      'externally_connectable',
      'web_accessible_resources',
      'update_url'
    ]) {
      expect(manifest).not.toHaveProperty(key)
    }
  })

  it('has no listener for messages of pages and other extensions', async () => {
    for (const name of await readdir(EXTENSION_FOLDER)) {
      if (!name.endsWith('.js')) continue
      const code = await readFile(join(EXTENSION_FOLDER, name), 'utf8')
      expect(code, name).not.toMatch(/onMessageExternal|onConnectExternal|onUserScriptMessage/)
    }
  })

  // The first 128 bits of the key's SHA-256, written with the letters a to p.
  it('has the id that its key makes, which servers know', () => {
    const hash = createHash('sha256').update(Buffer.from(EXTENSION_KEY, 'base64')).digest('hex')
    const id = [...hash.slice(0, 32)].map(digit => String.fromCharCode('a'.charCodeAt(0) + Number.parseInt(digit, 16))).join('')
    expect(EXTENSION_ID).toBe(id)
  })
})
