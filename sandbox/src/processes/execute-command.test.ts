import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execFrameSchema } from '@fixpoint/protocol/sandbox'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Refusal, SandboxClient } from '../testing/sandbox-client.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'

async function openSandbox() {
  const workspace = await temporaryFolder()
  const client = SandboxClient.open(workspace)
  onTestFinished(async () => await client.close())
  return { workspace, client }
}

/** A process that has ended is still in the table until its parent, perhaps an idle init, has taken note. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
}

/** The pid that a command has written into a file of the workspace. */
async function pidIn(workspace: string, file: string): Promise<number> {
  return await vi.waitFor(
    async () => {
      const pid = Number(await readFile(join(workspace, file), 'utf8'))
      if (pid === 0) throw new Error('not there yet')
      return pid
    },
    { timeout: 15_000 }
  )
}

test('gives output, status and time', async () => {
  const { client } = await openSandbox()
  const { stdout, stderr, exit } = await client.execute({ command: 'echo out; echo err >&2; exit 3', timeoutMs: 5_000 })
  expect(stdout).toBe('out\n')
  expect(stderr).toBe('err\n')
  expect(exit).toMatchObject({ exitCode: 3, signal: null, timedOut: false, outOfMemory: false, omittedBytes: 0 })
})

test('sends output while the command runs', async () => {
  const { client } = await openSandbox()
  const stream = client.request('POST', '/v1/exec')
  stream.end(JSON.stringify({ command: 'echo first; sleep 5', timeoutMs: 10_000 }))
  const first = await new Promise<Buffer>(resolve => stream.once('data', resolve))
  expect(execFrameSchema.parse(JSON.parse(first.toString()))).toEqual({ kind: 'output', stream: 'stdout', text: 'first\n' })
  stream.close()
})

test('runs in the folder and with the environment that were asked for', async () => {
  const { client, workspace } = await openSandbox()
  await mkdir(join(workspace, 'src'))
  const command = 'pwd; echo "$GREETING"; env | grep -c VITEST'
  const { stdout } = await client.execute({ command, cwd: 'src', environment: { GREETING: 'hello' }, timeoutMs: 5_000 })
  expect(stdout).toBe(`${join(workspace, 'src')}\nhello\n0\n`)
})

test.each([
  ['..', 'path_outside_workspace'],
  ['/', 'path_outside_workspace'],
  ['out', 'path_outside_workspace'],
  ['missing', 'invalid_parameter']
])('does not run in the folder %s', async (cwd, code) => {
  const { client, workspace } = await openSandbox()
  await symlink('/etc', join(workspace, 'out'))
  await expect(client.execute({ command: 'ls', cwd, timeoutMs: 5_000 })).rejects.toSatisfy(
    error => error instanceof Refusal && error.code === code
  )
})

test('a command that reads its input finds it empty', async () => {
  const { client } = await openSandbox()
  const { stdout, exit } = await client.execute({ command: 'cat; read -r answer || echo none', timeoutMs: 5_000 })
  expect(stdout).toBe('none\n')
  expect(exit.timedOut).toBe(false)
})

test('ends what takes too long, with what it has printed', async () => {
  const { client } = await openSandbox()
  const { stdout, exit } = await client.execute({ command: 'echo begun; sleep 60', timeoutMs: 300 })
  expect(stdout).toBe('begun\n')
  expect(exit).toMatchObject({ timedOut: true, exitCode: null, signal: 'SIGTERM', outOfMemory: false })
  expect(exit.durationMs).toBeLessThan(15_000)
})

test('kills what does not end when it is asked to, children that left the group included', { timeout: 60_000 }, async () => {
  const { client, workspace } = await openSandbox()
  const command = [
    "trap '' TERM",
    `(trap '' TERM; echo $BASHPID > child; exec sleep 60) &`,
    `setsid bash -c "trap '' TERM; echo \\$\\$ > session; sleep 61" &`,
    'set -m; sleep 62 & echo $! > group; set +m',
    'wait; while :; do sleep 1; done'
  ].join('\n')
  const running = client.execute({ command, timeoutMs: 1_000 })
  const pids = await Promise.all(['child', 'session', 'group'].map(async file => await pidIn(workspace, file)))
  expect(pids.map(isRunning)).toEqual([true, true, true])
  const { exit } = await running
  expect(exit.timedOut).toBe(true)
  expect(exit.durationMs).toBeGreaterThan(2_900)
  expect(exit.durationMs).toBeLessThan(30_000)
  expect(pids.map(isRunning)).toEqual([false, false, false])
})

