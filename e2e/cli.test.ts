/** The command line: what was asked for on standard output, everything about it on standard error, and an exit code to rely on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sessionEventSchema } from '@fixpoint/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type CommandOptions, type CommandResult, runFixpoint } from './src/command-line.ts'
import { call, editStyle, say, scriptOf } from './src/model-scripts.ts'
import { TINY_ORIGIN } from './src/tiny-project.ts'
import { createWorld, type World } from './src/world.ts'

let world: World
const emptyFolder = mkdtempSync(join(tmpdir(), 'fixpoint-cli-'))

beforeAll(async () => {
  world = await createWorld()
})
afterAll(async () => {
  await world.remove()
  rmSync(emptyFolder, { recursive: true, force: true })
})

const fix = scriptOf([editStyle('margin-left: 30px', 'margin-left: 0px'), say('The price lines up now.')])
beforeEach(() => world.setScript(fix))

function fixpoint(args: readonly string[], options: Partial<CommandOptions> = {}): Promise<CommandResult> {
  return runFixpoint(args, { environment: world.server.environment, ...options })
}

/** An environment in which no server is known. */
const lonely = () => ({ ...world.server.environment, FIXPOINT_DATA: emptyFolder })

/** Nothing that a terminal would act on, no stack, no secret. */
function expectPlain({ stdout, stderr }: CommandResult): void {
  expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  expect(stdout + stderr).not.toMatch(/\n\s+at |node:internal/)
  expect(stdout + stderr).not.toContain(world.server.token)
}

const answerSchema = z.object({
  sessionId: z.string(),
  promptId: z.string(),
  outcome: z.string(),
  failure: z.object({ code: z.string() }).optional(),
  verdict: z.object({ value: z.string() }).nullable(),
  files: z.array(z.object({ path: z.string() })),
  text: z.string()
})
const errorSchema = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string() }) })

const onPage = ['--url', `${TINY_ORIGIN}/`, '--select', '.price']

