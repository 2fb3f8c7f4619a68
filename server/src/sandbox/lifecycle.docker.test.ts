import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import Docker from 'dockerode'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemEdges } from '../edges.ts'
import { createSandboxDriver } from './driver.ts'
import { LABELS, sessionNames } from './names.ts'
import { systemNetwork } from './network.ts'
import type { SandboxCalls } from './sandbox-calls.ts'
import { type DockerWorld, dockerWorld, run } from './testing/docker-world.ts'

let world: DockerWorld
beforeEach(async () => {
  world = await dockerWorld()
})
afterEach(() => world.end())

const containerOf = (sessionId: string) => world.docker.getContainer(sessionNames(world.settings.instanceId, sessionId).container)

describe('a workspace', () => {
  test('starts with the repository’s files and keeps what the session writes', async () => {
    const first = await world.open({ sessionId: 'ses_a' })
    expect(first.startedFrom).toBe('prepared')
    expect(await run(first, 'cat a.txt; git status --porcelain; git log --oneline | wc -l')).toBe('from the repository\n1\n')
    await run(first, 'echo changed > a.txt; echo new > b.txt')
    await first.close({ removeWorkspace: false })
    const again = await world.open({ sessionId: 'ses_a' })
    expect(again.startedFrom).toBe('existing_workspace')
    expect(await run(again, 'cat a.txt b.txt')).toBe('changed\nnew\n')
  })

  test('is the session’s own: nothing that one writes is seen by another or by the next', async () => {
    const [a, b] = await Promise.all([world.open({ sessionId: 'ses_a' }), world.open({ sessionId: 'ses_b' })])
    await run(
      a,
      'echo from-a > a.txt; echo secret > only-a.txt; echo x > /tmp/shared; echo x > /home/fixpoint/shared; echo x > /dev/shm/shared'
    )
    expect(await run(b, 'cat a.txt; ls; ls /tmp/shared /home/fixpoint/shared /dev/shm/shared 2>&1 | grep -vc "No such"')).toBe(
      'from the repository\na.txt\n0\n'
    )
    await run(a, 'rm a.txt')
    const c = await world.open({ sessionId: 'ses_c' })
    expect(await run(c, 'cat a.txt; ls')).toBe('from the repository\na.txt\n')
  })

  test('has no view of other sessions’ processes, sockets or memory', async () => {
    const [a, b] = await Promise.all([world.open({ sessionId: 'ses_a' }), world.open({ sessionId: 'ses_b' })])
    const server = `require('net').createServer(s => s.end('from a')).listen('\\0fixpoint-test'); require('net').createServer(s => s.end('from a')).listen(4567, '127.0.0.1', () => console.log('up'))`
    const up = Promise.withResolvers<void>()
    const abort = new AbortController()
    const running = a.exec(
      { command: `exec -a visible-to-a node -e "${server}"`, timeoutMs: 60_000 },
      { signal: abort.signal, onOutput: () => up.resolve() }
    )
    await up.promise
    const look = `cat /proc/*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -o 'visible[-]to-a' | head -1; for where in "{path:'\\\\0fixpoint-test'}" "{port:4567}"; do node -e "require('net').connect($where).on('error', e => console.log(e.code)).on('data', d => console.log(String(d)))"; done`
    expect(await run(a, look)).toMatch(/from a\nfrom a\n$/)
    expect(await run(b, look)).toBe('ECONNREFUSED\nECONNREFUSED\n')
    abort.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
  })

  test('is removed with its session and not before', async () => {
    const sandbox = await world.open({ sessionId: 'ses_a' })
    await sandbox.close({ removeWorkspace: false })
    expect((await world.leftovers()).volumes.filter(name => name.includes('-workspace'))).toHaveLength(1)
    await world.driver.removeWorkspace('ses_a')
    expect((await world.leftovers()).volumes.filter(name => name.includes('-workspace'))).toHaveLength(0)
    const again = await world.open({ sessionId: 'ses_a' })
    expect(again.startedFrom).toBe('prepared')
  })

  test('starts over when someone has removed what it stands on', async () => {
    const sandbox = await world.open({ sessionId: 'ses_a' })
    await sandbox.close({ removeWorkspace: false })
    await world.docker.getVolume(sessionNames(world.settings.instanceId, 'ses_a').files).remove()
    expect((await world.open({ sessionId: 'ses_a' })).startedFrom).toBe('prepared')
  })

  test('does not start from nothing when the prepared one is gone', async () => {
    const prepared = await world.prepare()
    await world.docker.getVolume(prepared.volume).remove()
    await expect(world.open({ prepared })).rejects.toMatchObject({ code: 'sandbox_start_failed', retryable: true })
    const anew = await world.prepare()
    expect(anew.volume).not.toBe(prepared.volume)
    expect(await run(await world.open({ prepared: anew }), 'cat a.txt')).toBe('from the repository\n')
  })

  test('is laid out as a copy where the engine keeps volumes at a place that mount options cannot name', async () => {
    const docker = new Docker()
    const getVolume = docker.getVolume.bind(docker)
    // An engine whose data folder has a comma in its name.
    docker.getVolume = name => {
      const volume = getVolume(name)
      const inspect = volume.inspect.bind(volume)
      return Object.assign(volume, { inspect: async () => ({ ...(await inspect()), Mountpoint: '/var/lib/docker,data/volumes' }) })
    }
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
    const driver = createSandboxDriver({ docker, settings: world.settings, logger, network: systemNetwork, edges: systemEdges })
    expect((await driver.check()).warnings).toContainEqual(expect.stringContaining('copy'))
    const prepared = await world.prepare()
    const sandbox = await driver.open({ sessionId: 'ses_copy', prepared, allowedHosts: [], onEgress: () => undefined })
    expect(await run(sandbox, 'cat a.txt; echo changed > a.txt')).toBe('from the repository\n')
    await sandbox.close({ removeWorkspace: false })
    const again = await driver.open({ sessionId: 'ses_copy', prepared, allowedHosts: [], onEgress: () => undefined })
    expect([again.startedFrom, await run(again, 'cat a.txt')]).toEqual(['existing_workspace', 'changed\n'])
    await again.close({ removeWorkspace: true })
    const other = await world.open()
    expect(await run(other, 'cat a.txt')).toBe('from the repository\n')
  })
})

