import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * Loads a module that was compiled for VS Code: the terminal and the file watcher are in the image with it (decision 18), and are
 * loaded when they are first needed.
 * @param codeServer the folder of code-server
 */
export function loadNativeModule(codeServer: string, name: 'node-pty' | '@parcel/watcher'): unknown {
  return createRequire(join(codeServer, 'lib', 'vscode', 'package.json'))(name)
}
