/** Releases of Fixpoint's own extension, made by the release command with a key of this run alone. */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extensionIdOf } from '../../update-server/src/crx/extension-id.ts'
import { signerOfKey } from '../../update-server/src/crx/signer.ts'
import { ROOT } from './server-process.ts'
import type { UpdateServerProcess } from './update-server-process.ts'

interface Release {
  version: string
  path: string
}

export class OwnReleases {
  readonly id: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'fixpoint-release-'))

  constructor() {
    const key = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
    this.id = extensionIdOf(signerOfKey(key).publicKey)
    writeFileSync(this.#path('key.pem'), key.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
    cpSync(join(ROOT, 'update-server', 'release-record.json'), this.#path('record.json'))
  }

  /** Packs what was built, or what `args` say, for the ring that everybody is in. */
  pack(updatesUrl: string, ...args: string[]): Release {
    const program = join(ROOT, 'update-server', 'src', 'release', 'main.ts')
    const common = {
      'update-url': `${updatesUrl}/rings/all/update`,
      id: this.id,
      record: this.#path('record.json'),
      out: this.#folder
    }
    const options = Object.entries(common).flatMap(([name, value]) => [`--${name}`, value])
    const env = { ...process.env, FIXPOINT_CRX_KEY: this.#path('key.pem') }
    return JSON.parse(execFileSync(process.execPath, [program, ...options, '--json', ...args], { env, encoding: 'utf8' }))
  }

  /** Packs what was built under another version. */
  packAs(updatesUrl: string, version: string, change: Record<string, string> = {}): Release {
    const build = this.#path(`build-${version}`)
    cpSync(join(ROOT, 'extension', '.output', 'chrome-mv3'), build, { recursive: true })
    const manifest: object = JSON.parse(readFileSync(join(build, 'manifest.json'), 'utf8'))
    writeFileSync(join(build, 'manifest.json'), JSON.stringify({ ...manifest, version, ...change }))
    return this.pack(updatesUrl, '--build', build)
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #path(name: string): string {
    return join(this.#folder, name)
  }
}

/** One publishes, another approves. */
export async function publish(updates: UpdateServerProcess, { version, path }: Release): Promise<void> {
  await updates.succeed('ada', 'publish', path)
  await updates.succeed('grace', 'approve', version)
}