test('a daemon that holds the output open does not hold the answer up, and does not survive it', async () => {
  const { client, workspace } = await openSandbox()
  const command = `setsid bash -c 'echo $$ > daemon; sleep 60' & sleep 0.2; echo done`
  const { stdout, stderr, exit } = await client.execute({ command, timeoutMs: 30_000 })
  expect(stdout).toBe('done\n')
  expect(stderr).toContain('that the command left running')
  expect(exit).toMatchObject({ exitCode: 0, timedOut: false })
  expect(exit.durationMs).toBeLessThan(15_000)
  expect(isRunning(await pidIn(workspace, 'daemon'))).toBe(false)
})

test('the control: such a daemon outlives a shell that nobody cleans up after', async () => {
  const folder = await temporaryFolder()
  const shell = spawn('bash', ['-c', `setsid bash -c 'echo $$ > daemon; sleep 60' & sleep 0.2`], { cwd: folder, stdio: 'ignore' })
  await new Promise(resolve => shell.once('exit', resolve))
  const pid = await pidIn(folder, 'daemon')
  expect(isRunning(pid)).toBe(true)
  process.kill(-pid, 'SIGKILL')
})

test('ends the command when nobody wants the answer any more', async () => {
  const { client, workspace } = await openSandbox()
  const stream = client.request('POST', '/v1/exec')
  stream.end(JSON.stringify({ command: 'echo $$ > pid; sleep 60', timeoutMs: 60_000 }))
  const pid = await pidIn(workspace, 'pid')
  stream.close()
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 15_000 })
})

test('ends everything when the connection closes', async () => {
  const { client, workspace } = await openSandbox()
  const running = client.execute({
    command: `(setsid bash -c 'echo $$ > daemon; sleep 60' &) ; echo $$ > pid; sleep 60`,
    timeoutMs: 60_000
  })
  running.catch(() => {})
  const pids = [await pidIn(workspace, 'pid'), await pidIn(workspace, 'daemon')]
  await client.close()
  await vi.waitFor(() => expect(pids.map(isRunning)).toEqual([false, false]), { timeout: 15_000 })
})

test('characters and escape sequences are whole, whatever the chunks are', async () => {
  const { client } = await openSandbox()
  const command = String.raw`printf '\xe2'; sleep 0.05; printf '\x82'; sleep 0.05; printf '\xac \x1b]52;c;aGk'; sleep 0.05; printf '=\x07\xff\n'`
  const { stdout, frames } = await client.execute({ command, timeoutMs: 5_000 })
  expect(stdout).toBe('€ \ufffd\n')
  expect(JSON.stringify(frames)).not.toMatch(/\\u001b|aGk/)
})

test('keeps the beginning and the end of a gigabyte in little memory', { timeout: 60_000 }, async () => {
  const { client } = await openSandbox()
  const before = process.memoryUsage().rss
  const command = 'echo begin; head -c 1000000000 /dev/zero | tr "\\0" x; echo; echo end'
  const { stdout, exit } = await client.execute({ command, timeoutMs: 55_000, maxOutputBytes: 10_000 })
  expect(exit.exitCode).toBe(0)
  expect(stdout.startsWith('begin\n')).toBe(true)
  expect(stdout.endsWith('\nend\n')).toBe(true)
  expect(stdout).toContain(`[… ${exit.omittedBytes} bytes left out …]`)
  expect(exit.omittedBytes).toBe(1_000_000_000 + 'begin\n\nend\n'.length - 10_000)
  expect(stdout.length).toBeLessThan(10_100)
  expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000)
})

test('a fork bomb ends with its time', { timeout: 20_000 }, async () => {
  const { client } = await openSandbox()
  // Limited here, as the container's template limits it there.
  const command = 'ulimit -u 200; bomb() { sleep 5 & bomb | bomb & }; for i in $(seq 50); do sleep 60 & done; wait'
  const { exit } = await client.execute({ command, timeoutMs: 500 })
  expect(exit.timedOut).toBe(true)
  expect(exit.durationMs).toBeLessThan(15_000)
  await delay(100)
})

test('many commands at once keep to themselves', { timeout: 20_000 }, async () => {
  const { client } = await openSandbox()
  const executions = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => client.execute({ command: `sleep 0.0${index % 5}; echo ${index}`, timeoutMs: 15_000 }))
  )
  expect(executions.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 30 }, (_, index) => `${index}\n`))
  expect(executions.every(({ stderr }) => stderr === '')).toBe(true)
})