describe('fixpoint run', () => {
  it('with --wait --json: progress aside, one JSON value as the answer', async () => {
    const result = await fixpoint([
      'run',
      'Line this price up',
      ...onPage,
      '--viewport',
      '800x600',
      '--wait',
      '--json',
      '--require-verified'
    ])
    expect(result, result.stderr).toMatchObject({ code: 0 })
    expectPlain(result)
    const answer = answerSchema.parse(JSON.parse(result.stdout))
    expect(answer).toMatchObject({ outcome: 'done', verdict: { value: 'verified' }, files: [{ path: 'style.css' }] })
    expect(answer.text).toContain('The price lines up now.')
    const state = await world.server.state(answer.sessionId)
    expect(state.prompts).toMatchObject([
      { promptId: answer.promptId, text: 'Line this price up', context: { viewport: { width: 800, height: 600 } } }
    ])
    const lines = result.stderr.trim().split('\n')
    expect(lines[0]).toBe(`session ${answer.sessionId}`)
    expect(lines).toEqual(expect.arrayContaining(['started', expect.stringMatching(/^✓ edited style\.css/), 'Verified', 'done']))
  })

  it('for people: what the model said, the verdict with its reasons, the files', async () => {
    const result = await fixpoint(['run', '-', ...onPage, '--wait', '--quiet'], { input: 'Line this price up\n' })
    expect(result.code).toBe(0)
    expectPlain(result)
    expect(result.stderr).toBe('')
    const [said, verdict, ...rest] = result.stdout.trim().split('\n')
    expect([said, verdict]).toEqual(['The price lines up now.', 'Verified'])
    expect(rest.length).toBeGreaterThan(3)
    for (const line of rest.slice(0, -1)) expect(line).toMatch(/^ {2}[✓✗–] \S.*\.$/)
    expect(rest.at(-1)).toBe('  modified style.css +1 −1')
  })

  it('without --wait: the session, at once', async () => {
    const result = await fixpoint(['run', 'Line this price up', '--project', 'tiny'])
    expect(result.code).toBe(0)
    const sessionId = result.stdout.trim()
    expect(sessionId).toMatch(/^ses_[0-9a-z]{20}$/)
    const further = await fixpoint(['run', 'And then this', '--session', sessionId, '--json'])
    expect(z.strictObject({ sessionId: z.literal(sessionId), promptId: z.string() }).parse(JSON.parse(further.stdout))).toBeDefined()
    const state = await world.server.waitUntilQuiet(sessionId)
    expect(state.prompts.map(prompt => prompt.status)).toEqual(['done', 'done'])
  })

  it('exits with 5 when it is done and not proven', async () => {
    world.setScript(scriptOf([editStyle('margin-left: 30px', 'margin-left: 0px'), say('Done.')], { opinion: 'not_fixed' }))
    const result = await fixpoint(['run', 'Line this price up', ...onPage, '--wait', '--json'])
    expect(result.code).toBe(5)
    expect(answerSchema.parse(JSON.parse(result.stdout)).verdict?.value).not.toBe('verified')
    world.setScript(scriptOf([say('I see nothing wrong.')]))
    const nothing = await fixpoint(['run', 'Line this price up', ...onPage, '--wait', '--require-verified', '--json'])
    expect(nothing.code).toBe(5)
    expect(answerSchema.parse(JSON.parse(nothing.stdout))).toMatchObject({ outcome: 'done', verdict: null })
  })

  it('exits with 1 when the turn fails, and says why', async () => {
    world.setScript(() => ({ parts: [{ text: 'I' }], finishReason: 'SAFETY' }))
    const result = await fixpoint(['run', 'Line this price up', '--project', 'tiny', '--wait', '--json'])
    expect(result.code).toBe(1)
    expect(answerSchema.parse(JSON.parse(result.stdout))).toMatchObject({ outcome: 'failed', failure: { code: 'model_refused' } })
    expect(result.stderr).toMatch(/Error: .*\[model_refused\]/)
  })

  it('exits with 6 when it is stopped, by fixpoint stop', async () => {
    world.setScript(scriptOf([call('bash', { command: 'sleep 60' })]))
    const running = fixpoint(['run', 'Take your time', '--project', 'tiny', '--wait', '--json'])
    let sessionId = ''
    while (sessionId === '') {
      const { sessions } = await world.server.client.call('listSessions', { query: { limit: 1 } })
      sessionId = sessions.find(session => session.title === 'Take your time')?.sessionId ?? ''
    }
    await world.server.waitForEvent(sessionId, event => event.type === 'tool.started')
    const stopped = await fixpoint(['stop', sessionId.slice(0, 14)])
    expect(stopped).toMatchObject({ code: 0, stdout: '', stderr: expect.stringMatching(/^stopping/) })
    const result = await running
    expect(result.code).toBe(6)
    expect(answerSchema.parse(JSON.parse(result.stdout)).outcome).toBe('stopped')
    expect(await fixpoint(['stop', sessionId, '--json'])).toMatchObject({ code: 1, stdout: expect.stringContaining('not_running') })
  })

  it('exits with 7 after its time and with 130 when interrupted; the session goes on', async () => {
    world.setScript(scriptOf([call('bash', { command: 'sleep 8' }), say('Done.')]))
    const late = await fixpoint(['run', 'First', '--project', 'tiny', '--wait', '--timeout', '1'])
    expect(late.code).toBe(7)
    const interrupted = await fixpoint(['run', 'Second', '--project', 'tiny', '--wait'], { interruptAt: /^started$/m })
    expect(interrupted.code).toBe(130)
    for (const { stderr, stdout } of [late, interrupted]) {
      expect(stdout).toBe('')
      const [, sessionId = ''] = /fixpoint show (ses_\w+) --wait/.exec(stderr) ?? []
      expect((await world.server.waitUntilQuiet(sessionId)).prompts.map(prompt => prompt.status)).toEqual(['done'])
    }
  })
})

