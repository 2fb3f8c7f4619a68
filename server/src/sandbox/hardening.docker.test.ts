import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Sandbox } from './driver.ts'
import { sandboxTemplate } from './template.ts'
import { type DockerWorld, dockerWorld, run } from './testing/docker-world.ts'

const MiB = 1024 * 1024
const EPERM = 1
const EACCES = 13

/** Numbers of system calls: x86-64's own table and the generic one of 64-bit ARM (Linux UAPI). */
const NUMBERS = {
  x64: {
    ptrace: 101,
    process_vm_readv: 310,
    io_uring_setup: 425,
    io_uring_enter: 426,
    unshare: 272,
    setns: 308,
    mount: 165,
    umount2: 166,
    pivot_root: 155,
    chroot: 161,
    fsopen: 430,
    bpf: 321,
    keyctl: 250,
    add_key: 248,
    request_key: 249,
    userfaultfd: 323,
    perf_event_open: 298,
    open_by_handle_at: 304,
    kexec_load: 246,
    init_module: 175,
    swapon: 167,
    reboot: 169,
    acct: 163,
    msgget: 68,
    mq_open: 240,
    fanotify_init: 300,
    quotactl: 179,
    vmsplice: 278,
    kcmp: 312,
    personality: 135,
    socket: 41,
    clone: 56
  },
  arm64: {
    ptrace: 117,
    process_vm_readv: 270,
    io_uring_setup: 425,
    io_uring_enter: 426,
    unshare: 97,
    setns: 268,
    mount: 40,
    umount2: 39,
    pivot_root: 41,
    chroot: 51,
    fsopen: 430,
    bpf: 280,
    keyctl: 219,
    add_key: 217,
    request_key: 218,
    userfaultfd: 282,
    perf_event_open: 241,
    open_by_handle_at: 265,
    kexec_load: 104,
    init_module: 105,
    swapon: 224,
    reboot: 142,
    acct: 89,
    msgget: 186,
    mq_open: 180,
    fanotify_init: 262,
    quotactl: 60,
    vmsplice: 75,
    kcmp: 272,
    personality: 92,
    socket: 198,
    clone: 220
  }
}
const numbers = process.arch === 'arm64' ? NUMBERS.arm64 : NUMBERS.x64

/** Arguments that do no harm where a call is let through: mostly none that make sense. */
const PROBES: Record<string, [number, ...number[]]> = {
  ...Object.fromEntries(
    Object.entries(numbers)
      .filter(([name]) => !['personality', 'socket', 'clone', 'ptrace', 'reboot', 'unshare'].includes(name))
      .map(([name, number]) => [name, [number, -1, 0, 0, 0, 0, 0]])
  ),
  'ptrace(TRACEME)': [numbers.ptrace, 0, 0, 0, 0],
  'unshare(NEWUSER)': [numbers.unshare, 0x1000_0000],
  'unshare(NEWNET)': [numbers.unshare, 0x4000_0000],
  'personality(ADDR_NO_RANDOMIZE)': [numbers.personality, 0x4_0000],
  'socket(AF_VSOCK)': [numbers.socket, 40, 1, 0],
  'socket(AF_PACKET)': [numbers.socket, 17, 3, 0],
  'socket(AF_ALG)': [numbers.socket, 38, 5, 0],
  // SIGCHLD with a new user namespace; the child, where there is one, ends at once.
  'clone(NEWUSER)': [numbers.clone, 0x1000_0011, 0, 0, 0, 0]
}

/** Perl is part of every Debian and calls the kernel by number. */
const probeScript = `perl -e '${Object.entries(PROBES)
  .map(
    ([name, [number, ...args]]) =>
      `$! = 0; $r = syscall(${[number, ...args].join(', ')}); exit 0 if q(${name}) =~ /^clone/ && $r == 0; print q(${name}), "=", ($r == -1 ? $!+0 : 0), "\\n";`
  )
  .join(' ')}'`

const readProbes = (output: string) =>
  Object.fromEntries([...output.matchAll(/^(\S+)=(\d+)$/gm)].map(([, name, errno]) => [name, Number(errno)]))

