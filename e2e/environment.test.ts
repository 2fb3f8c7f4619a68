/** What the server meets on a machine: no engine, a broken project, a folder or a port that is taken, a wrong configuration. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { editStyle, say, scriptOf } from './src/model-scripts.ts'
import { tinyContext } from './src/page-context.ts'
import { ROOT, SERVER_PROGRAM } from './src/server-process.ts'
import { TINY_FILES } from './src/tiny-project.ts'
import { createWorld, type World, type WorldOptions } from './src/world.ts'

const worlds: World[] = []
const folders: string[] = []

async function world(options: WorldOptions): Promise<World> {
  const created = await createWorld(options)
  worlds.push(created)
  return created
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fixpoint-environment-'))
  folders.push(folder)
  return folder
}

afterEach(async ({ task }) => {
  // What the server says of a failure is its reason more often than what the test says.
  if (task.result?.state === 'fail') for (const { server } of worlds) console.error(server.faults())
  for (const created of worlds.splice(0)) await created.remove()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const script = scriptOf([editStyle('margin-left: 30px', 'margin-left: 0px'), say('Done.')])

/** A socket that leads to the Docker engine while it is open. */
function engineDoor(path: string): { open(): Promise<void>; close(): Promise<void> } {
  let server: Server | null = null
  const sockets = new Set<Socket>()
  return {
    open: () =>
      new Promise(resolve => {
        server = createServer({ allowHalfOpen: true }, client => {
          const engine = connect({ path: '/var/run/docker.sock', allowHalfOpen: true })
          for (const socket of [client, engine]) {
            sockets.add(socket)
            socket.on('error', () => undefined)
            socket.on('close', () => sockets.delete(socket))
          }
          client.pipe(engine).pipe(client)
        })
        server.listen(path, resolve)
      }),
    close: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy()
        server?.close(() => resolve())
      })
  }
}

describe('Docker', () => {
  it('that does not answer fails the turn after the patience, and the health check says so', async () => {
    const socket = join(temporaryFolder(), 'docker.sock')
    const { server } = await world({
      script,
      config: { sandbox: { dockerPatienceSeconds: 2 } },
      environment: { DOCKER_HOST: `unix://${socket}` }
    })
    const { sessionId } = await server.prompt('tiny', 'Line the price up')
    const state = await server.waitUntilQuiet(sessionId)
    expect(state.turns[0]).toMatchObject({ status: 'failed', failure: { code: 'docker_unavailable', retryable: true } })
    const ready = await fetch(`${server.url}/readyz`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ status: 'not_ready', checks: { docker: { isReady: false }, database: { isReady: true } } })
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  })

  it('that comes back is waited for', async () => {
    const socket = join(temporaryFolder(), 'docker.sock')
    const door = engineDoor(socket)
    const { server } = await world({ script, environment: { DOCKER_HOST: `unix://${socket}` } })
    const { sessionId } = await server.prompt('tiny', 'Line the price up', { context: tinyContext('.price') })
    await server.waitForEvent(sessionId, event => event.type === 'notice.added' && /Trying again/.test(event.data.text))
    await door.open()
    const state = await server.waitUntilQuiet(sessionId)
    expect(state.turns[0]?.failure).toBeUndefined()
    expect(state.turns[0]?.proof?.verdict.value).toBe('verified')
    await server.stop()
    await door.close()
  })

  it('that goes away in the middle of a turn leaves nothing stranded', async () => {
    const socket = join(temporaryFolder(), 'docker.sock')
    const door = engineDoor(socket)
    await door.open()
    const slow = scriptOf([editStyle('margin-left: 30px', 'margin-left: 0px'), { ...say('Done.'), thinkMs: 3_000 }])
    const { server } = await world({
      script: slow,
      config: { sandbox: { dockerPatienceSeconds: 60 } },
      environment: { DOCKER_HOST: `unix://${socket}` }
    })
    const { sessionId } = await server.prompt('tiny', 'Line the price up', { context: tinyContext('.price') })
    await server.waitForEvent(sessionId, event => event.type === 'checkpoint.saved')
    await door.close()
    await new Promise(resolve => setTimeout(resolve, 2_000))
    await door.open()
    const state = await server.waitUntilQuiet(sessionId)
    expect(state.turns[0]?.failure).toBeUndefined()
    expect(state.turns[0]?.items.some(item => item.kind === 'notice' && /started again|replaced/.test(item.text))).toBe(true)
    expect(state.checkpoint?.files.map(file => file.path)).toEqual(['style.css'])
    await server.stop()
    await door.close()
  })
})

