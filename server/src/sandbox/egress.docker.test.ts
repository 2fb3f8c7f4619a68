import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EgressDecision } from '@fixpoint/protocol/sandbox'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Sandbox } from './driver.ts'
import type { Network } from './network.ts'
import { type DockerWorld, dockerWorld, run } from './testing/docker-world.ts'

const PUBLIC = '93.184.216.34'
const INSIDE = '10.20.30.40'

/** Names that the server's resolver knows in these tests. */
const NAMES: Record<string, string> = {
  'allowed.test': PUBLIC,
  'second.test': PUBLIC,
  'inside.test': INSIDE,
  'evil.test': PUBLIC,
  'rebound.test': '127.0.0.1',
  'metadata.test': '169.254.169.254',
  'private.test': INSIDE
}
/** On the list, though three of them lead where nothing may go. */
const ALLOWED = [
  'allowed.test',
  'second.test',
  'rebound.test',
  'metadata.test',
  'private.test',
  { host: 'inside.test', resolvesPrivately: true }
]

/** A web server with TLS that stands for all allowed hosts, and a port on the machine that nothing in a sandbox may reach. */
interface Surroundings {
  web: HttpsServer
  received: { host: string; bytes: number }[]
  trap: Server
  trapPort: number
  trapHits: number
  connected: string[]
  network: Network
  close(): Promise<void>
}

async function surroundings(): Promise<Surroundings> {
  const folder = await mkdtemp(join(tmpdir(), 'fixpoint-egress-test-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  await execa('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
    '-days',
    '2',
    '-subj',
    '/CN=allowed.test'
  ])
  const around: Surroundings = {
    received: [],
    trapHits: 0,
    connected: [],
    trapPort: 0,
    trap: createServer(socket => {
      around.trapHits += 1
      socket.destroy()
    }),
    web: createHttpsServer({ key: await readFile(key), cert: await readFile(cert) }, (request, response) => {
      let bytes = 0
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      request.on('end', () => {
        around.received.push({ host: request.headers.host ?? '', bytes })
        response.end(`hello from ${request.headers.host}`)
      })
    }),
    network: {
      async resolveHost(host) {
        const address = NAMES[host]
        if (address === undefined) throw new Error(`no such host: ${host}`)
        return [{ address, family: 4 }]
      },
      async connect(address, port) {
        around.connected.push(`${address.address}:${port}`)
        const socket = connect((around.web.address() as AddressInfo).port, '127.0.0.1')
        await once(socket, 'connect')
        return socket
      }
    },
    async close() {
      around.web.closeAllConnections()
      around.web.close()
      around.trap.close()
      await rm(folder, { recursive: true })
    }
  }
  around.web.listen(0, '127.0.0.1')
  around.trap.listen(0, '0.0.0.0')
  await Promise.all([once(around.web, 'listening'), once(around.trap, 'listening')])
  around.trapPort = (around.trap.address() as AddressInfo).port
  return around
}

/** The machine's address on the network of ordinary containers, out of /proc/net/route. */
function gatewayFrom(routes: string): string {
  const [, hex = ''] = /^\S+\s+00000000\s+([0-9A-F]{8})\s/m.exec(routes) ?? []
  return [...Buffer.from(hex, 'hex')].reverse().join('.')
}

const curl = (...args: string[]) => `curl --silent --show-error --insecure --max-time 5 ${args.join(' ')}`
/** Speaks to the proxy by hand. */
const raw = (text: string) => `printf '${text}' | timeout 3 bash -c 'exec 3<>/dev/tcp/127.0.0.1/3128; cat >&3; head -c 300 <&3'`
const asks = (authority: string) => raw(`CONNECT ${authority} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n`)