describe('opening a sandbox', () => {
  // A person presses Stop and asks again: the engine must not go on with what nobody waits for, nor be asked for the same twice.
  test('that is given up at any moment can be done again at once, and leaves nothing', async () => {
    const prepared = await world.prepare()
    await (await world.open({ prepared })).close({ removeWorkspace: true })
    const before = await world.leftovers()
    const ends: string[] = []
    for (const afterMs of [0, 20, 40, 80, 150, 300]) {
      const sessionId = `ses_given_up_${afterMs}`
      const input = { sessionId, prepared, allowedHosts: [], onEgress: () => undefined }
      const abort = new AbortController()
      const given = world.driver.open(input, abort.signal).then(
        async sandbox => {
          await sandbox.close({ removeWorkspace: false })
          ends.push('opened')
        },
        (error: unknown) => {
          ends.push(error instanceof Error ? error.message : String(error))
        }
      )
      await delay(afterMs)
      abort.abort(new Error('the person pressed Stop'))
      const sandbox = await world.driver.open(input)
      expect(await run(sandbox, 'cat a.txt'), `given up after ${afterMs} ms`).toBe('from the repository\n')
      await given
      await sandbox.close({ removeWorkspace: true })
    }
    expect(await world.leftovers()).toEqual(before)
    expect(ends.slice(0, 3)).toEqual(Array(3).fill('the person pressed Stop'))
  })

  test('whose earlier work was not restored to its end begins anew, and keeps what was', async () => {
    const prepared = await world.prepare()
    const input = { sessionId: 'ses_restored', prepared, allowedHosts: [], onEgress: () => undefined }
    const restore = vi.fn<(calls: SandboxCalls) => Promise<void>>(async calls => {
      await calls.exec({ command: 'echo half > work.txt', timeoutMs: 10_000 })
      throw new Error('the person pressed Stop')
    })
    await expect(world.driver.open({ ...input, restore })).rejects.toThrow('the person pressed Stop')
    restore.mockImplementation(async calls => {
      await calls.exec({ command: 'cat work.txt > seen.txt; echo whole > work.txt', timeoutMs: 10_000 })
    })
    const second = await world.driver.open({ ...input, restore })
    expect([second.startedFrom, await run(second, 'cat work.txt seen.txt')]).toEqual(['prepared', 'whole\n'])
    await second.close({ removeWorkspace: false })
    const third = await world.driver.open({ ...input, restore })
    expect([third.startedFrom, await run(third, 'cat work.txt')]).toEqual(['existing_workspace', 'whole\n'])
    expect(restore).toHaveBeenCalledTimes(2)
    await third.close({ removeWorkspace: true })
  })

  test('goes on where a server was killed while it laid out the files', async () => {
    const sessionId = 'ses_killed_while_laying_out'
    const { files } = sessionNames(world.settings.instanceId, sessionId)
    const labels = { [LABELS.instance]: world.settings.instanceId, [LABELS.purpose]: 'layout' }
    await world.docker.createContainer({
      Image: world.settings.image,
      Labels: labels,
      HostConfig: { Mounts: [{ Type: 'volume', Source: files, Target: '/files' }] }
    })
    const sandbox = await world.open({ sessionId })
    expect(await run(sandbox, 'cat a.txt')).toBe('from the repository\n')
  })
})

