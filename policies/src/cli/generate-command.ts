import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseConfig } from '../config.ts'
import { type GeneratedFile, generateFiles } from '../generate.ts'
import { readGiven, writingTo } from './files.ts'
import { EXIT, type Terminal } from './terminal.ts'

export interface GenerateOptions {
  config: string
  out: string
  /** Writes nothing and says what would differ. */
  check: boolean
  json: boolean
}

type FileState = 'written' | 'same' | 'differs' | 'missing'

/** @returns 1 where `check` finds a difference. */
export async function generateCommand({ config, out, check, json }: GenerateOptions, terminal: Terminal): Promise<number> {
  const files = generateFiles(parseConfig((await readGiven(config)).toString('utf8')))
  const states: { path: string; state: FileState }[] = []
  for (const file of files) {
    const before = await writingTo(join(out, file.path), async () => {
      const state = await stateOf(out, file)
      if (!check && state !== 'same') await writePolicyFile(out, file)
      return state
    })
    states.push({ path: join(out, file.path), state: check || before === 'same' ? before : 'written' })
  }
  if (json) terminal.answer(JSON.stringify(states, null, 2))
  else for (const { path, state } of states) terminal.answer(`${state.padEnd(8)} ${path}`)
  const wrong = check ? states.filter(({ state }) => state !== 'same').length : 0
  if (check)
    terminal.say(
      wrong === 0 ? `All ${states.length} files are as the configuration has them.` : `${wrong} of ${states.length} files are not.`
    )
  return wrong === 0 ? EXIT.ok : EXIT.failure
}

async function stateOf(out: string, { path, bytes }: GeneratedFile): Promise<FileState> {
  try {
    return (await readFile(join(out, path))).equals(bytes) ? 'same' : 'differs'
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'missing'
    throw error
  }
}

async function writePolicyFile(out: string, { path, bytes }: GeneratedFile): Promise<void> {
  const target = join(out, path)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, bytes)
  // Browsers run as users who must be able to read it, whatever umask the administrator has.
  await chmod(target, 0o644)
}
