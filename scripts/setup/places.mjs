import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The packages of the workspace, as pnpm-workspace.yaml has them. */
export const rooms = [
  'protocol',
  'ui',
  'extension',
  'ide-extension',
  'server',
  'sandbox',
  'update-server',
  'policies',
  'demo',
  'e2e',
  'bench'
]

/** What set-up and start leave behind; everything in it can be removed and comes again. */
export const stateFolder = join(root, '.fixpoint')

/** @param {string} name a log of the last runs of something */
export function logFile(name) {
  const folder = join(stateFolder, 'log')
  mkdirSync(folder, { recursive: true })
  return join(folder, `${name}.log`)
}

/**
 * Where Node keeps the compiled form of what it has loaded, types taken out: programs of this checkout start in half the time. A folder of
 * the checkout and not the machine's temporary one, where other people could lay something into it.
 */
export const compiled = { NODE_COMPILE_CACHE: join(stateFolder, 'compiled') }
