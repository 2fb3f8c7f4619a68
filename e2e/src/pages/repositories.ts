/** The apps of `e2e/pages/` as people have them: each in a repository of its own, which the server's own code mirrors and looks into. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { PageContext } from '@fixpoint/protocol'
import { configSchema } from '../../../server/src/config/config-schema.ts'
import { createLogger } from '../../../server/src/observe/logger.ts'
import { projectConfigSchema } from '../../../server/src/projects/project-config.ts'
import { createProjectRegistry } from '../../../server/src/projects/project-registry.ts'
import { createProjectRepositories } from '../../../server/src/projects/project-repositories.ts'
import { filesOf } from './expected-places.ts'
import { PAGES_FOLDER } from './pages-process.ts'

export interface PageRepositories {
  /** The context as the server keeps it: places verified against the tracked files of the app's repository, candidates for the rest. */
  verify(app: string, context: PageContext): Promise<PageContext>
  remove(): void
}

/** @param apps names of folders, with the app's folder inside its repository. */
export async function createPageRepositories(apps: Readonly<Record<string, string>>): Promise<PageRepositories> {
  const folder = mkdtempSync(join(tmpdir(), 'fixpoint-pages-'))
  const names = Object.keys(apps)
  for (const name of names) makeRepository(name, folder)
  const projects = createProjectRegistry(
    names.map((name, index) =>
      projectConfigSchema.parse({
        projectId: name,
        name,
        origins: [`http://page-${index}.test`],
        repository: { path: join(folder, `${name}.git`) },
        subfolder: apps[name],
        dev: { command: 'true', port: 4_173 }
      })
    )
  )
  const { git } = configSchema.parse({ projects: [] })
  const repositories = createProjectRepositories({
    projects,
    folder: join(folder, 'mirrors'),
    git,
    token: undefined,
    logger: createLogger('warn', [])
  })
  mkdirSync(join(folder, 'mirrors'))
  await Promise.all(names.map(name => repositories.refresh(name)))
  return {
    verify: (app, context) => repositories.verifySources(app, context),
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}

function makeRepository(name: string, folder: string): void {
  const app = join(PAGES_FOLDER, 'apps', name)
  const work = join(folder, name)
  for (const file of filesOf(app)) {
    mkdirSync(dirname(join(work, file)), { recursive: true })
    cpSync(join(app, file), join(work, file))
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.com', '-c', 'init.defaultBranch=main', ...args], {
      cwd: work
    })
  git('init', '--quiet')
  git('add', '--all')
  git('commit', '--quiet', '--message', name)
  git('clone', '--quiet', '--bare', '.', join(folder, `${name}.git`))
}
