import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Docker from 'dockerode'
import type { Environment } from '../config/secrets.ts'
import { ensureSandboxImage } from '../sandbox/image.ts'
import { EXIT } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

export interface ImageOptions {
  node: string
  npm: string
  log: string
}

const sandboxRoom = fileURLToPath(new URL('../../../sandbox/', import.meta.url))

/** Builds the sandbox image from this checkout where that has not been done; answers with its name. */
export async function imageCommand(options: ImageOptions, environment: Environment, terminal: Terminal): Promise<number> {
  const image = await ensureSandboxImage({
    docker: new Docker(),
    parts: {
      imageFolder: join(sandboxRoom, 'image'),
      sandboxdFolder: join(sandboxRoom, 'dist'),
      nodeBinary: options.node,
      npmFolder: options.npm,
      playwrightCoreFolder: dirname(createRequire(join(sandboxRoom, 'package.json')).resolve('playwright-core/package.json'))
    },
    baseImage: environment['FIXPOINT_SANDBOX_BASE'],
    caBundle: environment['FIXPOINT_CA_BUNDLE'],
    environment: process.env,
    logFile: options.log,
    onProgress: text => terminal.say(text)
  })
  terminal.answer(image.tag)
  return EXIT.ok
}