describe('a large repository', () => {
  test('gets in and out whole', async () => {
    const large = await dockerWorld({ files: { 'large.bin': randomBytes(60_000_000) } })
    try {
      const sandbox = await large.open()
      expect(await run(sandbox, 'stat -c %s large.bin; git fsck 2>&1 | tail -1')).toMatch(/^60000000\n/)
      await run(sandbox, 'head -c 40000000 /dev/urandom > more.bin')
      const parent = large.repository.commit
      const { commit } = await sandbox.request('workspace/checkpoint', { refName: 'checkpoints/1', parent, message: 'More' })
      const bundle = (await sandbox.bundle({ refName: 'checkpoints/1', exclude: [parent] })) ?? expect.unreachable()
      const file = join(tmpdir(), `fixpoint-${large.settings.instanceId}.bundle`)
      await pipeline(bundle, createWriteStream(file))
      expect((await stat(file)).size).toBeGreaterThan(40_000_000)
      const other = await large.open()
      await other.restore(createReadStream(file), { commit })
      expect(await run(other, 'stat -c %s more.bin')).toBe('40000000\n')
      await rm(file)
    } finally {
      await large.end()
    }
  })
})

describe('preparing', () => {
  const install = (command: string) => ({ command, cwd: '.', timeoutMs: 60_000, allowedHosts: [], environment: { WORD: 'installed' } })

  test('is done once for all who ask at the same time, and not again', async () => {
    const [one, two] = await Promise.all([world.prepare(install('echo $WORD > made.txt')), world.prepare(install('echo $WORD > made.txt'))])
    expect(two).toEqual(one)
    expect(await world.prepare(install('echo $WORD > made.txt'))).toEqual(one)
    const sandbox = await world.open({ prepared: one })
    expect(await run(sandbox, 'cat made.txt')).toBe('installed\n')
    expect((await world.leftovers()).volumes.filter(name => name.includes('-prepared-'))).toHaveLength(2)
  })

  test('that fails says why and leaves nothing', async () => {
    await expect(world.prepare(install('echo the reason; exit 3'))).rejects.toMatchObject({
      code: 'workspace_prepare_failed',
      message: '“echo the reason; exit 3” ended with status 3.\nthe reason'
    })
    expect(await world.leftovers()).toEqual({ containers: [], volumes: [] })
  })

  test('that is given up leaves nothing', async () => {
    const abort = new AbortController()
    const preparing = world.driver.prepare(
      {
        projectId: 'project',
        commit: world.repository.commit,
        branch: 'main',
        bundle: async () => createReadStream(world.repository.bundleFile),
        install: install('echo begun; sleep 60'),
        onOutput: () => abort.abort(new Error('the person pressed Stop'))
      },
      abort.signal
    )
    await expect(preparing).rejects.toThrow('the person pressed Stop')
    await expect.poll(() => world.leftovers(), { timeout: 10_000 }).toEqual({ containers: [], volumes: [] })
  })

  test('that was killed half-way is not taken for whole', async () => {
    const killed = startServer(world, 'ses_k', 'true', { install: 'echo half > made.txt; echo running; sleep 600; echo whole > made.txt' })
    await killed.running
    killed.child.kill('SIGKILL')
    await once(killed.child, 'exit')
    const half = await world.leftovers()
    expect(half.volumes).toHaveLength(1)
    const prepared = await world.prepare(install('echo whole > made.txt'))
    const sandbox = await world.open({ prepared })
    expect(await run(sandbox, 'cat made.txt')).toBe('whole\n')
    await sandbox.close({ removeWorkspace: true })
    await world.driver.reap({ sessionIds: new Set() })
    expect((await world.leftovers()).volumes).not.toContain(half.volumes[0])
  })
})

