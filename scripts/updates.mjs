// `npm run updates -- …`: the update server and its command line.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { compiled, root } from './setup/places.mjs'
import { runOrFail } from './setup/run.mjs'
import { runScript, SetupError } from './setup/step.mjs'
import { installedNode } from './setup/toolchain.mjs'

await runScript(async () => {
  const node = installedNode()
  if (node === null || !existsSync(join(root, 'node_modules')))
    throw new SetupError('The packages are not installed yet.', 'Run `npm start` once.')
  const args = process.argv.slice(2)
  const room = join(root, 'update-server')
  if (args[0] === 'serve')
    await runOrFail('Building the dashboard', 'Correct what it names.', node, [join(room, 'build.ts')], { cwd: room })
  const result = spawnSync(node, [join(room, 'src', 'cli', 'main.ts'), ...args], { stdio: 'inherit', env: { ...compiled, ...process.env } })
  return result.status ?? (result.signal === 'SIGINT' ? 130 : 1)
})
