// `npm run policies -- …`: writes and reads policy files for managed browsers.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { compiled, root } from './setup/places.mjs'
import { runScript, SetupError } from './setup/step.mjs'
import { installedNode } from './setup/toolchain.mjs'

await runScript(async () => {
  const node = installedNode()
  if (node === null || !existsSync(join(root, 'node_modules')))
    throw new SetupError('The packages are not installed yet.', 'Run `npm start` once.')
  const program = join(root, 'policies', 'src', 'cli', 'main.ts')
  const result = spawnSync(node, [program, ...process.argv.slice(2)], { stdio: 'inherit', env: { ...compiled, ...process.env } })
  return result.status ?? (result.signal === 'SIGINT' ? 130 : 1)
})
