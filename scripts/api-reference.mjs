// `node scripts/api-reference.mjs` writes docs/api/README.md; with `--check` it only says whether that file is up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './setup/places.mjs'
import { runOrFail } from './setup/run.mjs'
import { runScript, SetupError } from './setup/step.mjs'
import { installedNode } from './setup/toolchain.mjs'

const COMMAND = 'node scripts/api-reference.mjs'

await runScript(async () => {
  const node = installedNode()
  if (node === null || !existsSync(join(root, 'node_modules')))
    throw new SetupError('The packages are not installed yet.', 'Run `npm start` once.')
  const generator = join(root, 'server', 'src', 'reference', 'api-reference.ts')
  const reference = await runOrFail('Making the API reference', 'Correct what it names.', node, [generator], { cwd: root })
  const file = join(root, 'docs', 'api', 'README.md')
  if (!process.argv.includes('--check')) {
    writeFileSync(file, reference)
    return
  }
  const isCurrent = existsSync(file) && readFileSync(file, 'utf8') === reference
  if (!isCurrent) throw new SetupError('docs/api/README.md is not what the code says today.', `Run \`${COMMAND}\` and commit the file.`)
})
