import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { logFile, stateFolder } from './places.mjs'
import { runOrFail, tryRun } from './run.mjs'
import { step } from './step.mjs'

/** What the update server is measured against, the load for both, and the library that the load needs. */
const PACKAGES = ['nginx', 'wrk', 'libluajit-5.1-2']
const REMEDY = 'It needs Debian’s packages; the other parts of the bench do without it.'

/**
 * Puts nginx and wrk into the state folder. They are unpacked and not installed: nothing starts with the machine, and no root is needed.
 * @returns the folder that they are unpacked in, or null on systems without apt
 */
export async function ensureBenchTools() {
  if (!existsSync('/usr/bin/apt-get')) return null
  const folder = join(stateFolder, 'bench-tools')
  if (!existsSync(join(folder, 'usr', 'bin', 'wrk')) || !existsSync(join(folder, 'usr', 'sbin', 'nginx'))) {
    await step('nginx and wrk', async report => {
      mkdirSync(folder, { recursive: true })
      const log = logFile('bench-tools')
      const download = ['download', '-qq', ...PACKAGES]
      report(`apt-get ${download.join(' ')}`)
      if ((await tryRun('apt-get', download, { cwd: folder, log })).code !== 0) {
        await runOrFail('Reading the package lists', 'Check the machine’s package sources.', 'apt-get', ['update', '-qq'], { log })
        await runOrFail('Loading nginx and wrk', REMEDY, 'apt-get', download, { cwd: folder, log })
      }
      for (const file of readdirSync(folder).filter(name => name.endsWith('.deb'))) {
        await runOrFail(`Unpacking ${file}`, REMEDY, 'dpkg', ['-x', join(folder, file), folder], { log })
      }
      return { said: 'unpacked', value: undefined }
    })
  }
  return folder
}
