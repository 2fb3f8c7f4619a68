// `npm run release -- extension`: builds the extension, packs, signs and checks it. Arguments after it go to the packer.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { root, stateFolder } from './setup/places.mjs'
import { runOrFail } from './setup/run.mjs'
import { runScript, step } from './setup/step.mjs'
import { ensurePackages, ensureToolchain, toolchain } from './setup/toolchain.mjs'

await runScript(async () => {
  const [what, ...args] = process.argv.slice(2)
  if (what !== 'extension') {
    console.error('Use: npm run release -- extension --update-url https://updates.example.com/rings/all/update')
    return 2
  }
  mkdirSync(join(stateFolder, 'log'), { recursive: true })
  const { node, env } = await ensureToolchain()
  await ensurePackages(env)
  // A rollback packs the code of an older file.
  const needsBuild = !args.some(argument => /^(?:-h$|--(?:rollback|build|help|check-only)\b)/.test(argument))
  const program = join(root, 'update-server', 'src', 'release', 'main.ts')
  if (needsBuild) {
    // What is missing or wrong in the settings is told at once, not after the build.
    const check = spawnSync(node, [program, ...args, '--check-only'], { stdio: 'inherit', env })
    if (check.status !== 0) return check.status ?? 1
    // Always anew: what is released is what the sources say, not what was left behind.
    await step('Extension', async report => {
      await runOrFail('Building the extension', 'Correct what it names.', toolchain.pnpm, ['--filter', '@fixpoint/extension', 'build'], {
        cwd: root,
        env,
        log: join(stateFolder, 'log', 'extension.log'),
        onLine: report
      })
      return { said: 'built', value: undefined }
    })
  }
  return spawnSync(node, [program, ...args], { stdio: 'inherit', env }).status ?? 1
})
