/**
 * What Chromium says of CRX files. Each is of an extension of its own, and all are to be installed by one policy: so one browser judges
 * hundreds of files within seconds, by the way that updates of a managed browser take.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManagedBrowser, until, writePolicy } from './managed-browser.ts'

/** A file that is offered as version 1.0.0 of an extension. */
export interface OfferedCrx {
  extensionId: string
  crx: Buffer
}

export interface ChromiumVerdicts {
  installed: ReadonlySet<string>
  refused: ReadonlySet<string>
  /** Names of Chromium's reasons, such as CRX_SIGNATURE_VERIFICATION_FAILED, by how often they came. */
  reasons: ReadonlyMap<string, number>
}

/** Waits until Chromium has decided on every file. */
export async function chromiumVerdicts(files: readonly OfferedCrx[]): Promise<ChromiumVerdicts> {
  const byId = new Map(files.map(({ extensionId, crx }) => [extensionId, crx]))
  const folder = mkdtempSync(join(tmpdir(), 'fixpoint-verdicts-'))
  const log = join(folder, 'chromium.log')
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (url.pathname === '/update') {
      const ids = url.searchParams.getAll('x').map(app => new URLSearchParams(app).get('id') ?? '')
      response.setHeader('Content-Type', 'text/xml').end(manifestFor(ids, `http://${request.headers.host}`))
    } else {
      response.setHeader('Content-Type', 'application/x-chrome-extension').end(byId.get(url.pathname.slice(1, 33)))
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const removePolicy = writePolicy(
    JSON.stringify({ ExtensionInstallForcelist: files.map(({ extensionId }) => `${extensionId};http://127.0.0.1:${port}/update`) })
  )
  let browser: ManagedBrowser | null = null
  try {
    const launched = await ManagedBrowser.launch(['--enable-logging', `--log-file=${log}`])
    browser = launched
    let installed = new Set<string>()
    let refused = new Set<string>()
    await until('Chromium has decided on every file', async () => {
      installed = new Set((await launched.extensions()).map(({ id }) => id).filter(id => byId.has(id)))
      // Chromium says this of all that failed, once nothing is left to do.
      const failures = readFileSync(log, 'utf8').matchAll(/Forced extension ([a-p]{32}) failed to install/g)
      refused = new Set([...failures].map(([, id = '']) => id))
      return installed.size + refused.size >= files.length
    })
    const reasons = new Map<string, number>()
    for (const [, name = ''] of readFileSync(log, 'utf8').matchAll(/Package is invalid: '(\w+)'/g)) {
      reasons.set(name, (reasons.get(name) ?? 0) + 1)
    }
    return { installed, refused, reasons }
  } finally {
    removePolicy()
    await browser?.close()
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Without hashes: Chromium shall judge by the signatures in the files. */
function manifestFor(ids: readonly string[], origin: string): string {
  const apps = ids.map(
    id => `<app appid="${id}" status="ok"><updatecheck status="ok" codebase="${origin}/${id}.crx" version="1.0.0"/></app>`
  )
  return `<?xml version="1.0"?><gupdate xmlns="http://www.google.com/update2/response" protocol="2.0">${apps.join('')}</gupdate>`
}
