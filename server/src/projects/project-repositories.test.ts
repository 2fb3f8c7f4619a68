import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pageContextSchema } from '@fixpoint/protocol'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { projectConfigSchema } from './project-config.ts'
import { createProjectRegistry } from './project-registry.ts'
import { createProjectRepositories, type ProjectRepositories } from './project-repositories.ts'

let folder: string
let repositories: ProjectRepositories

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fixpoint-repositories-'))
  const project = projectConfigSchema.parse({
    projectId: 'shop',
    name: 'Shop',
    origins: ['http://localhost:5173'],
    repository: { path: join(folder, 'remote') },
    dev: { command: 'npm run dev', port: 5_173 }
  })
  repositories = createProjectRepositories({
    projects: createProjectRegistry([project]),
    folder: join(folder, 'own'),
    git: { allowedHosts: [], timeoutSeconds: 30, repositoryMegabytes: 100 },
    token: undefined,
    logger: pino({ level: 'silent' })
  })
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A person commits a file to the remote. */
function commit(file: string): void {
  const remote = join(folder, 'remote')
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.com', ...args], { cwd: remote, stdio: 'pipe' })
  mkdirSync(join(remote, 'src'), { recursive: true })
  git('init', '--quiet', '--initial-branch=main')
  writeFileSync(join(remote, 'src', file), 'export {}\n')
  git('add', '--all')
  git('commit', '--quiet', '--message', file)
}

async function isVerified(file: string): Promise<boolean> {
  const context = pageContextSchema.parse({
    url: 'http://localhost:5173/',
    title: 'Shop',
    capturedAt: '2026-03-01T12:00:00.000Z',
    viewport: { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
    colorScheme: 'light',
    picks: [
      {
        number: 1,
        selectors: ['p'],
        tag: 'p',
        box: { x: 0, y: 0, width: 1, height: 1 },
        components: [{ name: 'Card', source: { file: `/src/${file}`, line: 1 } }],
        styles: {}
      }
    ]
  })
  const verified = await repositories.verifySources('shop', context)
  return verified.picks[0]?.components[0]?.source?.repositoryPath === `src/${file}`
}

describe('sources of a page', () => {
  it('are verified after the first fetch that comes through, whoever made it', async () => {
    await expect(repositories.refresh('shop')).rejects.toMatchObject({ code: 'repo_not_found_or_no_access' })
    commit('Card.tsx')
    expect(await isVerified('Card.tsx')).toBe(false)
    // As a turn does when it begins.
    await repositories.get('shop').fetchBranch()
    expect(await isVerified('Card.tsx')).toBe(true)
  })

  it('are verified by the files of the last fetch', async () => {
    commit('Card.tsx')
    await repositories.refresh('shop')
    commit('Price.tsx')
    expect(await isVerified('Price.tsx')).toBe(false)
    await repositories.get('shop').fetchBranch()
    expect([await isVerified('Price.tsx'), await isVerified('Card.tsx')]).toEqual([true, true])
  })

  it('are verified again after the files could not be listed once', async () => {
    commit('Card.tsx')
    await repositories.refresh('shop')
    renameSync(join(folder, 'own'), join(folder, 'away'))
    expect(await isVerified('Card.tsx')).toBe(false)
    renameSync(join(folder, 'away'), join(folder, 'own'))
    expect(await isVerified('Card.tsx')).toBe(true)
  })
})