describe('a command', () => {
  test('ends with its whole process group when the call is given up', async () => {
    const sandbox = await world.open()
    const abort = new AbortController()
    const begun = Promise.withResolvers<void>()
    const call = sandbox.exec(
      { command: '(sleep 1; echo late >> late.txt) & (sleep 1; echo late >> late.txt) & echo begun; wait', timeoutMs: 60_000 },
      { signal: abort.signal, onOutput: () => begun.resolve() }
    )
    await begun.promise
    abort.abort(new Error('stop'))
    await expect(call).rejects.toThrow('stop')
    await delay(1_500)
    expect(await run(sandbox, 'cat late.txt; pgrep -c sleep')).toMatch(/No such file[\s\S]*|^0/)
    expect((await sandbox.exec({ command: 'test -e late.txt', timeoutMs: 5_000 })).exitCode).toBe(1)
    // Control: left alone, the same command writes.
    await run(sandbox, '(sleep 0.1; echo late >> control.txt) & wait')
    expect(await run(sandbox, 'cat control.txt')).toBe('late\n')
  })
})

describe('a sandbox that is lost', () => {
  test.each([
    ['killed', () => containerOf('ses_a').kill(), /its container was killed/],
    ['removed', () => containerOf('ses_a').remove({ force: true }), /its container was (killed|removed)/],
    ['stopped', () => containerOf('ses_a').stop({ t: 0 }), /its container was killed|ended with status/]
  ])('by being %s says so within seconds and leaves its files', async (_how, end, reason) => {
    const sandbox = await world.open({ sessionId: 'ses_a' })
    await run(sandbox, 'echo kept > kept.txt')
    const call = sandbox.exec({ command: 'sleep 60', timeoutMs: 120_000 })
    call.catch(() => undefined)
    await delay(200)
    const startedAt = performance.now()
    await end()
    await expect(call).rejects.toMatchObject({ code: 'sandbox_lost' })
    const error = await sandbox.lost
    expect(performance.now() - startedAt).toBeLessThan(30_000)
    expect(error).toMatchObject({ code: 'sandbox_lost', retryable: true })
    expect(error.message).toMatch(reason)
    await expect(sandbox.request('dev-server/status', {})).rejects.toMatchObject({ code: 'sandbox_lost' })
    const again = await world.open({ sessionId: 'ses_a' })
    expect([again.startedFrom, await run(again, 'cat kept.txt')]).toEqual(['existing_workspace', 'kept\n'])
  })

  test('by being frozen is noticed too', async () => {
    const sandbox = await world.open({ sessionId: 'ses_a' })
    await containerOf('ses_a').pause()
    const startedAt = performance.now()
    expect((await sandbox.lost).message).toMatch(/paused/)
    expect(performance.now() - startedAt).toBeLessThan(60_000)
  })

  test('by a command that ends sandboxd is the whole container’s end', async () => {
    const sandbox = await world.open({ sessionId: 'ses_a' })
    const call = sandbox.exec({
      command: 'setsid sh -c "sleep 1; echo late > /workspace/late.txt" & pkill -9 -f fixpoint-sandboxd; sleep 5',
      timeoutMs: 10_000
    })
    await expect(call).rejects.toMatchObject({ code: 'sandbox_lost' })
    await sandbox.lost
    await delay(1_500)
    const again = await world.open({ sessionId: 'ses_a' })
    expect(await run(again, 'ls late.txt 2>&1')).toMatch(/No such file/)
  })

  test('is not what closing is', async () => {
    const sandbox = await world.open()
    await sandbox.close({ removeWorkspace: true })
    expect(await Promise.race([sandbox.lost, delay(500, 'not lost')])).toBe('not lost')
    expect((await world.leftovers()).containers).toEqual([])
  })
})

