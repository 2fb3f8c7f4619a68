import { matchesGlob } from 'node:path'
import type { FileChange } from '@fixpoint/protocol'

/**
 * Files that run, or decide what runs, with more rights than the app itself: in continuous integration, on developers' machines,
 * at the code host. A change to them waits until a person has looked at it (threats.md G5).
 */
const PROTECTED = [
  '.github/**',
  '.gitlab-ci.yml',
  '.gitlab/**',
  '.circleci/**',
  'azure-pipelines.yml',
  'bitbucket-pipelines.yml',
  'Jenkinsfile',
  '**/CODEOWNERS',
  '.gitmodules',
  '.husky/**',
  '.githooks/**',
  'lefthook.yml',
  '**/.npmrc',
  '**/.yarnrc*',
  '.vscode/**',
  '.devcontainer/**',
  '**/Dockerfile*',
  '**/docker-compose*.yml'
]

/** The changed files that are protected. Case does not matter: some file systems do not see it. */
export function protectedChanges(changes: readonly FileChange[], further: readonly string[]): string[] {
  const globs = [...PROTECTED, ...further].map(glob => glob.toLowerCase())
  return changes.map(change => change.path).filter(path => globs.some(glob => matchesGlob(path.toLowerCase(), glob)))
}

/** Scripts that package managers run by themselves. */
const LIFECYCLE = /^\+\s*"(?:pre|post)?(?:install|prepare|publish|pack)"\s*:/m

/** Whether the diff adds a script to a package.json that runs at installation. */
export function addsInstallScript(diff: string): boolean {
  return diff
    .split(/^diff --git /m)
    .filter(part => /^a\/(?:.*\/)?package\.json /.test(part))
    .some(part => LIFECYCLE.test(part))
}
