// `npm run fixpoint -- …`: the command line of this checkout, with the data folder that `npm start` uses.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { serverProgram } from './setup/artefacts.mjs'
import { dockerEnvironment } from './setup/docker.mjs'
import { compiled, root, stateFolder } from './setup/places.mjs'
import { runScript, SetupError } from './setup/step.mjs'
import { installedNode } from './setup/toolchain.mjs'

await runScript(async () => {
  const node = installedNode()
  if (node === null || !existsSync(join(root, 'node_modules')))
    throw new SetupError('The packages are not installed yet.', 'Run `npm start` once.')
  const env = { ...compiled, FIXPOINT_DATA: join(stateFolder, 'data'), ...process.env, ...dockerEnvironment() }
  const result = spawnSync(node, [serverProgram, ...process.argv.slice(2)], { stdio: 'inherit', env, cwd: root })
  return result.status ?? (result.signal === 'SIGINT' ? 130 : 1)
})