describe('a sandbox, seen from inside', () => {
  let world: DockerWorld
  let sandbox: Sandbox
  beforeAll(async () => {
    world = await dockerWorld()
    sandbox = await world.open()
  }, 120_000)
  afterAll(() => world.end(), 60_000)

  test('is an ordinary user without capabilities, held to its system calls', async () => {
    const status = await run(sandbox, 'cat /proc/self/status; id -u; id -g')
    expect(status).toMatch(/^CapEff:\s+0000000000000000$/m)
    expect(status).toMatch(/^CapPrm:\s+0000000000000000$/m)
    expect(status).toMatch(/^CapBnd:\s+0000000000000000$/m)
    expect(status).toMatch(/^CapInh:\s+0000000000000000$/m)
    expect(status).toMatch(/^CapAmb:\s+0000000000000000$/m)
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
    expect(status).toMatch(/^Seccomp:\s+2$/m)
    expect(status).toMatch(/^Uid:\s+10001\s+10001\s+10001\s+10001$/m)
    const control = await world.control('cat /proc/self/status')
    expect(control).toMatch(/^NoNewPrivs:\s+0$/m)
    expect(control).not.toMatch(/^CapEff:\s+0000000000000000$/m)
  }, 30_000)

  test('has no network but loopback, which the control has', async () => {
    expect((await run(sandbox, 'ls /sys/class/net')).trim()).toBe('lo')
    expect(await world.control('ls /sys/class/net')).toMatch(/eth0/)
  }, 30_000)

  test('can write to its workspace, its home and /tmp, and nowhere else', async () => {
    const script =
      'for d in /workspace /home/fixpoint /tmp /dev/shm / /etc /usr/local/bin /opt/fixpoint /opt/fixpoint/compile-cache /var/tmp; do if touch $d/probe 2>/dev/null; then echo "$d yes"; else echo "$d no"; fi; done'
    expect((await run(sandbox, script)).trim().split('\n')).toEqual([
      '/workspace yes',
      '/home/fixpoint yes',
      '/tmp yes',
      '/dev/shm yes',
      '/ no',
      '/etc no',
      '/usr/local/bin no',
      '/opt/fixpoint no',
      '/opt/fixpoint/compile-cache no',
      '/var/tmp no'
    ])
    expect(await world.control(script)).toContain('/usr/local/bin yes')
  }, 30_000)

  test('has no program that gives more rights', async () => {
    expect((await run(sandbox, 'find / -xdev -perm /6000 -type f 2>/dev/null')).trim()).toBe('')
  })

  test('sees none of the machine: no engine’s socket, no devices, no host’s processes', async () => {
    const found = await run(
      sandbox,
      'ls -d /var/run/docker.sock /run/docker.sock /dev/sd* /dev/vd* /dev/kmsg /dev/mem 2>/dev/null; cat /proc/1/comm; ls /proc | grep -c "^[0-9]"'
    )
    expect(found).toMatch(/^tini\n\d{1,2}\n$/)
  })

  test('is refused what leads out of it, with EPERM, where the same calls reach the kernel without the walls', async () => {
    const inside = readProbes(await run(sandbox, probeScript))
    expect(Object.keys(inside).toSorted()).toEqual(Object.keys(PROBES).toSorted())
    expect(Object.entries(inside).filter(([, errno]) => errno !== EPERM)).toEqual([])
    const unconfined = readProbes(await world.control(probeScript, { SecurityOpt: ['seccomp=unconfined'] }))
    const reached = Object.entries(unconfined).filter(([, errno]) => errno !== EPERM && errno !== EACCES)
    expect(reached.length).toBeGreaterThan(10)
    expect(reached.map(([name]) => name)).toEqual(
      expect.arrayContaining(['io_uring_setup', 'ptrace(TRACEME)', 'unshare(NEWUSER)', 'msgget'])
    )
  }, 30_000)

  test('makes no namespace, mounts nothing, becomes nobody else', async () => {
    const script =
      'unshare --user true; unshare --net true; mount -t tmpfs none /tmp; chroot / true; mknod /tmp/device c 1 3; su root -c id; hostname other'
    const { stdout, stderr } = await sandbox.exec({ command: script, timeoutMs: 10_000 })
    expect(stdout).toBe('')
    expect(stderr.trim().split('\n').length).toBeGreaterThanOrEqual(6)
  })

  test('is what the golden template says, as the engine tells it', async () => {
    const { containers } = await world.leftovers()
    const name = containers.find(container => container.endsWith('-sandbox'))?.slice(1) ?? expect.unreachable()
    const { Config, HostConfig, Mounts, NetworkSettings } = await world.docker.getContainer(name).inspect()
    const workspace = Mounts.find(mount => mount.Destination === '/workspace')?.Name ?? expect.unreachable()
    const labels = { 'fixpoint.session': sandbox.sessionId }
    const {
      HostConfig: golden,
      name: _,
      ...config
    } = sandboxTemplate({ settings: world.settings, name, purpose: 'session', labels, workspace })
    expect(Config).toMatchObject(config)
    // The engine writes what was left empty in its own way.
    const { Mounts: goldenMounts, ...goldenHost } = golden ?? {}
    expect(HostConfig).toMatchObject(goldenHost)
    expect(HostConfig.Mounts?.map(({ Type, Source = '', Target }) => [Type, Source, Target])).toEqual(
      goldenMounts?.map(({ Type, Source, Target }) => [Type, Source, Target])
    )
    expect(Mounts.map(({ Type, Destination }) => `${Type} ${Destination}`).toSorted()).toEqual([
      'volume /home/fixpoint',
      'volume /workspace'
    ])
    // What the template does not name must be at its harmless value.
    expect(HostConfig).toMatchObject({
      Binds: null,
      CapAdd: null,
      PidMode: '',
      UTSMode: '',
      UsernsMode: '',
      VolumesFrom: null,
      PortBindings: {}
    })
    expect(HostConfig.Devices ?? []).toEqual([])
    expect(HostConfig.MaskedPaths).toContain('/proc/kcore')
    expect(HostConfig.ReadonlyPaths).toContain('/proc/sys')
    expect(HostConfig.DeviceRequests ?? []).toEqual([])
    expect(Object.keys(NetworkSettings.Networks)).toEqual(['none'])
    expect(Config.Env).not.toContainEqual(expect.stringMatching(/TOKEN|KEY|SECRET|PASSWORD/i))
  })
})

