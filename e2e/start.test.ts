/** `npm start` as a person runs it, where everything that it sets up is there already. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { freePort, ROOT } from './src/server-process.ts'

it('npm start runs the server, says what cannot be prepared, and ends with everything that it started', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fixpoint-start-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const config = join(folder, 'fixpoint.config.json')
  const project = {
    projectId: 'own',
    name: 'Own',
    origins: ['http://localhost:5999'],
    repository: { path: join(folder, 'none.git') },
    dev: { command: 'npm run dev', port: 5_999 }
  }
  writeFileSync(config, JSON.stringify({ projects: [project] }))
  const port = await freePort()
  const child = spawn('npm', ['start', '--silent'], {
    cwd: ROOT,
    env: {
      ...process.env,
      FIXPOINT_CONFIG: config,
      FIXPOINT_DATA: join(folder, 'data'),
      FIXPOINT_PORT: String(port),
      FIXPOINT_NO_BROWSER: '1',
      GOOGLE_GENERATIVE_AI_API_KEY: 'is-not-used-here'
    },
    // A group of its own, which Ctrl-C in a terminal ends as a whole.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe']
  })
  let printed = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    printed += text
  })
  const ended = once(child, 'close')
  await expect
    .poll(() => printed, { timeout: 120_000 })
    .toMatch(/The project “own” cannot be prepared: .*none\.git is not there or cannot be read\.\n +→ /)
  expect(printed).toMatch(/Ready after [\d.]+ s\./)
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).ok).toBe(true)
  process.kill(-(child.pid ?? 0), 'SIGINT')
  await ended
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
  expect(printed).not.toContain('✗')
})