describe('a project', () => {
  it('whose dev server never gets ready is worked on, unverified, and its output is shown', async () => {
    const { server } = await world({
      script,
      project: { config: { dev: { command: 'echo no database today; sleep 60', port: 4_173, timeoutSeconds: 2 } } }
    })
    const { sessionId } = await server.prompt('tiny', 'Line the price up', { context: tinyContext('.price') })
    const state = await server.waitUntilQuiet(sessionId)
    expect(state.prompts[0]?.status).toBe('done')
    expect(state.turns[0]?.proof?.verdict).toMatchObject({
      value: 'unverified',
      reasons: expect.arrayContaining([expect.objectContaining({ about: 'seen', holds: null })])
    })
    expect(JSON.stringify(state.turns[0]?.items)).toContain('no database today')
    expect(state.turns[0]?.proof?.files).toMatchObject([{ path: 'style.css' }])
  })

  it('whose dev server ends at once says so', async () => {
    const { server } = await world({
      script,
      project: { config: { dev: { command: 'echo cannot start >&2; exit 3', port: 4_173, timeoutSeconds: 20 } } }
    })
    const { sessionId } = await server.prompt('tiny', 'Line the price up')
    const state = await server.waitUntilQuiet(sessionId)
    expect(state.prompts[0]?.status).toBe('done')
    expect(JSON.stringify(state.turns[0]?.items)).toContain('cannot start')
  })

  it('without commits fails the turn with what to do', async () => {
    const { server } = await world({ script, project: { files: {} } })
    const { sessionId } = await server.prompt('tiny', 'Line the price up')
    const state = await server.waitUntilQuiet(sessionId)
    expect(state.turns[0]).toMatchObject({ status: 'failed', failure: { code: 'repo_empty', hint: expect.stringContaining('commit') } })
  })

  it('whose installation fails shows the end of its output', async () => {
    const { server } = await world({
      script,
      project: { config: { install: { command: 'echo the registry is closed; exit 1', allowedHosts: [] } } }
    })
    const { sessionId } = await server.prompt('tiny', 'Line the price up')
    const state = await server.waitUntilQuiet(sessionId)
    expect(state.turns[0]).toMatchObject({
      status: 'failed',
      failure: { code: 'workspace_prepare_failed', message: expect.stringContaining('the registry is closed') }
    })
  })

  it('in a folder of its repository is run, checked and found there', async () => {
    const files = Object.fromEntries(Object.entries(TINY_FILES).map(([name, content]) => [`apps/web/${name}`, content]))
    const { server, setScript } = await world({
      project: { files: { ...files, 'README.md': 'A monorepo.\n' }, config: { subfolder: 'apps/web' } }
    })
    setScript(
      scriptOf([
        {
          parts: [
            {
              call: 'edit',
              arguments: { path: 'apps/web/style.css', edits: [{ oldText: 'margin-left: 30px', newText: 'margin-left: 0px' }] }
            }
          ]
        },
        say('Done.')
      ])
    )
    const { sessionId } = await server.prompt('tiny', 'Line the price up', { context: tinyContext('.price') })
    const state = await server.waitUntilQuiet(sessionId)
    expect(state.turns[0]?.proof).toMatchObject({ verdict: { value: 'verified' }, checks: [{ outcome: 'passed' }] })
  })
})

