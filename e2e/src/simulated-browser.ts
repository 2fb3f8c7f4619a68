/** As much of a managed browser as updates need: it asks as Chromium does, checks what it is given, and never goes back to a lower version. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { verifyCrx } from '../../update-server/src/crx/verify.ts'
import { compareVersions } from '../../update-server/src/crx/version.ts'
import { elementsOf } from '../../update-server/src/testing/well-formed.ts'

const offerSchema = z.object({ codebase: z.url(), version: z.string(), hash_sha256: z.string() })

/** Files that were verified already, by their hash: a thousand browsers need not do the same work a thousand times. */
const verified = new Map<string, { version: string; files: ReadonlyMap<string, Buffer> }>()

export class SimulatedBrowser {
  readonly ring: string
  version = '0.0.0.0'
  /** Every version that it has installed, in order. */
  readonly history: string[] = []
  readonly #updateUrl: string
  readonly #extensionId: string

  constructor(updatesUrl: string, ring: string, extensionId: string) {
    this.ring = ring
    this.#updateUrl = `${updatesUrl}/rings/${ring}/update`
    this.#extensionId = extensionId
  }

  /** Asks once, and installs what is offered. @throws Error where the answer, or the file, is not what a browser takes */
  async poll(): Promise<void> {
    const app = `id=${this.#extensionId}&v=${this.version}&installsource=notfromwebstore&installedby=policy&uc`
    const query = `os=linux&arch=x64&prod=chromiumcrx&prodversion=156.0.8078.79&lang=en-US&acceptformat=crx3,puff&x=${encodeURIComponent(app)}`
    const answer = await fetch(`${this.#updateUrl}?${query}`)
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(`An update check was answered with ${answer.status}: ${text}`)
    const attributes = elementsOf(text).find(({ name }) => name === 'updatecheck')?.attributes ?? {}
    if (attributes['status'] !== 'ok') return
    const offer = offerSchema.parse(attributes)
    if (compareVersions(offer.version, this.version) <= 0)
      throw new Error(`${offer.version} was offered to a browser that has ${this.version}.`)
    const crx = Buffer.from(await (await fetch(offer.codebase)).arrayBuffer())
    const hash = createHash('sha256').update(crx).digest('hex')
    if (hash !== offer.hash_sha256) throw new Error(`The file of ${offer.version} is not the one that was offered.`)
    if (!verified.has(hash)) {
      const { manifest, files } = verifyCrx(crx, { extensionId: this.#extensionId, version: offer.version })
      verified.set(hash, { version: manifest.version, files })
    }
    this.version = offer.version
    this.history.push(offer.version)
  }
}