describe('fixpoint sessions, show and pr', () => {
  let sessionId: string
  const hostile = 'Line \u001b]52;c;ZXZpbA==\u0007it\u001b[31m up\u009b2J \u202egnp'

  beforeAll(async () => {
    world.setScript(scriptOf([editStyle('margin-left: 30px', 'margin-left: 0px'), say('Said \u001b[2J\u001b]0;title\u0007so.')]))
    const prompt = await world.server.prompt('tiny', hostile)
    sessionId = prompt.sessionId
    await world.server.waitUntilQuiet(sessionId)
  })

  it('list them as a table and as JSON', async () => {
    const table = await fixpoint(['sessions'])
    expect(table.code).toBe(0)
    expectPlain(table)
    const [head = '', ...rows] = table.stdout.trimEnd().split('\n')
    expect(head.split(/ {2,}/)).toEqual(['SESSION', 'STATUS', 'VERDICT', 'PROJECT', 'CHANGED (UTC)', 'TITLE'])
    const { sessions } = await world.server.client.call('listSessions', { query: {} })
    expect(rows).toHaveLength(sessions.length)
    for (const row of rows) expect(row.indexOf('tiny')).toBe(head.indexOf('PROJECT'))
    expect(JSON.parse((await fixpoint(['sessions', '--json'])).stdout)).toEqual(sessions)
    expect(await fixpoint(['sessions', '--project', 'none'])).toMatchObject({ code: 0, stdout: '', stderr: 'There are no sessions yet.\n' })
  })

  it('show what happened, by an id or its beginning', async () => {
    const shown = await fixpoint(['show', sessionId.slice(4, 14)])
    expect(shown.code).toBe(0)
    expectPlain(shown)
    expect(shown.stdout).toContain('Ada Lovelace: Line it up2J gnp (done)')
    expect(shown.stdout).toContain('Said so.')
    expect(shown.stdout).toMatch(/^ {2}· edited style\.css \+1 −1$/m)
    const asJson = await fixpoint(['show', sessionId, '--json'])
    expect(JSON.parse(asJson.stdout)).toEqual(JSON.parse(JSON.stringify(await world.server.state(sessionId))))
    const raw = await fixpoint(['show', sessionId, '--events'])
    const events = raw.stdout
      .trim()
      .split('\n')
      .map(line => sessionEventSchema.parse(JSON.parse(line)))
    expect(events).toEqual(await world.server.events(sessionId))
    const waited = await fixpoint(['show', sessionId, '--wait'])
    expect(waited.code).toBe(0)
    expectPlain(waited)
  })

  it('refuse what is not clear', async () => {
    expect(await fixpoint(['show', 'ses_'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Error: \d+ sessions begin with/) })
    expect(await fixpoint(['show', 'zzzzzzzzzz'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('`npm run fixpoint -- sessions` lists them')
    })
    const unknown = await fixpoint(['show', 'ses_00000000000000000000', '--json'])
    expect(unknown.code).toBe(1)
    expect(errorSchema.parse(JSON.parse(unknown.stdout)).error.code).toBe('session_not_found')
  })

  it('make the pull request, once', async () => {
    const first = await fixpoint(['pr', sessionId, '--json', '--title', 'Line it up'])
    expect(first.code).toBe(0)
    const opened = z.object({ status: z.literal('opened'), branch: z.string(), commit: z.string() }).parse(JSON.parse(first.stdout))
    expect(world.project.git('rev-parse', opened.branch)).toBe(opened.commit)
    const again = await fixpoint(['pr', sessionId])
    expect(again).toMatchObject({ code: 0, stdout: `${opened.branch} ${opened.commit}\n` })
    const { sessionId: empty } = await world.server.client.call('createSession', { body: { projectId: 'tiny' } })
    const nothing = await fixpoint(['pr', empty, '--json'])
    expect(nothing.code).toBe(1)
    expect(errorSchema.parse(JSON.parse(nothing.stdout)).error.code).toBe('nothing_to_commit')
  })
})

describe('fixpoint pair', () => {
  it('prints a link whose code works once', async () => {
    const result = await fixpoint(['pair'])
    expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('once') })
    const [, code] = /^http:\/\/127\.0\.0\.1:\d+\/pair#([0-9A-Z]{4}-[0-9A-Z]{4})\n$/.exec(result.stdout) ?? []
    const paired = await world.server.client.call('pair', { body: { code: code ?? '', client: 'a test' } })
    await expect(world.server.client.call('pair', { body: { code: code ?? '', client: 'a test' } })).rejects.toMatchObject({
      code: 'pairing_code_invalid'
    })
    // The token of the pairing is a token like any other.
    const listed = await fixpoint(['sessions', '--json', '--server', world.server.url, '--token', paired.token], { environment: lonely() })
    expect(listed.code).toBe(0)
    const asJson = await fixpoint(['pair', '--json'])
    expect(z.strictObject({ code: z.string(), link: z.url(), expiresAt: z.iso.datetime() }).parse(JSON.parse(asJson.stdout))).toBeDefined()
  })
})