describe('a sandbox under a bomb', () => {
  let world: DockerWorld
  beforeAll(async () => {
    const settings = { pids: 128, memoryBytes: 512 * MiB, tmpBytes: 64 * MiB, tmpFiles: 1_000, diskBytes: 400 * MiB }
    world = await dockerWorld({ settings })
  }, 120_000)
  afterAll(() => world.end(), 60_000)

  test('holds processes at their limit and answers all the while', async () => {
    const sandbox = await world.open()
    const bomb = sandbox.exec({
      command: 'for i in $(seq 1 500); do sleep 30 & done 2>&1 | head -1; ls /proc | grep -c "^[0-9]"',
      timeoutMs: 5_000
    })
    const answered = sandbox.request('dev-server/status', {})
    await expect(answered).resolves.toMatchObject({ state: 'stopped' })
    await bomb
    const { stdout } = await sandbox.exec({
      command: 'cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null',
      timeoutMs: 5_000
    })
    expect(stdout.trim()).toBe('128')
  }, 30_000)

  test('ends a command that takes too much memory, not the machine', async () => {
    const sandbox = await world.open()
    const lost = sandbox.lost.then(error => error.message)
    const outcome = await Promise.race([
      sandbox.exec({ command: 'node -e "const all=[];for(;;)all.push(Buffer.alloc(1e7,1))"', timeoutMs: 20_000 }).then(
        result => `exit ${result.exitCode} ${result.signal} ${result.outOfMemory}`,
        (error: unknown) => String(error)
      ),
      lost
    ])
    expect(outcome).toMatch(/out of memory|true|exit 13[47]|SIGKILL|SIGABRT|lost/)
  }, 40_000)

  test('fills its /tmp and no more, in bytes and in files', async () => {
    const sandbox = await world.open()
    expect(await run(sandbox, 'head -c 200000000 /dev/zero > /tmp/big; stat -c %s /tmp/big; rm /tmp/big')).toMatch(
      /No space left[\s\S]*|^6\d{7}\n/
    )
    expect(await run(sandbox, 'for i in $(seq 1 3000); do : > /tmp/f$i || break; done; ls /tmp | wc -l')).toMatch(/No space left/)
  }, 30_000)

  test.each([
    ['its workspace', 'for i in $(seq 1 40); do dd if=/dev/zero of=/workspace/big$i bs=1M count=100 conv=fsync status=none; done'],
    ['its home', 'for i in $(seq 1 40); do dd if=/dev/zero of=$HOME/big$i bs=1M count=100 conv=fsync status=none; done'],
    [
      'files that have no name',
      `node -e "const fs = require('fs'); for (let i = 0; i < 40; i++) { const f = fs.openSync('big' + i, 'w'); fs.unlinkSync('big' + i); for (let j = 0; j < 100; j++) fs.writeSync(f, Buffer.alloc(1048576)); fs.fsyncSync(f) }"`
    ]
  ])(
    'fills its part of the disk and not the machine’s: %s',
    async (_where, command) => {
      const sandbox = await world.open()
      const filled = await sandbox.exec({ command, timeoutMs: 60_000 })
      expect(filled).toMatchObject({ outOfDisk: true, timedOut: false })
      const used = 'du -sBM --total /workspace $HOME | tail -1 | cut -f1'
      // What one look misses is what the disk takes in half a second.
      expect(Number.parseInt(await run(sandbox, used), 10)).toBeLessThan(3_900)
      // It can be tidied up, and gone on in.
      expect(await sandbox.exec({ command: 'rm -f big* ~/big*; echo tidy', timeoutMs: 10_000 })).toMatchObject({
        exitCode: 0,
        stdout: 'tidy\n'
      })
      await sandbox.close({ removeWorkspace: true })
    },
    90_000
  )

  test('control: writes as much where it may', async () => {
    const roomy = await dockerWorld()
    try {
      const sandbox = await roomy.open()
      const command = 'for i in $(seq 1 6); do dd if=/dev/zero of=big$i bs=1M count=100 conv=fsync status=none; done; du -sm . | cut -f1'
      expect(Number.parseInt(await run(sandbox, command), 10)).toBeGreaterThan(590)
    } finally {
      await roomy.end()
    }
  }, 120_000)

  test('has no file that is larger than its part of the disk', async () => {
    const sandbox = await world.open()
    expect(await run(sandbox, 'truncate -s 300M small; truncate -s 500M big; stat -c %s small big')).toMatch(/^314572800\n0$/m)
  }, 30_000)

  test('cuts a flood of output and a command that never ends', async () => {
    const sandbox = await world.open()
    const flood = await sandbox.exec({ command: 'yes 0123456789', timeoutMs: 2_000, maxOutputBytes: 10_000 })
    expect(flood.timedOut).toBe(true)
    expect(flood.stdout.length).toBeLessThan(12_000)
  }, 30_000)
})
