import { mkdir, open, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where Chromium on Linux reads policies; nothing else can be given to it. Only root may write there. */
const FOLDER = '/etc/chromium/policies/managed'
const LOCK = join(tmpdir(), 'fixpoint-chromium-policies.lock')

const PATIENCE_MS = 120_000

/**
 * The folder of Chromium's policies, lent to one test at a time: every Chromium of the machine reads it. Whatever was put there is
 * removed at the end, and so are the folders that were made for it.
 */
export class ManagedFolder {
  readonly #files = new Set<string>()
  readonly #madeFolders: string[]

  private constructor(madeFolders: string[]) {
    this.#madeFolders = madeFolders
  }

  /** Waits until no other test has it. @throws Error where it stays in use, as on a machine that a company manages. */
  static async borrow(): Promise<ManagedFolder> {
    const until = Date.now() + PATIENCE_MS
    for (;;) {
      const hasLock = await takeLock()
      const others = hasLock ? await filesIn(FOLDER) : []
      if (hasLock && others.length === 0) break
      if (hasLock) await rm(LOCK, { force: true })
      if (Date.now() > until) throw new Error(`Chromium’s policies are in use (${others.join(', ') || LOCK}); the test would see them too.`)
      await new Promise(resolve => setTimeout(resolve, 500))
    }
    const made: string[] = []
    for (const folder of ['/etc/chromium', '/etc/chromium/policies', FOLDER]) {
      if ((await mkdir(folder, { recursive: true, mode: 0o755 })) !== undefined) made.unshift(folder)
    }
    return new ManagedFolder(made)
  }

  /** @param name of the file, without a path. */
  async put(name: string, content: string | Uint8Array): Promise<void> {
    const path = join(FOLDER, name)
    this.#files.add(path)
    await writeFile(path, content, { mode: 0o644 })
  }

  async giveBack(): Promise<void> {
    for (const file of this.#files) await rm(file, { force: true })
    for (const folder of this.#madeFolders) await rmdir(folder)
    await rm(LOCK, { force: true })
  }
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}

/** A lock of a process that has gone counts as none. */
async function takeLock(): Promise<boolean> {
  try {
    const file = await open(LOCK, 'wx')
    await file.writeFile(String(process.pid))
    await file.close()
    return true
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
  const holder = Number(await readFile(LOCK, 'utf8').catch(() => ''))
  if (!Number.isInteger(holder) || holder <= 0 || isRunning(holder)) return false
  await rm(LOCK, { force: true })
  return false
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isErrno(error, 'EPERM')
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
