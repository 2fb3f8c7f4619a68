import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Docker from 'dockerode'
import type { Environment } from '../config/secrets.ts'
import { ensureSandboxImage, removeOldSandboxImages } from '../sandbox/image.ts'
import { EXIT } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

export interface ImageOptions {
  node: string
  npm: string
  codeServer: string
  log: string
  /** Also remove the images of earlier versions of the checkout, of which each takes most of a gigabyte. */
  prune?: boolean
}

const sandboxRoom = fileURLToPath(new URL('../../../sandbox/', import.meta.url))
const companionFolder = fileURLToPath(new URL('../../../ide-extension/dist/vsix', import.meta.url))

/** Builds the sandbox image from this checkout where that has not been done; answers with its name. */
export async function imageCommand(options: ImageOptions, environment: Environment, terminal: Terminal): Promise<number> {
  const docker = new Docker()
  const image = await ensureSandboxImage({
    docker,
    parts: {
      imageFolder: join(sandboxRoom, 'image'),
      sandboxdFolder: join(sandboxRoom, 'dist'),
      nodeBinary: options.node,
      npmFolder: options.npm,
      playwrightCoreFolder: dirname(createRequire(join(sandboxRoom, 'package.json')).resolve('playwright-core/package.json')),
      codeServerFolder: options.codeServer,
      companionFolder
    },
    baseImage: environment['FIXPOINT_SANDBOX_BASE'],
    caBundle: environment['FIXPOINT_CA_BUNDLE'],
    environment: process.env,
    logFile: options.log,
    onProgress: text => terminal.say(text)
  })
  // A name that stays, for servers that are started without being told which image this checkout has.
  await docker.getImage(image.tag).tag({ repo: 'fixpoint-sandbox', tag: 'current' })
  if (options.prune) terminal.say(`${await removeOldSandboxImages(docker, image.tag)} older images removed`)
  terminal.answer(image.tag)
  return EXIT.ok
}
