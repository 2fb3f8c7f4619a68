// `npm run image`: builds the sandbox image and prints its name. `-- --prune` also removes those of earlier versions.
import { ensureImage } from './setup/artefacts.mjs'
import { dockerEnvironment, ensureDocker } from './setup/docker.mjs'
import { runScript } from './setup/step.mjs'
import { ensurePackages, ensureToolchain } from './setup/toolchain.mjs'

await runScript(async () => {
  const { node, env } = await ensureToolchain()
  await ensurePackages(env)
  await ensureDocker()
  console.log(await ensureImage({ node, env: { ...env, ...dockerEnvironment() }, isPruning: process.argv.includes('--prune') }))
})
