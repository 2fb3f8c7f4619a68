import type { AllowedHost } from '@fixpoint/protocol/sandbox'
import { describe, expect, it } from 'vitest'
import { createProjectRepository } from '../git/project-repository.ts'
import { createRemote } from '../git/remote.ts'
import { projectConfigSchema } from '../projects/project-config.ts'
import { fakeDriver, fakeSandbox } from '../testing/fake-sandbox.ts'
import { fixedEdges } from '../testing/fixtures.ts'
import { createBaseChecks } from './base-checks.ts'

const commit = 'c'.repeat(40)
const project = projectConfigSchema.parse({
  projectId: 'shop',
  name: 'Shop',
  origins: ['http://localhost:5173'],
  repository: { path: '/srv/shop.git' },
  dev: { command: 'npm run dev', port: 5_173 },
  allowedHosts: ['api.example.com'],
  checks: [{ name: 'Tests', command: 'curl https://api.example.com' }]
})

describe('a check on the base commit', () => {
  it('may reach what it may reach in the session, and runs once', async () => {
    const opened: (readonly AllowedHost[])[] = []
    // The check passes where it may reach its host, as in the session.
    const driver = fakeDriver({
      async open({ allowedHosts }) {
        opened.push(allowedHosts)
        const exitCode = allowedHosts.includes('api.example.com') ? 0 : 1
        return fakeSandbox({
          exec: async () => ({
            exitCode,
            signal: null,
            timedOut: false,
            durationMs: 1,
            stdout: '',
            stderr: '',
            omittedBytes: 0,
            outOfMemory: false,
            outOfDisk: false
          })
        })
      }
    })
    const baseChecks = createBaseChecks({
      driver,
      preparation: { prepare: async () => ({ key: 'k', commit, volume: 'v' }) },
      edges: fixedEdges()
    })
    const remote = createRemote({ path: '/srv/shop.git' }, { allowedHosts: [], token: () => undefined })
    const repository = createProjectRepository({ path: '/nonexistent', remote, timeoutMs: 1_000, maxBytes: 1 })
    const ask = () =>
      baseChecks.outcomes({ project, repository, base: { commit, branch: 'main' }, names: ['Tests'] }, new AbortController().signal)
    expect(await ask()).toEqual(new Map([['Tests', 'passed']]))
    expect(await ask()).toEqual(new Map([['Tests', 'passed']]))
    expect(opened).toEqual([project.allowedHosts])
  })
})
