import { type Script, type ScriptedModel, startScriptedModel } from '@fixpoint/demo/model'
import { ServerProcess } from './server-process.ts'
import { makeTinyProject, type TinyProject } from './tiny-project.ts'

/** A server, its model and a project, with everything that they leave behind removed at the end. */
export interface World {
  server: ServerProcess
  model: ScriptedModel
  project: TinyProject
  /** What the model says from now on. */
  setScript(script: Script): void
  remove(): Promise<void>
}

export interface WorldOptions {
  script?: Script
  project?: Parameters<typeof makeTinyProject>[0]
  /** Further settings of fixpoint.config. */
  config?: Record<string, unknown>
  environment?: Record<string, string>
  isFirstStart?: boolean
}

export async function createWorld({
  script,
  project: projectOptions,
  config = {},
  environment = {},
  isFirstStart = false
}: WorldOptions = {}): Promise<World> {
  let current: Script = script ?? (() => ({ parts: [{ text: 'Nothing to do.' }] }))
  const model = await startScriptedModel({ script: request => current(request) })
  const project = makeTinyProject(projectOptions)
  const server = await ServerProcess.start({
    config: {
      person: { name: 'Ada Lovelace', email: 'ada@example.com' },
      model: { provider: 'google', id: 'scripted', baseUrl: model.url },
      modelTimeouts: { silenceSeconds: 5 },
      projects: [project.config],
      ...config
    },
    environment: { GOOGLE_GENERATIVE_AI_API_KEY: model.apiKey, ...environment },
    isFirstStart
  })
  return {
    server,
    model,
    project,
    setScript(next) {
      current = next
    },
    async remove() {
      await server.remove()
      await model.close()
      project.remove()
    }
  }
}
