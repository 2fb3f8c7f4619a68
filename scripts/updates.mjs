// `npm run updates -- …`: the update server and its command line.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
  const program = spawn(node, [join(room, 'src', 'cli', 'main.ts'), ...args], { stdio: 'inherit', env: { ...compiled, ...process.env } })
  // Whoever ends this process means the server. Ctrl-C in a terminal reaches the program by itself.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => program.kill(signal))
  process.on('SIGINT', () => {})
  const [status, signal] = await once(program, 'close')
  return status ?? (signal === 'SIGINT' ? 130 : 1)
})
