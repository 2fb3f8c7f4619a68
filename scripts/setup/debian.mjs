import { existsSync } from 'node:fs'
import { logFile } from './places.mjs'
import { runOrFail, tryRun } from './run.mjs'

/** Whether this script may install Debian packages: root on a system with apt. */
export function canInstallPackages() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
}

/**
 * @param {string[]} packages
 * @param {(text: string) => void} report
 */
export async function installPackages(packages, report) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const log = logFile('apt')
  report(`apt-get install ${packages.join(' ')}`)
  // The lists may be old or missing; an installation that works without them saves the time.
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages]
  if ((await tryRun('apt-get', install, { env, log })).code === 0) return
  await runOrFail('Reading the package lists', 'Check the machine’s package sources.', 'apt-get', ['update', '-qq'], { env, log })
  await runOrFail(`Installing ${packages.join(', ')}`, 'Install them by hand and run this again.', 'apt-get', install, { env, log })
}
