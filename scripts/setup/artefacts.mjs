// Things that are built from the checkout: the sandbox image and the extension.
import { existsSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { logFile, root, stateFolder } from './places.mjs'
import { runOrFail, tryRun } from './run.mjs'
import { hashOf, isStamped, stamp, wasDone } from './stamp.mjs'
import { SetupError, step } from './step.mjs'
import { nodeForImage, toolchain } from './toolchain.mjs'
import { codeServerFolder, ensureVsCode } from './vscode.mjs'
import { putVsCodeStandIns } from './vscode-stand-ins.mjs'

const NEEDED_BYTES = 4e9

export const serverProgram = join(root, 'server', 'src', 'cli', 'main.ts')
const companionFolder = join(root, 'ide-extension', 'dist', 'vsix')
export const extensionFolder = join(root, 'extension', '.output', 'chrome-mv3')

/**
 * Builds sandboxd, the companion for VS Code, and the image around them.
 * `vscode`: resolves when VS Code is there, where somebody has begun with that before.
 * @returns {Promise<string>} the image's name
 */
export async function ensureImage({ node, env, vscode = ensureVsCode(env), isPruning = false }) {
  await step('Sandbox program', async () => {
    const inputs = hashOf([join(root, 'sandbox', 'src'), join(root, 'sandbox', 'build.ts'), join(root, 'protocol', 'src')])
    if (isStamped('sandboxd', inputs) && existsSync(join(root, 'sandbox', 'dist', 'sandboxd.mjs')))
      return { said: 'there', value: undefined }
    await runOrFail('Building the sandbox program', 'Correct what it names.', node, [join(root, 'sandbox', 'build.ts')], { cwd: root, env })
    stamp('sandboxd', inputs)
    return { said: 'built', value: undefined }
  })
  await step('VS Code extension', async () => {
    const inputs = hashOf(['ide-extension', 'ui', 'protocol'].map(room => join(root, room)))
    if (isStamped('ide-extension', inputs) && existsSync(join(companionFolder, 'package.json'))) return { said: 'there', value: undefined }
    await runOrFail('Building the VS Code extension', 'Correct what it names.', node, [join(root, 'ide-extension', 'build.ts')], {
      cwd: root,
      env
    })
    stamp('ide-extension', inputs)
    return { said: 'built', value: undefined }
  })
  await vscode
  putVsCodeStandIns()
  return await step('Sandbox image', async report => {
    const log = logFile('image')
    const args = [
      serverProgram,
      'image',
      '--node',
      await nodeForImage(),
      '--npm',
      toolchain.npmFolder,
      '--code-server',
      codeServerFolder,
      '--log',
      log,
      ...(isPruning ? ['--prune'] : [])
    ]
    let last = ''
    const hear = line => {
      last = line
      report(line)
    }
    const started = performance.now()
    // An image that is there takes no more space; what a later build lacks, the engine says itself.
    if (!wasDone('image')) checkSpace()
    const result = await tryRun(node, args, { cwd: root, env, onLine: hear })
    if (result.code !== 0) {
      const message = /Error: (.*?)(?: \[\w+\])?$/m.exec(result.stderr)?.[1] ?? last
      throw new SetupError(
        `The sandbox image could not be built: ${message}`,
        /\bfull\b|no space left/i.test(message) ? 'Free some space and run this again.' : `Everything that the build printed is in ${log}.`
      )
    }
    const tag = result.stdout.trim()
    stamp('image', tag)
    return { said: performance.now() - started > 10_000 ? `built: ${tag}` : tag, value: tag }
  })
}

function checkSpace() {
  const { bavail, bsize } = statfsSync(existsSync('/var/lib/docker') ? '/var/lib/docker' : root)
  if (bavail * bsize < NEEDED_BYTES) {
    throw new SetupError(
      `Only ${((bavail * bsize) / 1e9).toFixed(1)} GB are free, and the image and workspaces need ${NEEDED_BYTES / 1e9} GB.`,
      'Free some space and run this again.'
    )
  }
}

/** Builds the browser extension. */
export async function ensureExtension({ env }) {
  await step('Extension', async report => {
    const inputs = hashOf(['extension', 'ui', 'protocol'].map(room => join(root, room)))
    if (isStamped('extension', inputs) && existsSync(join(extensionFolder, 'manifest.json'))) return { said: 'there', value: undefined }
    report('wxt build')
    await runOrFail('Building the extension', 'Correct what it names.', toolchain.pnpm, ['--filter', '@fixpoint/extension', 'build'], {
      cwd: root,
      env,
      log: join(stateFolder, 'log', 'extension.log'),
      onLine: report
    })
    stamp('extension', inputs)
    return { said: 'built', value: undefined }
  })
}
