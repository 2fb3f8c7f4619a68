import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { canInstallPackages, installPackages } from './debian.mjs'
import { root } from './places.mjs'
import { runOrFail, tryRun } from './run.mjs'
import { SetupError, step } from './step.mjs'

// Chrome itself no longer takes unpacked extensions from its command line (since 137), Chromium does.
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium'
]

/** The Chromium to use, if there is one. */
export function findChromium() {
  const named = process.env['FIXPOINT_CHROMIUM']
  if (named !== undefined) return existsSync(named) ? named : null
  return [...PLACES, playwrightChromium()].find(place => place !== null && existsSync(place)) ?? null
}

/** Where Playwright keeps its own Chromium; null while the packages are not installed. */
function playwrightChromium() {
  const manifest = join(root, 'e2e', 'package.json')
  try {
    return createRequire(manifest)('playwright').chromium.executablePath()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return null
    throw error
  }
}

/** @returns {Promise<string>} path of a Chromium */
export async function ensureChromium(env) {
  return await step('Chromium', async report => {
    if (process.env['FIXPOINT_CHROMIUM'] !== undefined && findChromium() === null) {
      throw new SetupError(`FIXPOINT_CHROMIUM names ${process.env['FIXPOINT_CHROMIUM']}, which is not there.`, 'Correct it or remove it.')
    }
    const found = findChromium()
    if (found !== null) return { said: await describeChromium(found), value: found }
    if (canInstallPackages()) await installPackages(['chromium', 'fonts-liberation'], report)
    else {
      report('playwright install chromium')
      await runOrFail(
        'Fetching Chromium',
        'Install Chromium by hand, or set FIXPOINT_CHROMIUM to one.',
        process.execPath,
        [join(root, 'e2e', 'node_modules', 'playwright', 'cli.js'), 'install', 'chromium'],
        { env }
      )
    }
    const installed = findChromium()
    if (installed === null) throw new SetupError('Chromium was installed but not found.', 'Set FIXPOINT_CHROMIUM to its program.')
    return { said: `${await describeChromium(installed)}, installed`, value: installed }
  })
}

/** Its version. */
export async function describeChromium(program) {
  const { stdout } = await tryRun(program, ['--version'])
  return /[\d.]+/.exec(stdout)?.[0] ?? program
}
