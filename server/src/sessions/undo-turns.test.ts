import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptySession, FixpointError, makeId, type NewEvent, reduceSession, type SessionState } from '@fixpoint/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createProjectRepository, type ProjectRepository } from '../git/project-repository.ts'
import { createRemote } from '../git/remote.ts'
import { projectConfigSchema } from '../projects/project-config.ts'
import type { SandboxCalls } from '../sandbox/sandbox-calls.ts'
import { createdEvent, fixedEdges } from '../testing/fixtures.ts'
import { undoTurns } from './undo-turns.ts'

const edges = fixedEdges()
const id = (kind: 'session' | 'turn' | 'prompt' | 'operation') => makeId(kind, edges.randomBytes)
const ada = { personId: makeId('person', edges.randomBytes), name: 'Ada', email: 'ada@example.com' }
const [sessionId, turnId, promptId, operationId] = [id('session'), id('turn'), id('prompt'), id('operation')]
const project = projectConfigSchema.parse({
  projectId: 'shop',
  name: 'Shop',
  origins: ['http://localhost:5173'],
  repository: { path: '/srv/shop.git' },
  dev: { command: 'npm run dev', port: 5_173 }
})

let folder: string
let repository: ProjectRepository
let base: string
let work: string
let state: SessionState
let events: NewEvent[]
/** What the sandbox was told to go from and to. */
let applied: { from: string; to: string }[]

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.com', ...args], {
    cwd: join(folder, 'work'),
    encoding: 'utf8'
  }).trim()
const commit = (content: string) => {
  writeFileSync(join(folder, 'work', 'a.css'), content)
  git('add', '--all')
  git('commit', '--quiet', '--message', content)
  return git('rev-parse', 'HEAD')
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fixpoint-undo-'))
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', join(folder, 'work')])
  base = commit('before')
  work = commit('after')
  execFileSync('git', ['clone', '--quiet', '--bare', join(folder, 'work'), join(folder, 'remote.git')])
  repository = createProjectRepository({
    path: join(folder, 'own.git'),
    remote: createRemote({ path: join(folder, 'remote.git') }, { allowedHosts: [], token: () => undefined }),
    timeoutMs: 30_000,
    maxBytes: 1e9
  })
  await repository.fetchBranch()
})
afterAll(() => rmSync(folder, { recursive: true }))

const add = async (event: NewEvent) => {
  state = reduceSession(state, { ...event, sessionId, seq: state.seq + 1, at: '2026-01-01T00:00:00.000Z' })
  events.push(event)
}

beforeEach(async () => {
  state = emptySession(sessionId)
  events = []
  applied = []
  await add(createdEvent())
  await add({ type: 'prompt.queued', data: { promptId, text: 'Line it up', author: ada } })
  await add({ type: 'turn.started', data: { turnId, promptId } })
  await add({ type: 'sandbox.starting', data: { turnId, commit: base, branch: 'main' } })
  await add({ type: 'checkpoint.saved', data: { turnId, commit: work, parent: base, files: [] } })
  await add({ type: 'turn.finished', data: { turnId, promptId, outcome: 'done' } })
  await add({ type: 'undo.requested', data: { operationId, by: ada, turnIds: [turnId], leaveChanged: false } })
})

const unused = () => Promise.reject(new Error('is not asked for here'))

interface Run {
  apply: () => void
  append?: typeof add
  startedFrom?: 'running' | 'checkpoint'
}

function run({ apply, append = add, startedFrom = 'running' }: Run): Promise<void> {
  const calls: SandboxCalls = {
    // Nothing but what is recorded is in the workspace.
    request: async (_operation, input) => Promise.reject(new Error(JSON.stringify(input))),
    exec: unused,
    picture: unused,
    populate: unused,
    restore: unused,
    bundle: unused,
    async apply(bundle, span) {
      bundle.destroy()
      applied.push(span)
      apply()
    }
  }
  return undoTurns({
    sessionId,
    project,
    repository,
    keeper: { open: async () => ({ sandbox: calls, startedFrom }) },
    readState: async () => state,
    append,
    onEgress: () => undefined,
    edges,
    signal: AbortSignal.timeout(30_000)
  })
}

const ends = () => events.filter(event => event.type === 'undo.finished' || event.type === 'undo.failed')

describe('undoing', () => {
  it('is done again, the same, where the server died after the files had changed and before it was in the log', async () => {
    const die = async (event: NewEvent) => {
      if (event.type === 'undo.finished') throw new Error('kill -9')
      await add(event)
    }
    await expect(run({ apply: () => undefined, append: die })).rejects.toThrow('kill -9')
    expect(ends()).toEqual([])
    await run({ apply: () => undefined })
    const [first, second] = applied
    expect(first?.from).toBe(work)
    expect(second).toEqual(first)
    expect(ends()).toMatchObject([{ type: 'undo.finished', data: { commit: first?.to, restored: ['a.css'] } }])
    expect(await repository.readText(first?.to ?? '', 'a.css', 100)).toMatchObject({ text: 'before' })
    // There is nothing more to do.
    await run({ apply: () => undefined })
    expect(applied).toHaveLength(2)
  })

  it('says at the turn that files were lost, where the sandbox had to be replaced for it', async () => {
    await run({ apply: () => undefined, startedFrom: 'checkpoint' })
    expect(state.turns[0]?.items).toMatchObject([{ kind: 'notice', level: 'warning', text: expect.stringContaining('last checkpoint') }])
    expect([state.turns[0]?.activity, ends().length]).toEqual(['', 1])
  })

  it('does not go on in a session that was closed meanwhile', async () => {
    await add({ type: 'session.closed', data: { by: ada } })
    await run({ apply: () => undefined })
    expect([applied, ends()]).toMatchObject([[], [{ type: 'undo.failed', data: { failure: { code: 'session_closed' } } }]])
  })

  it('says nothing of its end where the sandbox did not answer', async () => {
    const lost = () => {
      throw new FixpointError('sandbox_lost', 'It is gone.')
    }
    await expect(run({ apply: lost })).rejects.toMatchObject({ code: 'sandbox_lost' })
    expect(ends()).toEqual([])
  })
})
