import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stateFolder } from './places.mjs'

/** Folders that say nothing about what something is made from. */
const LEFT_OUT = new Set(['node_modules', 'dist', '.output', '.wxt', '.git', '.fixpoint', 'coverage'])

/**
 * A hash of files and folders: their names and contents.
 * @param {string[]} paths
 */
export function hashOf(paths) {
  const hash = createHash('sha256')
  const add = path => {
    const entries = readEntries(path)
    if (entries === null) hash.update(`${path}\0`).update(readFileSync(path))
    else for (const name of entries) add(join(path, name))
  }
  for (const path of paths) if (existsSync(path)) add(path)
  return hash.digest('hex').slice(0, 24)
}

function readEntries(path) {
  try {
    return readdirSync(path)
      .filter(name => !LEFT_OUT.has(name))
      .sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return null
    throw error
  }
}

const stampFile = name => join(stateFolder, 'stamps', name)

/** Whether the step was last done with these inputs. */
export function isStamped(name, inputs) {
  const file = stampFile(name)
  return existsSync(file) && readFileSync(file, 'utf8') === inputs
}

/** Whether the step was ever done here, with whatever inputs. */
export function wasDone(name) {
  return existsSync(stampFile(name))
}

/** Remembers the inputs that a step was done with; called when it is done. */
export function stamp(name, inputs) {
  const file = stampFile(name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, inputs)
}