describe('the reaper', () => {
  test('removes what no session needs, and nothing that is not ours', async () => {
    const foreign = await world.docker.createContainer({
      Image: world.settings.image,
      Labels: { [LABELS.instance]: 'another', [LABELS.session]: 'ses_dead' }
    })
    const [live, dead] = await Promise.all([world.open({ sessionId: 'ses_live' }), world.open({ sessionId: 'ses_dead' })])
    try {
      // Both are open here, so both stay, whatever the caller says.
      expect(await world.driver.reap({ sessionIds: new Set() })).toEqual({ containers: 0, volumes: 0 })
      await dead.close({ removeWorkspace: false })
      expect(await world.driver.reap({ sessionIds: new Set(['ses_live']) })).toEqual({ containers: 0, volumes: 2 })
      expect(await run(live, 'cat a.txt')).toBe('from the repository\n')
      await live.close({ removeWorkspace: false })
      expect(await world.driver.reap({ sessionIds: new Set(['ses_live']) })).toEqual({ containers: 0, volumes: 0 })
      expect((await world.open({ sessionId: 'ses_live' })).startedFrom).toBe('existing_workspace')
      await expect(foreign.inspect()).resolves.toMatchObject({ Id: foreign.id })
    } finally {
      await foreign.remove({ force: true })
    }
  })
})

interface KilledServer {
  child: ChildProcess
  running: Promise<void>
}

/** Starts a server of this instance as a process of its own, whose command prints “running”. */
function startServer(world: DockerWorld, sessionId: string, command: string, { install = '' } = {}): KilledServer {
  const { instanceId, image } = world.settings
  const { commit, bundleFile } = world.repository
  const script = join(import.meta.dirname, 'testing', 'killed-server.ts')
  const child = spawn(process.execPath, [script, instanceId, sessionId, image, commit, bundleFile, command, install], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let printed = ''
  const running = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', chunk => {
      printed += chunk
      if (printed.includes('running')) resolve()
    })
    child.once('exit', code => reject(new Error(`the server ended with ${code}: ${printed}`)))
  })
  return { child, running }
}

describe('a server that is killed', () => {
  const late = 'echo kept > kept.txt; echo running; sleep 3; echo late > late.txt; sleep 600'

  test('leaves no command that writes after the session is opened again, and the files as they were', async () => {
    const { child, running } = startServer(world, 'ses_a', late)
    await running
    child.kill('SIGKILL')
    await once(child, 'exit')
    const again = await world.open({ sessionId: 'ses_a' })
    expect(again.startedFrom).toBe('existing_workspace')
    await delay(4_000)
    expect(await run(again, 'cat kept.txt; ls late.txt 2>&1')).toMatch(/^kept\n.*No such file/)
  })

  test('leaves no process at all, even if nobody comes back', async () => {
    const { child, running } = startServer(world, 'ses_a', late)
    await running
    child.kill('SIGKILL')
    await once(child, 'exit')
    await expect.poll(async () => (await containerOf('ses_a').inspect()).State.Running, { timeout: 5_000 }).toBe(false)
  })

  test('control: left alone, the command does write', async () => {
    const { child, running } = startServer(world, 'ses_a', late)
    await running
    await delay(4_000)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const again = await world.open({ sessionId: 'ses_a' })
    expect(await run(again, 'cat late.txt')).toBe('late\n')
  })
})