describe('the way out of a sandbox', () => {
  let around: Surroundings
  let world: DockerWorld
  let sandbox: Sandbox & { decisions: EgressDecision[] }
  let gateway = ''
  beforeAll(async () => {
    around = await surroundings()
    world = await dockerWorld({ network: around.network })
    sandbox = await world.open({ allowedHosts: ALLOWED })
    gateway = gatewayFrom(await world.control('cat /proc/net/route'))
  })
  afterAll(async () => {
    await world.end()
    await around.close()
  })

  test('control: a container with a network reaches the machine', async () => {
    await world.control(`exec 3<>/dev/tcp/${gateway}/${around.trapPort}`)
    expect(around.trapHits).toBe(1)
    around.trapHits = 0
  })

  test.each([
    ['a host on the list', curl('https://allowed.test/'), 'hello from allowed.test'],
    ['another one', curl('https://second.test/'), 'hello from second.test'],
    ['one in capitals', curl('https://ALLOWED.TEST/'), 'hello from ALLOWED.TEST'],
    ['one inside, marked for it', curl('https://inside.test/'), 'hello from inside.test'],
    [
      'one by Node',
      `NODE_TLS_REJECT_UNAUTHORIZED=0 node -e "fetch('https://allowed.test/').then(r=>r.text()).then(t=>console.log(t))"`,
      'hello from allowed.test'
    ],
    [
      'one twice over one connection',
      curl('https://allowed.test/', 'https://allowed.test/'),
      'hello from allowed.testhello from allowed.test'
    ]
  ])('leads to %s', async (_what, command, expected) => {
    expect(await run(sandbox, command)).toContain(expected)
    expect(sandbox.decisions.at(-1)).toMatchObject({ isAllowed: true, reason: 'on_list' })
  })

  test('carries much in both directions', async () => {
    const sent = await run(
      sandbox,
      `head -c 60000000 /dev/zero | ${curl('--max-time 60', '--data-binary @-', 'https://allowed.test/upload')}`,
      90_000
    )
    expect(sent).toContain('hello from allowed.test')
    expect(around.received.at(-1)).toEqual({ host: 'allowed.test', bytes: 60_000_000 })
  })

  const direct = () => [
    ['TCP to the machine', `exec 3<>/dev/tcp/${gateway}/${around.trapPort}`],
    ['HTTP to the machine past the proxy', curl("--noproxy '*'", `http://${gateway}:${around.trapPort}/`)],
    ['the machine’s name', curl("--noproxy '*'", `http://host.docker.internal:${around.trapPort}/`)],
    ['a proxy of one’s own', `https_proxy=http://${gateway}:${around.trapPort} ${curl('https://evil.test/')}`],
    ['a SOCKS proxy', `${curl('--proxy', `socks5h://${gateway}:${around.trapPort}`, 'https://evil.test/')}`],
    [
      'an address given by hand',
      curl("--noproxy '*'", `--resolve allowed.test:${around.trapPort}:${gateway}`, `https://allowed.test:${around.trapPort}/`)
    ],
    [
      'a connection elsewhere',
      curl("--noproxy '*'", `--connect-to allowed.test:443:${gateway}:${around.trapPort}`, 'https://allowed.test/')
    ],
    ['everything excepted from the proxy', `NO_PROXY='*' no_proxy='*' ${curl('https://evil.test/')}`],
    ['UDP', 'echo x > /dev/udp/8.8.8.8/53'],
    ['a look-up of names', 'getent hosts allowed.test'],
    [
      'a look-up by Node',
      `node -e "require('dns').promises.resolve4('allowed.test').then(console.log, e => { console.error(e.code); process.exit(1) })"`
    ],
    ['DNS over TLS', 'exec 3<>/dev/tcp/1.1.1.1/853'],
    ['IPv6', curl("--noproxy '*'", '-g', "'http://[2606:4700::1111]/'")],
    ['IPv6 metadata', curl("--noproxy '*'", '-g', "'http://[fd00:ec2::254]/'")],
    ['metadata of AWS, Azure and GCP', curl("--noproxy '*'", 'http://169.254.169.254/latest/meta-data/')],
    ['Azure’s host', curl("--noproxy '*'", 'http://168.63.129.16/')],
    ['metadata of Alibaba', curl("--noproxy '*'", 'http://100.100.100.200/')],
    ['a ping', `perl -MSocket -e 'socket(my $s, AF_INET, SOCK_RAW, 1) or die "$!"'`],
    ['raw packets', `perl -e 'socket(my $s, 17, 3, 0) or die "$!"'`],
    ['the machine’s hypervisor', `perl -e 'socket(my $s, 40, 1, 0) or die "$!"'`]
  ]

  test('is the only one: nothing gets out past it', async () => {
    const before = sandbox.decisions.length
    for (const [what, command] of direct()) {
      const { exitCode, stdout } = await sandbox.exec({ command: command ?? '', timeoutMs: 15_000 })
      expect.soft({ what, isRefused: exitCode !== 0, stdout }).toEqual({ what, isRefused: true, stdout: '' })
    }
    expect(around.trapHits).toBe(0)
    expect(sandbox.decisions.slice(before)).toEqual([])
  })

  test.each<[string, string, Partial<EgressDecision>]>([
    ['a host that is not on the list', curl('https://evil.test/'), { host: 'evil.test', port: 443, reason: 'not_on_list' }],
    ['one that looks like it', curl('https://allowed.test.evil.test/'), { host: 'allowed.test.evil.test', reason: 'not_on_list' }],
    ['one below it', curl('https://sub.allowed.test/'), { reason: 'not_on_list' }],
    ['a Cyrillic look-alike', curl("'https://аllowed.test/'"), { reason: 'not_on_list' }],
    ['the same in bytes', asks('\\xd0\\xb0llowed.test:443'), {}],
    ['another port', curl('https://allowed.test:8443/'), { host: 'allowed.test', port: 8443, reason: 'port_not_allowed' }],
    ['port 22', asks('allowed.test:22'), { reason: 'port_not_allowed' }],
    ['a trailing dot', asks('allowed.test.:443'), { reason: 'host_syntax' }],
    ['a NUL', asks('allowed.test\\x00.evil.test:443'), {}],
    ['an escaped NUL', asks('allowed.test%%00.evil.test:443'), {}],
    ['a user in front', asks('allowed.test@evil.test:443'), {}],
    ['a name that leads to loopback', curl('https://rebound.test/'), { host: 'rebound.test', reason: 'private_address' }],
    ['a name that leads to metadata', curl('https://metadata.test/'), { host: 'metadata.test', reason: 'private_address' }],
    ['a name that leads inside', curl('https://private.test/'), { host: 'private.test', reason: 'private_address' }],
    ['loopback', asks('127.0.0.1:443'), { reason: 'not_on_list' }],
    ['loopback by name', asks('localhost:443'), { reason: 'not_on_list' }],
    ['loopback as a number', asks('2130706433:443'), { reason: 'host_syntax' }],
    ['loopback in hex', asks('0x7f.1:443'), { reason: 'host_syntax' }],
    ['loopback in octal', asks('0177.0.0.1:443'), { reason: 'host_syntax' }],
    ['loopback in IPv6', asks('[::1]:443'), { reason: 'host_syntax' }],
    ['loopback, mapped', asks('[::ffff:127.0.0.1]:443'), { reason: 'host_syntax' }],
    ['metadata', curl('--proxytunnel', 'http://169.254.169.254/'), { host: '169.254.169.254', port: 80, reason: 'not_on_list' }],
    ['DNS over HTTPS', curl('https://1.1.1.1/dns-query'), { host: '1.1.1.1', reason: 'not_on_list' }],
    ['a plain request', curl('http://allowed.test/?secret'), { port: null, reason: 'not_connect' }],
    ['a plain request by Node', `node -e "fetch('http://evil.test/').then(async r=>{if(!r.ok)throw new Error(await r.text())})"`, {}],
    ['a WebSocket', curl("-H 'Upgrade: websocket' -H 'Connection: Upgrade'", 'http://evil.test/socket'), { reason: 'not_connect' }],
    [
      'two requests in one',
      raw(
        'CONNECT allowed.test:443 HTTP/1.1\\r\\nContent-Length: 5\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\nGET http://evil.test/ HTTP/1.1\\r\\n\\r\\n'
      ),
      {}
    ],
    [
      'another host behind an allowed one',
      curl('--connect-to evil.test:443:allowed.test:443', 'https://evil.test/'),
      { host: 'allowed.test', reason: 'tls_name_mismatch' }
    ],
    [
      'plain HTTP through an allowed host’s door',
      curl('--proxytunnel --connect-to evil.test:80:allowed.test:443', 'http://evil.test/'),
      { reason: 'tls_name_mismatch' }
    ],
    ['git', 'git ls-remote https://evil.test/x.git', { host: 'evil.test', reason: 'not_on_list' }],
    ['npm', 'npm view left-pad --registry https://evil.test/ --fetch-retries 0', { host: 'evil.test', reason: 'not_on_list' }]
  ])('does not lead to %s', async (_what, command, decision) => {
    const before = sandbox.decisions.length
    const served = around.received.length
    const { stdout } = await sandbox.exec({ command, timeoutMs: 20_000 })
    expect(stdout).not.toContain('hello from')
    expect(around.received.length).toBe(served)
    expect(around.trapHits).toBe(0)
    // The answer may be there before the server has told of its decision, and one of the attempt before may come late.
    const refused = () => sandbox.decisions.slice(before).filter(({ isAllowed }) => !isAllowed)
    if (Object.keys(decision).length > 0)
      await vi.waitFor(() => expect(refused()).toContainEqual(expect.objectContaining(decision)), 15_000)
    expect(around.connected.every(address => address === `${PUBLIC}:443` || address === `${INSIDE}:443`)).toBe(true)
  })

  test('is closed while its process is down, and comes back', async () => {
    const before = around.received.length
    const { stdout } = await sandbox.exec({ command: `pkill -9 -f fixpoint-egress; ${curl('https://allowed.test/')}`, timeoutMs: 10_000 })
    expect(stdout).not.toContain('hello')
    expect(around.received.length).toBe(before)
    await expect
      .poll(() => run(sandbox, curl('https://allowed.test/')), { timeout: 10_000, interval: 300 })
      .toContain('hello from allowed.test')
  })

  test('cannot be replaced by a process of the sandbox’s own', async () => {
    const script = `pkill -9 -f fixpoint-egress; node -e "
      require('net').createServer(s => s.end('mine')).listen(3128, '127.0.0.1', () => setTimeout(() => process.exit(0), 2000))" &
      sleep 1; ${curl('https://evil.test/')}; wait`
    expect(await run(sandbox, script)).not.toContain('hello from')
    expect(around.trapHits).toBe(0)
    await expect
      .poll(() => run(sandbox, curl('https://allowed.test/')), { timeout: 15_000, interval: 500 })
      .toContain('hello from allowed.test')
  })

  test('does not exist where the list is empty', async () => {
    const sealed = await world.open()
    expect(await run(sealed, curl('https://allowed.test/'))).toContain('403')
    expect(sealed.decisions).toEqual([{ host: 'allowed.test', port: 443, isAllowed: false, reason: 'not_on_list' }])
  })
})

describe('the way out with little to spend', () => {
  test('closes when it is spent', async () => {
    const around = await surroundings()
    const world = await dockerWorld({ network: around.network, settings: { egressBytes: 100_000 } })
    try {
      const sandbox = await world.open({ allowedHosts: ['allowed.test'] })
      await run(sandbox, `head -c 5000000 /dev/zero | ${curl('--data-binary @-', 'https://allowed.test/')}`)
      expect(around.received).toEqual([])
      expect(sandbox.decisions.map(({ reason }) => reason)).toEqual(['on_list', 'byte_budget'])
      await run(sandbox, curl('https://allowed.test/'))
      expect(sandbox.decisions.at(-1)).toMatchObject({ isAllowed: false, reason: 'byte_budget' })
    } finally {
      await world.end()
      await around.close()
    }
  })
})

describe('installing packages', () => {
  test('works through the way out, from the registry that this machine uses', async () => {
    const { stdout: registry } = await execa('npm', ['config', 'get', 'registry'])
    const { hostname, port } = new URL(registry)
    const packageJson = JSON.stringify({ name: 'x', version: '1.0.0', private: true, dependencies: { 'is-odd': '3.0.1' } })
    const world = await dockerWorld({ files: { 'package.json': packageJson } })
    try {
      const install = {
        command: 'npm install',
        cwd: '.',
        timeoutMs: 120_000,
        // The administrator's own choice of registry, wherever it is.
        allowedHosts: [{ host: hostname, port: Number(port || 443), resolvesPrivately: true }],
        environment: { npm_config_registry: registry }
      }
      const prepared = await world.prepare(install)
      const sandbox = await world.open({ prepared })
      expect(await run(sandbox, 'node -p "require(\'is-odd\')(3)"')).toBe('true\n')
      // Control: the same command without the host fails, and says what to do with its output.
      await expect(
        world.prepare({ ...install, allowedHosts: [], environment: { ...install.environment, npm_config_fetch_retries: '0' } })
      ).rejects.toMatchObject({
        code: 'workspace_prepare_failed',
        message: expect.stringMatching(/npm install[\s\S]*403/)
      })
    } finally {
      await world.end()
    }
  })
})
