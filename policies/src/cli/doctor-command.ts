import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stripControls } from '@fixpoint/protocol'
import pc from 'picocolors'
import { type DoctorRow, macEnrolmentRow, windowsEnrolmentRow } from '../doctor/enrolment.ts'
import { EXPECT_NOTHING } from '../lint/expectation.ts'
import { lintFiles } from '../lint/lint-files.ts'
import { LINUX_FOLDERS } from '../targets/linux.ts'
import { filesIn, readGiven, readPolicyFiles } from './files.ts'
import { EXIT, type Terminal } from './terminal.ts'

export interface DoctorOptions {
  /** Saved output of `dsregcmd /status` of another machine. */
  dsregcmd?: string
  json: boolean
  platform: NodeJS.Platform
  /** Where /etc lies; `/` but for trials. */
  root: string
}

const run = promisify(execFile)

/** Looks at what this machine needs for the policies to do what they say. @returns 1 where something is missing or wrong. */
export async function doctorCommand(options: DoctorOptions, terminal: Terminal): Promise<number> {
  const rows = await rowsFor(options)
  if (options.json) terminal.answer(JSON.stringify(rows, null, 2))
  else for (const row of rows) terminal.answer(formatRow(row))
  return rows.some(({ state }) => state === 'missing') ? EXIT.failure : EXIT.ok
}

async function rowsFor({ dsregcmd, platform, root }: DoctorOptions): Promise<DoctorRow[]> {
  if (dsregcmd !== undefined) return [windowsEnrolmentRow((await readGiven(dsregcmd)).toString('utf8'), false)]
  if (platform === 'win32') return [windowsEnrolmentRow(await outputOf('dsregcmd', ['/status']), await hasEnrolmentToken())]
  if (platform === 'darwin') return [macEnrolmentRow(await outputOf('profiles', ['status', '-type', 'enrollment']))]
  return await Promise.all(Object.keys(LINUX_FOLDERS).map(folder => folderRow(join(root, folder))))
}

function formatRow({ name, state, found, remedy }: DoctorRow): string {
  const sign = { ok: pc.green('✓'), warning: pc.yellow('!'), missing: pc.red('✗') }[state]
  return `${sign} ${name}: ${stripControls(found)}${remedy !== undefined && state !== 'ok' ? `\n  ${pc.dim(`→ ${stripControls(remedy)}`)}` : ''}`
}

/** What a program says; null where it is not there or fails. */
async function outputOf(program: string, args: string[]): Promise<string | null> {
  const result = await run(program, args, { timeout: 15_000 }).then(
    ({ stdout }) => stdout,
    () => null
  )
  return result
}

async function hasEnrolmentToken(): Promise<boolean> {
  const key = 'HKLM\\SOFTWARE\\Policies\\Google\\Chrome'
  return (await outputOf('reg', ['query', key, '/v', 'CloudManagementEnrollmentToken'])) !== null
}

/** The files that a browser reads here, linted. */
async function folderRow(folder: string): Promise<DoctorRow> {
  const names = await filesIn(folder)
  if (names === null) return { name: folder, state: 'ok', found: 'not there: this browser is not managed by files' }
  const { files, unreadable } = await readPolicyFiles(names, 'linux')
  const findings = [...unreadable, ...lintFiles(files, EXPECT_NOTHING)]
  const errors = findings.filter(({ severity }) => severity === 'error')
  const [first] = errors
  const found = `${names.length} ${names.length === 1 ? 'file' : 'files'}, ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}`
  if (first === undefined) return { name: folder, state: 'ok', found }
  return { name: folder, state: 'missing', found, remedy: `${first.file}:${first.line}:${first.column}: ${first.code}: ${first.message}` }
}