/** A door to the engine that can be shut: what goes through it is cut off, and nobody answers until it is opened again. */
async function engineDoor() {
  const folder = await mkdtemp(join(tmpdir(), 'fixpoint-door-'))
  const path = join(folder, 'docker.sock')
  const socketPath = process.env['DOCKER_HOST']?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock'
  const sockets = new Set<Socket>()
  let server: Server | undefined
  const open = async () => {
    server = createServer({ allowHalfOpen: true }, near => {
      const far = connect({ path: socketPath, allowHalfOpen: true })
      for (const socket of [near, far]) {
        sockets.add(socket)
        socket.on('error', () => undefined)
      }
      near.pipe(far).pipe(near)
      near.once('close', () => far.destroy())
    }).listen(path)
    await once(server, 'listening')
  }
  const shut = async () => {
    server?.close()
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  const end = async () => {
    await shut()
    await rm(folder, { recursive: true })
  }
  await open()
  return { docker: new Docker({ socketPath: path }), open, shut, end }
}

describe('an engine that goes away', () => {
  test('while a sandbox is at work: it is lost within seconds, and comes back with its files when the engine does', async () => {
    const door = await engineDoor()
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
    const driver = createSandboxDriver({
      docker: door.docker,
      settings: world.settings,
      logger,
      network: systemNetwork,
      edges: systemEdges
    })
    const input = { sessionId: 'ses_a', prepared: await world.prepare(), allowedHosts: [], onEgress: () => undefined }
    try {
      const sandbox = await driver.open(input)
      await run(sandbox, 'echo kept > kept.txt')
      const call = sandbox.exec({ command: 'sleep 60', timeoutMs: 120_000 })
      call.catch(() => undefined)
      await delay(200)
      const startedAt = performance.now()
      await door.shut()
      await expect(call).rejects.toMatchObject({ code: 'sandbox_lost' })
      expect((await sandbox.lost).message).toBe('The sandbox was lost: Docker has stopped answering.')
      await expect(driver.open(input)).rejects.toMatchObject({ code: 'docker_unavailable', retryable: true })
      await expect(sandbox.close({ removeWorkspace: false })).rejects.toMatchObject({ code: 'docker_unavailable' })
      expect(performance.now() - startedAt).toBeLessThan(30_000)
      await door.open()
      const again = await driver.open(input)
      expect([again.startedFrom, await run(again, 'cat kept.txt')]).toEqual(['existing_workspace', 'kept\n'])
      await again.close({ removeWorkspace: true })
    } finally {
      await door.end()
    }
  })

  test('makes every operation fail as docker_unavailable within seconds', async () => {
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
    const docker = new Docker({ socketPath: '/nonexistent/docker.sock' })
    const driver = createSandboxDriver({ docker, settings: world.settings, logger, network: systemNetwork, edges: systemEdges })
    const prepared = { key: 'k', commit: world.repository.commit, volume: 'v' }
    const operations = {
      check: () => driver.check(),
      prepare: () =>
        driver.prepare({ projectId: 'p', commit: 'c', branch: 'main', bundle: () => expect.unreachable(), onOutput: () => undefined }),
      open: () => driver.open({ sessionId: 'ses_a', prepared, allowedHosts: [], onEgress: () => undefined }),
      reap: () => driver.reap({ sessionIds: new Set() }),
      removeWorkspace: () => driver.removeWorkspace('ses_a')
    }
    for (const [name, operation] of Object.entries(operations)) {
      const startedAt = performance.now()
      await expect(operation(), name).rejects.toMatchObject({ code: 'docker_unavailable', retryable: true })
      expect(performance.now() - startedAt, name).toBeLessThan(30_000)
    }
  })
})