describe('fixpoint clients', () => {
  it('lists what is connected, and disconnect ends one of them alone', async () => {
    const { code } = await world.server.client.call('createPairingCode', {})
    const { token } = await world.server.client.call('pair', { body: { code, client: 'Chrome of \u001b[31mEve' } })
    const table = await fixpoint(['clients'])
    expect(table.stdout).toMatch(/^CLIENT .*NAME\ntok_\S+ .*Chrome of (?:\[31m)?Eve\n/)
    expect(table.stdout).toContain('(this one)')
    expect(table.stdout).not.toContain('\u001b')
    const clients = z
      .array(z.strictObject({ clientId: z.string(), name: z.string(), connectedAt: z.iso.datetime(), isCurrent: z.boolean() }))
      .parse(JSON.parse((await fixpoint(['clients', '--json'])).stdout))
    expect(clients.filter(client => client.isCurrent)).toHaveLength(1)
    const eve = clients.find(client => client.name.startsWith('Chrome of'))
    const asEve = () => fixpoint(['sessions', '--server', world.server.url, '--token', token], { environment: lonely() })
    expect((await asEve()).code).toBe(0)
    expect(await fixpoint(['disconnect', eve?.clientId ?? ''])).toMatchObject({ code: 0, stdout: '' })
    expect(await asEve()).toMatchObject({ code: 4, stderr: expect.stringContaining('The token is not valid.') })
    expect((await fixpoint(['sessions'])).code).toBe(0)
    const again = await fixpoint(['disconnect', eve?.clientId ?? ''])
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('npm run fixpoint -- clients') })
  })
})

describe('fixpoint doctor', () => {
  const rowsSchema = z.array(
    z.object({ name: z.string(), state: z.enum(['ok', 'warning', 'missing']), found: z.string(), remedy: z.string().optional() })
  )

  it('says what is there, as a table and as JSON', async () => {
    const result = await fixpoint(['doctor', '--json'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const rows = rowsSchema.parse(JSON.parse(result.stdout))
    const row = (name: string) => rows.find(candidate => candidate.name === name)
    for (const name of ['Node', 'Git', 'Docker engine', 'Sandbox image', 'Configuration', 'Model', 'Data folder', 'Port', 'Disk']) {
      expect(row(name)?.state, name).not.toBe('missing')
    }
    expect(row('Data folder')?.found).toContain('a server is running')
    expect(row('Port')).toMatchObject({ state: 'ok', found: `${world.server.port} is in use` })
    const table = await fixpoint(['doctor'])
    expectPlain(table)
    for (const { name } of rows) expect(table.stdout).toContain(name)
    expect(result.stdout + table.stdout).not.toContain(world.model.apiKey)
  })

  it('exits with 1 and a remedy when something is missing', async () => {
    const environment = { ...world.server.environment, FIXPOINT_SANDBOX_IMAGE: 'fixpoint-sandbox:none', DOCKER_HOST: '' }
    const result = await fixpoint(['doctor', '--json'], { environment })
    expect(result.code).toBe(1)
    expect(rowsSchema.parse(JSON.parse(result.stdout)).find(row => row.state === 'missing')).toMatchObject({
      name: 'Sandbox image',
      remedy: expect.stringContaining('npm')
    })
    const wrong = await fixpoint(['doctor'], { environment: { ...world.server.environment, FIXPOINT_PORT: '99999' } })
    expect(wrong.code).toBe(1)
    expect(wrong.stdout).toMatch(/✗ Configuration +.*port: /)
  })

  it('says that a repository on the disk is not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fixpoint-no-repository-'))
    const project = { projectId: 'own', name: 'Own', origins: ['http://localhost:3000'], dev: { command: 'true', port: 3_000 } }
    const file = join(folder, 'fixpoint.config.json')
    writeFileSync(file, JSON.stringify({ projects: [{ ...project, repository: { path: join(folder, 'none.git') } }] }))
    const result = await fixpoint(['doctor', '--json'], { environment: { ...world.server.environment, FIXPOINT_CONFIG: file } })
    rmSync(folder, { recursive: true })
    expect(result.code).toBe(1)
    expect(rowsSchema.parse(JSON.parse(result.stdout)).find(row => row.name === 'Project own')).toMatchObject({
      state: 'missing',
      found: `${join(folder, 'none.git')} is not there, or no git repository.`
    })
  })
})

