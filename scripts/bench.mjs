// `npm run bench`: sets up what is missing, then measures. The table at the end has everything; `.fixpoint/log/bench.json` too.
// `npm run bench -- sandbox sizes` measures those parts alone; `npm run bench -- --list` names them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setUp } from './setup/all.mjs'
import { ensureBenchTools } from './setup/bench-tools.mjs'
import { ensureDemo } from './setup/demo.mjs'
import { root, stateFolder } from './setup/places.mjs'
import { runScript } from './setup/step.mjs'

await runScript(async () => {
  console.error('Fixpoint: checking what is needed (the first time takes some minutes)')
  const { node, env } = await setUp()
  await ensureDemo({ node, env, shopPort: 5173 })
  const tools = await ensureBenchTools()
  console.error('')
  const args = [join(root, 'bench', 'main.ts'), '--json', join(stateFolder, 'log', 'bench.json'), ...process.argv.slice(2)]
  const bench = spawn(node, args, { cwd: root, env: { ...env, ...(tools && { FIXPOINT_BENCH_TOOLS: tools }) }, stdio: 'inherit' })
  // A Ctrl-C at the terminal reaches the bench too, which ends what it has started.
  process.on('SIGINT', () => undefined)
  const [code] = await once(bench, 'exit')
  return code ?? 1
})
