import { Readable } from 'node:stream'
import { FixpointError } from '@fixpoint/protocol'
import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import { createProjectRepository } from '../git/project-repository.ts'
import { createRemote } from '../git/remote.ts'
import { projectConfigSchema } from '../projects/project-config.ts'
import { saysThatVolumeIsGone, WorkspaceGoneError } from '../sandbox/session-workspace.ts'
import { fakeDriver, fakeSandbox } from '../testing/fake-sandbox.ts'
import { describeStart, hasLostFiles } from './describe-start.ts'
import { createSandboxKeeper } from './sandbox-keeper.ts'

const project = projectConfigSchema.parse({
  projectId: 'shop',
  name: 'Shop',
  origins: ['http://localhost:5173'],
  repository: { path: '/srv/shop.git' },
  dev: { command: 'npm run dev', port: 5_173 }
})
const remote = createRemote({ path: '/srv/shop.git' }, { allowedHosts: [], token: () => undefined })
const prepared = { key: 'k', commit: 'c'.repeat(40), volume: 'v' }

const tooSlow = new FixpointError('sandbox_start_failed', 'The sandbox did not start: it did not answer within 20 s')
const gone = new WorkspaceGoneError(new FixpointError('sandbox_start_failed', 'The sandbox did not start: no such file or directory'))

/** What the engine does at each start; what it was asked for. */
let starts: ('ok' | FixpointError)[]
let asked: string[]
let hasWorkspace: boolean

const driver = fakeDriver({
  async open({ restore }) {
    asked.push('open')
    const next = starts.shift() ?? 'ok'
    if (next !== 'ok') throw next
    const sandbox = fakeSandbox({
      startedFrom: hasWorkspace ? 'existing_workspace' : 'prepared',
      restore: async bundle => {
        bundle.destroy()
        asked.push('restore')
      }
    })
    if (!hasWorkspace) await restore?.(sandbox)
    return sandbox
  },
  async removeWorkspace() {
    asked.push('remove')
    hasWorkspace = false
  }
})

beforeEach(() => {
  starts = []
  asked = []
  hasWorkspace = true
})

function open(checkpoint: string | null = 'd'.repeat(40)) {
  const repository = createProjectRepository({ path: '/nonexistent', remote, timeoutMs: 1_000, maxBytes: 1 })
  const keeper = createSandboxKeeper({
    driver,
    preparation: { prepare: async () => prepared },
    idleMs: 1_000,
    logger: pino({ level: 'silent' })
  })
  const request = {
    sessionId: 'ses_x',
    project,
    repository: { ...repository, bundleOfCheckpoint: async () => Readable.from([]) },
    baseCommit: prepared.commit,
    branch: 'main',
    checkpoint,
    onProgress: () => undefined,
    onEgress: () => undefined
  }
  return keeper.open(request, AbortSignal.timeout(10_000))
}

describe('a sandbox that does not start', () => {
  it('is started once more, with the session’s files', async () => {
    starts = [tooSlow]
    expect((await open()).startedFrom).toBe('existing_workspace')
    expect(asked).toEqual(['open', 'open'])
  })

  it('for another reason than its files leaves them, however often it fails', async () => {
    starts = [tooSlow, tooSlow]
    await expect(open()).rejects.toBe(tooSlow)
    expect([asked, hasWorkspace]).toEqual([['open', 'open'], true])
    // Also where the first failure was another.
    starts = [gone, tooSlow]
    await expect(open()).rejects.toBe(tooSlow)
    expect(asked).not.toContain('remove')
  })

  it('because its files are gone goes back to the last checkpoint', async () => {
    starts = [gone, gone]
    expect((await open()).startedFrom).toBe('checkpoint')
    expect(asked).toEqual(['open', 'open', 'remove', 'open', 'restore'])
  })

  it('for want of the engine is not tried again here', async () => {
    starts = [new FixpointError('docker_unavailable', 'Docker does not answer.')]
    await expect(open()).rejects.toMatchObject({ code: 'docker_unavailable' })
    expect(asked).toEqual(['open'])
  })
})

describe('what the engine says of a start', () => {
  const volume = 'fixpoint-0a1b2c3d-f353f0c6e2d7238b62a0-workspace'
  const folder = `/var/lib/docker/volumes/${volume}/_data`
  const answer = (text: string) => Object.assign(new Error(`(HTTP code 500) server error - ${text}`), { statusCode: 500 })

  it.each([
    `error while mounting volume '${folder}': failed to mount local volume: mount overlay:${folder}, data: lowerdir=${'/a'.repeat(400)}: no such file or directory`,
    `error evaluating symlinks from mount source "${folder}": lstat ${folder}: no such file or directory`
  ])('means that the files are gone: %s', text => {
    expect(saysThatVolumeIsGone(answer(text), volume)).toBe(true)
    expect(saysThatVolumeIsGone(answer(text), 'fixpoint-0a1b2c3d-another-workspace')).toBe(false)
    expect(saysThatVolumeIsGone(new Error(text), volume)).toBe(false)
  })

  it.each([
    'failed to create shim task: OCI runtime create failed: exec: "/usr/bin/node": stat /usr/bin/node: no such file or directory: unknown',
    `error while mounting volume '${folder}': failed to mount local volume: mount overlay:${folder}: device or resource busy`,
    'Minimum memory limit allowed is 6MB'
  ])('says nothing of the files: %s', text => {
    expect(saysThatVolumeIsGone(answer(text), volume)).toBe(false)
  })
})

describe('what people are told of a start', () => {
  const ada = { personId: 'per_x', name: 'Ada', email: 'ada@example.com' }
  const fresh = { sandbox: { status: 'none' as const }, saves: [] }
  const used = { sandbox: { status: 'ready' as const }, saves: [] }

  it('names what was saved and may be gone with the sandbox', () => {
    const state = { ...used, saves: [{ by: ada, path: 'src/a.css' }] }
    const text = describeStart({ from: 'checkpoint', isReplacement: false, durationMs: 1_200, state })
    expect(text).toBe(
      'The sandbox was replaced in 1.2 s. Its files are as at the last checkpoint; anything since then that was not recorded is gone. Saved since by people, and to be looked after: src/a.css.'
    )
  })

  it('does not call files as they were left that are the project’s', () => {
    const start = { from: 'prepared' as const, isReplacement: true, durationMs: 1_000, state: fresh }
    expect(describeStart(start)).toMatch(/those of the project; whatever was changed in it and not recorded is gone/)
    expect(hasLostFiles({ ...start, isReplacement: false, state: used })).toBe(true)
  })

  it('speaks of no loss where there was nothing to lose, or nothing is lost', () => {
    const start = { isReplacement: false, durationMs: 1_000 }
    expect(describeStart({ ...start, from: 'prepared', state: fresh })).toBe('The sandbox is ready after 1.0 s.')
    expect(describeStart({ ...start, from: 'existing_workspace', state: used })).toMatch(/as they were left/)
    expect(describeStart({ ...start, from: 'running', state: used })).toBe('')
  })
})
