import { LINUX_FOLDERS } from '../targets/linux.ts'
import type { Fault } from './finding.ts'
import type { ReadPolicies } from './policy-set.ts'

export interface PolicyFile {
  path: string
  bytes: Uint8Array
  /** Mode of the file and of the folders above it, nearest first; null where they are not known or mean nothing. */
  modes: { file: number; folders: readonly { path: string; mode: number }[] } | null
}

export const KNOWN_FOLDERS = Object.keys(LINUX_FOLDERS)

/** Folders that are often meant and never read. */
const MISTAKEN_FOLDER =
  /\/policies\/(recommended|enrollment)\/|\/(chromium-browser|google-chrome|microsoft-edge|chrome|msedge)\/policies\/managed\/|\/policies\/managed\//

/** What is wrong with where a Linux file lies and who may read and write it. Only told of files in folders of policies. */
export function permissionFaults(path: string, kind: ReadPolicies['kind'] | null, modes: PolicyFile['modes']): Fault[] {
  const faults: Fault[] = []
  const add = (message: string, severity: Fault['severity'] = 'error') =>
    faults.push({ code: 'policy_permissions', severity, message, offset: 0 })
  const absolute = path.startsWith('/') ? path : `/${path}`
  const isInKnownFolder = KNOWN_FOLDERS.some(folder => absolute.includes(`/${folder}/`))
  if (!isInKnownFolder) {
    if (kind === 'linux' && MISTAKEN_FOLDER.test(absolute))
      add(
        `Browsers do not read this folder, or only as a recommendation; theirs are ${KNOWN_FOLDERS.map(folder => `/${folder}`).join(', ')}.`
      )
    return faults
  }
  if (!path.endsWith('.json'))
    add('The browser reads every file of this folder, whatever its name; move copies and backups elsewhere.', 'warning')
  if (modes === null) return faults
  if ((modes.file & 0o004) === 0) add(`Others may not read the file (mode ${octal(modes.file)}); the browser runs as the user.`)
  if ((modes.file & 0o002) !== 0) add(`Everybody may write the file (mode ${octal(modes.file)}) and so decide what is installed.`)
  for (const folder of modes.folders) {
    if ((folder.mode & 0o002) !== 0)
      add(`Everybody may write the folder ${folder.path} (mode ${octal(folder.mode)}) and so replace the file.`)
    if ((folder.mode & 0o005) !== 0o005)
      add(`Others may not enter the folder ${folder.path} (mode ${octal(folder.mode)}); the browser runs as the user.`)
  }
  return faults
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0')
}