describe('starting', () => {
  /** Starts a server that is not expected to come up. */
  function startOnce(environment: Record<string, string>) {
    const folder = temporaryFolder()
    const result = spawnSync(process.execPath, [SERVER_PROGRAM, 'serve'], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 60_000,
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        HOME: folder,
        FIXPOINT_DATA: join(folder, 'data'),
        GOOGLE_GENERATIVE_AI_API_KEY: 'a-key-for-tests',
        FIXPOINT_PORT: '0',
        ...environment
      }
    })
    return { ...result, folder }
  }

  it('a second server on the same data is refused, naming the first', async () => {
    const { server } = await world({ script })
    const second = startOnce({ FIXPOINT_DATA: join(server.folder, 'data') })
    expect(second.status).toBe(78)
    expect(second.stderr).toContain(`Process ${server.pid} uses the data folder`)
    expect(second.stderr).toContain('[data_dir_locked]')
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  })

  it('on a taken port is refused', async () => {
    const { server } = await world({ script })
    const second = startOnce({ FIXPOINT_PORT: String(server.port) })
    expect(second.status).toBe(78)
    expect(second.stderr).toContain(`Port ${server.port}`)
    expect(second.stderr).toContain('[port_in_use]')
    expect(existsSync(join(second.folder, 'data', 'server.pid'))).toBe(false)
  })

  it.each<[string, Record<string, string> | ((folder: string) => Record<string, string>), RegExp]>([
    ['a port out of range', { FIXPOINT_PORT: '99999' }, /port: /],
    ['a placeholder for a key', { GOOGLE_GENERATIVE_AI_API_KEY: 'changeme' }, /GOOGLE_GENERATIVE_AI_API_KEY is a placeholder/],
    ['no key', { GOOGLE_GENERATIVE_AI_API_KEY: '' }, /GOOGLE_GENERATIVE_AI_API_KEY: is not set/],
    ['an unknown provider', { FIXPOINT_MODEL_PROVIDER: 'skynet' }, /model\.provider: /],
    ['a wrong log level', { FIXPOINT_LOG_LEVEL: 'loud' }, /FIXPOINT_LOG_LEVEL/],
    [
      'a setting that is none',
      folder => {
        writeFileSync(join(folder, 'a.config.json'), JSON.stringify({ prot: 4700 }))
        return { FIXPOINT_CONFIG: join(folder, 'a.config.json') }
      },
      /prot: is not a setting; did you mean port\?/
    ],
    [
      'two projects at one origin',
      folder => {
        const project = (projectId: string) => ({
          projectId,
          name: projectId,
          origins: ['http://a.test'],
          repository: { path: '/x' },
          dev: { command: 'x', port: 4000 }
        })
        writeFileSync(join(folder, 'b.config.json'), JSON.stringify({ projects: [project('one'), project('two')] }))
        return { FIXPOINT_CONFIG: join(folder, 'b.config.json') }
      },
      /the origin http:\/\/a\.test belongs to both one and two/
    ],
    [
      'a repository on a host that is not allowed',
      folder => {
        const project = {
          projectId: 'one',
          name: 'one',
          origins: ['http://a.test'],
          repository: 'https://git.evil.example/a/b',
          dev: { command: 'x', port: 4000 }
        }
        writeFileSync(join(folder, 'c.config.json'), JSON.stringify({ projects: [project] }))
        return { FIXPOINT_CONFIG: join(folder, 'c.config.json') }
      },
      /git\.evil\.example is not one of the allowed hosts/
    ],
    [
      'a key file that others can read',
      folder => {
        writeFileSync(join(folder, 'key'), 'a-real-looking-key')
        chmodSync(join(folder, 'key'), 0o644)
        return { GOOGLE_GENERATIVE_AI_API_KEY: '', GOOGLE_GENERATIVE_AI_API_KEY_FILE: join(folder, 'key') }
      },
      /can be read by others/
    ],
    [
      'a configuration that is not there',
      { FIXPOINT_CONFIG: '/nowhere/fixpoint.config.json' },
      /\/nowhere\/fixpoint.config.json is not there.*Correct FIXPOINT_CONFIG/s
    ]
  ])('with %s is refused in a sentence', (_name, settings, sentence) => {
    const folder = temporaryFolder()
    const result = startOnce(typeof settings === 'function' ? settings(folder) : settings)
    expect(result.stderr).toMatch(sentence)
    expect(result.status).not.toBe(0)
    expect(result.stderr).not.toMatch(/\n\s+at .*\.ts:\d+/)
  })
})
