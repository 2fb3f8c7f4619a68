import type { AllowedHost } from '@fixpoint/protocol/sandbox'
import type { ProjectRepository } from '../git/project-repository.ts'
import type { SandboxDriver } from '../sandbox/driver.ts'
import type { PreparedWorkspace } from '../sandbox/prepared-workspaces.ts'
import type { ProjectConfig } from './project-config.ts'

/** Where a project's sessions start from. */
export interface Base {
  commit: string
  branch: string
}

export interface ProjectPreparation {
  /** The project at a commit, cloned and installed; made once and then shared by all its sessions. */
  prepare(
    project: ProjectConfig,
    repository: ProjectRepository,
    base: Base,
    onProgress: (text: string) => void,
    signal?: AbortSignal
  ): Promise<PreparedWorkspace>
}

/** Stands in configurations for the registry that this machine's npm uses, whatever it is called. */
const NPM_REGISTRY = 'npm-registry'

const NOTICEABLE_MS = 1_000

export interface ProjectPreparationOptions {
  driver: SandboxDriver
  /** Address of the npm registry that this machine uses. */
  npmRegistry: string
}

export function createProjectPreparation({ driver, npmRegistry }: ProjectPreparationOptions): ProjectPreparation {
  // Credentials that npm has in its address stay on this machine.
  const registry = withoutCredentials(npmRegistry)
  // The machine's own registry may well be inside the company; that it is used is the administrator's decision already.
  const registryHost: AllowedHost = {
    host: registry.hostname,
    port: Number(registry.port || (registry.protocol === 'http:' ? 80 : 443)),
    resolvesPrivately: true
  }

  return {
    async prepare(project, repository, { commit, branch }, onProgress, signal) {
      const { install } = project
      // What is there already is found at once; only real work is worth a word.
      const slow = setTimeout(() => onProgress(`Preparing ${project.name}${install ? `: ${install.command}` : ''}`), NOTICEABLE_MS)
      try {
        return await driver.prepare(
          {
            projectId: project.projectId,
            commit,
            branch,
            bundle: () => repository.bundleOfBase(branch, commit),
            install: install && {
              command: install.command,
              cwd: project.subfolder,
              timeoutMs: install.timeoutSeconds * 1_000,
              allowedHosts: install.allowedHosts.map(host => (host === NPM_REGISTRY ? registryHost : host)),
              environment: { npm_config_registry: registry.href, ...install.environment }
            },
            onOutput: () => undefined
          },
          signal
        )
      } finally {
        clearTimeout(slow)
      }
    }
  }
}

function withoutCredentials(address: string): URL {
  const url = new URL(address)
  url.username = ''
  url.password = ''
  return url
}
