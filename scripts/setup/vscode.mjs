// VS Code for the sandbox image: code-server's packages, without compiling anything.
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, stateFolder } from './places.mjs'
import { runOrFail } from './run.mjs'
import { hashOf, isStamped, stamp } from './stamp.mjs'
import { step } from './step.mjs'

const source = join(root, 'scripts', 'vscode')
const folder = join(stateFolder, 'vscode')

/** Where code-server is; its version is in its package.json. */
export const codeServerFolder = join(folder, 'node_modules', 'code-server')

/**
 * Installs code-server for the Linux inside containers. Its install scripts would compile native modules with a tool chain that is
 * mostly not there, and take minutes; the modules that VS Code needs (terminal, file watcher) come compiled, and the sandbox's
 * Dockerfile stands in for the one that does not (docs/decisions/0018-vscode-without-compiling.md).
 */
export function ensureVsCode(env) {
  const done = step('VS Code', async report => {
    const inputs = hashOf([source, import.meta.filename])
    if (isStamped('vscode', inputs) && existsSync(codeServerFolder)) return { said: 'there', value: undefined }
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(source, file), join(folder, file))
    const vscode = join(codeServerFolder, 'lib', 'vscode')
    for (const cwd of [folder, vscode, join(vscode, 'extensions')]) {
      report(`npm install: ${cwd === folder ? 'code-server' : cwd === vscode ? 'VS Code' : 'its extensions'}`)
      await runOrFail(
        'Installing VS Code for the sandbox',
        'Check that npm reaches its registry (npm ping).',
        'npm',
        [
          'install',
          '--omit=dev',
          '--ignore-scripts',
          '--no-audit',
          '--no-fund',
          '--loglevel=error',
          '--os=linux',
          `--cpu=${process.arch}`,
          '--libc=glibc'
        ],
        { cwd, env }
      )
    }
    stamp('vscode', inputs)
    return { said: 'installed', value: undefined }
  })
  // It may fail before somebody waits for it; whoever waits is told.
  done.catch(() => undefined)
  return done
}
