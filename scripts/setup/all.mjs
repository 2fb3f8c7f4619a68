import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ensureExtension, ensureImage } from './artefacts.mjs'
import { ensureChromium } from './chromium.mjs'
import { canInstallPackages, installPackages } from './debian.mjs'
import { dockerEnvironment, ensureDocker } from './docker.mjs'
import { stateFolder } from './places.mjs'
import { endRunning } from './run.mjs'
import { noteInterruption, SetupError } from './step.mjs'
import { ensureGit, ensurePackages, ensureToolchain } from './toolchain.mjs'
import { ensureVsCode } from './vscode.mjs'

/**
 * Everything that running and testing need, whatever of it is there already.
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv, image: string, chromium: string }>}
 */
export async function setUp() {
  mkdirSync(join(stateFolder, 'log'), { recursive: true })
  await ensureGit(async (packages, report) => {
    if (!canInstallPackages()) throw new SetupError('Git is not installed.', 'Install git and run this again.')
    await installPackages(packages, report)
  })
  const toolchain = await ensureToolchain()
  await ensurePackages(toolchain.env)
  const { node } = toolchain
  // It waits for the network most of the time, so that the others go on beside it.
  const vscode = ensureVsCode(toolchain.env)
  try {
    const chromium = await ensureChromium(toolchain.env)
    await ensureExtension({ env: toolchain.env })
    await ensureDocker()
    const env = { ...toolchain.env, ...dockerEnvironment() }
    const image = await ensureImage({ node, env, vscode })
    return { node, env: { ...env, FIXPOINT_SANDBOX_IMAGE: image, FIXPOINT_CHROMIUM: chromium }, image, chromium }
  } catch (error) {
    noteInterruption()
    await endRunning()
    throw error
  }
}
