import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './places.mjs'
import { codeServerFolder } from './vscode.mjs'

/** Native modules that do not come compiled, with ours in their place (docs/decisions/0018-vscode-without-compiling.md). */
const STAND_INS = ['spdlog', 'native-watchdog']

/** Makes code-server run on this machine too, for what is tried and measured against it. In the image they are put by its build. */
export function putVsCodeStandIns() {
  for (const name of STAND_INS) {
    const file = join(codeServerFolder, 'lib', 'vscode', 'node_modules', '@vscode', name, 'index.js')
    // Not written into: package managers share files between folders.
    rmSync(file, { force: true })
    copyFileSync(join(root, 'sandbox', 'image', `${name}.cjs`), file)
  }
}
