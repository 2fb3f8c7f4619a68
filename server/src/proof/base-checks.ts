import type { CheckResult } from '@fixpoint/protocol'
import { type Edges, newId } from '../edges.ts'
import type { ProjectRepository } from '../git/project-repository.ts'
import type { ProjectConfig } from '../projects/project-config.ts'
import type { Base, ProjectPreparation } from '../projects/project-preparation.ts'
import type { SandboxDriver } from '../sandbox/driver.ts'
import { runChecks } from './checks.ts'

export interface BaseChecksRequest {
  project: ProjectConfig
  repository: ProjectRepository
  base: Base
  /** Checks whose outcome is wanted. */
  names: readonly string[]
}

/** How the project's checks came out before anybody changed anything; found out when a check fails, and then remembered. */
export interface BaseChecks {
  outcomes(request: BaseChecksRequest, signal: AbortSignal): Promise<Map<string, CheckResult['outcome']>>
}

export interface BaseChecksOptions {
  driver: SandboxDriver
  preparation: ProjectPreparation
  edges: Edges
}

export function createBaseChecks({ driver, preparation, edges }: BaseChecksOptions): BaseChecks {
  const known = new Map<string, CheckResult['outcome']>()
  const keyOf = (request: BaseChecksRequest, name: string) => `${request.project.projectId} ${request.base.commit} ${name}`

  async function runOnBase(request: BaseChecksRequest, signal: AbortSignal): Promise<void> {
    const { project, repository, base, names } = request
    const wanted = project.checks.filter(check => names.includes(check.name) && !known.has(keyOf(request, check.name)))
    if (wanted.length === 0) return
    const prepared = await preparation.prepare(project, repository, base, () => undefined, signal)
    // A session of its own for the sandbox: nothing of it meets the files of the one that asks.
    const sandbox = await driver.open(
      { sessionId: newId(edges, 'session'), prepared, allowedHosts: project.allowedHosts, onEgress: () => undefined },
      signal
    )
    try {
      const results = await runChecks(wanted, { sandbox, subfolder: project.subfolder, signal, keepOutput: async () => '' })
      for (const result of results) known.set(keyOf(request, result.name), result.outcome)
    } finally {
      await sandbox.close({ removeWorkspace: true })
    }
  }

  return {
    async outcomes(request, signal) {
      await runOnBase(request, signal)
      return new Map(
        request.names.flatMap(name => {
          const outcome = known.get(keyOf(request, name))
          return outcome === undefined ? [] : [[name, outcome] as const]
        })
      )
    }
  }
}