describe('a wrong command line', () => {
  it.each([
    ['an unknown command', ['bogus'], /unknown command 'bogus'/],
    ['an unknown flag', ['run', 'x', '--bogus'], /unknown option '--bogus'/],
    ['a flag that is nearly one', ['sessions', '--jsn'], /Did you mean --json/],
    ['no prompt', ['run'], /missing required argument 'prompt'/],
    ['a flag without its value', ['run', 'x', '--url'], /argument missing/],
    ['too much', ['stop', 'a', 'b'], /too many arguments/],
    ['a size that is none', ['run', 'x', '--viewport', 'big'], /Use WIDTHxHEIGHT/],
    ['a time that is none', ['run', 'x', '--timeout', 'soon'], /number of seconds above 0/],
    ['a scheme that is none', ['run', 'x', '--color-scheme', 'sepia'], /Allowed choices are light, dark/],
    ['an element without its page', ['run', 'x', '--project', 'tiny', '--select', '.a'], /--select needs --url/],
    [
      'a selector that is none',
      ['run', 'x', '--project', 'tiny', '--url', 'http://localhost:1/', '--select', '((('],
      /“\(\(\(” is not a CSS selector/
    ],
    [
      'a selector of a library',
      ['run', 'x', '--project', 'tiny', '--url', 'http://localhost:1/', '--select', 'a:contains("x")'],
      /is not a CSS selector/
    ],
    ['an empty selector', ['run', 'x', '--project', 'tiny', '--url', 'http://localhost:1/', '--select', ' '], /“ ” is not a CSS selector/],
    ['a prompt without a project', ['run', 'x'], /A project is needed/],
    ['an empty prompt', ['run', '', '--project', 'tiny'], /is empty/],
    ['a prompt that is too long', ['run', 'x'.repeat(20_001), '--project', 'tiny'], /longer than 20000 characters/],
    ['an address that is none', ['sessions', '--server', 'nonsense'], /“nonsense” is not the address of a server/],
    ['an address of another kind', ['sessions', '--server', 'file:///etc/passwd'], /is not the address of a server/]
  ])('%s: a sentence, and 2', async (_name, args, says) => {
    const result = await fixpoint(args)
    expect(result.code).toBe(2)
    expect(result.stdout).toBe('')
    expect(result.stderr).toMatch(says)
    expectPlain(result)
  })

  it('asks for nothing and gets to know what there is', async () => {
    const help = await fixpoint(['--help'])
    expect(help.code).toBe(0)
    expect(help.stderr).toBe('')
    for (const command of ['run', 'sessions', 'show', 'stop', 'pr', 'pair', 'doctor', 'serve'])
      expect(help.stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'))
    expect(help.stdout).toContain('Exit codes')
    expect((await fixpoint(['run', '--help'])).stdout).toContain('1280x800')
    for (const line of help.stdout.split('\n').filter(text => !/^ {2}fixpoint run|^ {4}|^Settings/.test(text)))
      expect(line.length).toBeLessThanOrEqual(100)
    expect(await fixpoint(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
    expect((await fixpoint([])).code).toBe(2)
  })
})

describe('a server that', () => {
  it('is not known', async () => {
    const result = await fixpoint(['sessions'], { environment: lonely() })
    expect(result).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^Error: No server is known\. .*\n {2}Start one with `npm start`/)
    })
    const asJson = await fixpoint(['sessions', '--json'], { environment: lonely() })
    expect(asJson.code).toBe(3)
    expect(errorSchema.parse(JSON.parse(asJson.stdout)).error.code).toBe('server_unreachable')
  })

  it('does not answer', async () => {
    const result = await fixpoint(['run', 'x', '--project', 'tiny', '--server', 'http://127.0.0.1:9'])
    expect(result).toMatchObject({ code: 3, stderr: expect.stringContaining('Nothing answers at http://127.0.0.1:9.') })
  })

  it('does not know the token', async () => {
    expect(await fixpoint(['sessions', '--token', 'wrong'])).toMatchObject({ code: 4, stderr: expect.stringContaining('[token_invalid]') })
    const none = await fixpoint(['sessions', '--server', world.server.url], { environment: lonely() })
    expect(none).toMatchObject({ code: 4, stderr: expect.stringContaining('--token or FIXPOINT_TOKEN') })
  })

  it('does not have the page', async () => {
    const result = await fixpoint(['run', 'x', '--url', 'https://evil.example/', '--json'])
    expect(result.code).toBe(1)
    expect(errorSchema.parse(JSON.parse(result.stdout)).error.code).toBe('origin_not_mapped')
  })

  it.each([
    ['wrong settings', { FIXPOINT_PORT: '99999' }, /\[config_invalid\]/],
    ['a data folder in use', { FIXPOINT_PORT: '0' }, /\[data_dir_locked\]/],
    ['a port in use', { FIXPOINT_DATA: emptyFolder }, /\[port_in_use\]/],
    [
      'a placeholder for a key',
      { FIXPOINT_DATA: emptyFolder, GOOGLE_GENERATIVE_AI_API_KEY: 'changeme' },
      /GOOGLE_GENERATIVE_AI_API_KEY is a placeholder/
    ]
  ])('has %s does not start: a sentence, and 78', async (_name, change, says) => {
    const result = await fixpoint(['serve'], { environment: { ...world.server.environment, ...change } })
    expect(result.code).toBe(78)
    expect(result.stderr).toMatch(says)
    expectPlain(result)
  })
})
