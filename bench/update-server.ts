/**
 * The update server against nginx that has the same bytes as files: both on one processor of their own, in turns, with the load from the
 * other processor.
 */
import { spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../e2e/src/server-process.ts'
import { UpdateServerProcess } from '../e2e/src/update-server-process.ts'
import { extensionIdOf } from '../update-server/src/crx/extension-id.ts'
import { packCrx } from '../update-server/src/crx/pack.ts'
import { signerOfKey } from '../update-server/src/crx/signer.ts'
import type { Figure, Part, Wanted } from './figure.ts'
import { oweBack } from './giving-back.ts'
import { benchTools, type LoadRun, pinToProcessor, runLoad } from './load.ts'
import { summarise } from './measure.ts'

const TURNS = 5
const TURN_SECONDS = 2
const CONNECTIONS = 32
/** As large as the extension's own. */
const CRX_BYTES = 300_000
const CHECKS_FOR_MEMORY = 1_000_000
const MEMORY_STEP_SECONDS = 5
/** The first steps fill what is kept and let the engine make its code. */
const WARM_CHECKS = 200_000

/** 0.3 times the rate of nginx, or better. */
const WANTED_OF_CHECKS: Wanted = { timesAsLong: 3.33 }

interface Site {
  origin: string
  pid: number
}

export async function benchUpdateServer(): Promise<Part> {
  if (availableParallelism() < 2) throw new Error('It takes two processors: one for the server, one for the load.')
  benchTools()
  const folder = await mkdtemp(join(tmpdir(), 'fixpoint-bench-updates-'))
  const giveFolderBack = oweBack(() => rm(folder, { recursive: true, force: true }))
  const { server, id } = await startOurs()
  const giveServerBack = oweBack(() => server.close())
  const ours: Site = { origin: server.url, pid: server.pid }
  const crx = `/crx/${id}/2.0.0.crx`
  const known = fleetAddresses(id)
  const peer = await startNginx(folder, ours, known[0] ?? '', crx)
  for (const { pid } of [ours, peer]) await pinToProcessor(pid, 0)

  const run = (site: Site, addresses: readonly string[], seconds = TURN_SECONDS, connections = CONNECTIONS) =>
    runLoad(site.pid, { origin: site.origin, addresses, seconds, connections, folder })
  /** Both in turns, after a turn for warming up. */
  const compare = async (addresses: readonly string[], connections: number) => {
    for (const site of [ours, peer]) await run(site, addresses, TURN_SECONDS, connections)
    const readings: { ours: LoadRun[]; peer: LoadRun[] } = { ours: [], peer: [] }
    for (let turn = 0; turn < TURNS; turn++) {
      readings.ours.push(await run(ours, addresses, TURN_SECONDS, connections))
      readings.peer.push(await run(peer, addresses, TURN_SECONDS, connections))
    }
    return readings
  }

  const checks = await compare(known, CONNECTIONS)
  const downloads = await compare([crx], 8)
  const strange: LoadRun[] = []
  for (let turn = 0; turn < 3; turn++) strange.push(await run(ours, [`${known[0]}&client=device-%d`]))
  const memory = await watchMemory(ours, [...known, `${known[0]}&client=device-%d`], run)
  await giveServerBack()
  await giveFolderBack()
  return {
    figures: [
      figure(
        'Update check',
        `one of ${known.length} addresses that a fleet asks with, ${CONNECTIONS} connections`,
        checks,
        WANTED_OF_CHECKS
      ),
      figure('CRX download', `a file of ${CRX_BYTES / 1_000} kB, 8 connections`, downloads),
      {
        what: 'Update check, asked for the first time',
        how: 'every check with an address of its own, so that none of the answers was given before; processor time for one',
        unit: 'µs',
        ours: summarise(strange.map(reading => reading.processorMicroseconds))
      },
      memory.figure
    ],
    remarks: [
      describeRates('Update checks', checks),
      describeRates('CRX downloads', downloads),
      `Update checks, each with an address of its own: ${rate(strange)}/s.`,
      memory.remark
    ]
  }
}

/** Addresses as browsers of a company have them: a few versions of the browser and of the extension, on two systems, in some languages. */
function fleetAddresses(id: string): string[] {
  const addresses: string[] = []
  for (const system of ['os=linux&arch=x64', 'os=win&arch=x64'])
    for (const chrome of ['154.0.7990.12', '155.0.8021.40', '155.0.8021.61', '156.0.8078.44', '156.0.8078.79'])
      for (const language of ['en-US', 'de', 'fr'])
        for (const version of ['0.0.0.0', '1.0.0', '2.0.0']) {
          const app = encodeURIComponent(`id=${id}&v=${version}&installsource=notfromwebstore&installedby=policy&uc`)
          addresses.push(
            `/rings/canary/update?${system}&prod=chromiumcrx&prodchannel=&prodversion=${chrome}&lang=${language}&acceptformat=crx3,puff&x=${app}`
          )
        }
  return addresses
}

async function startOurs(): Promise<{ server: UpdateServerProcess; id: string }> {
  const signer = signerOfKey(generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey)
  const id = extensionIdOf(signer.publicKey)
  const port = await freePort()
  const server = await UpdateServerProcess.start(`http://127.0.0.1:${port}`, port, id)
  for (const version of ['1.0.0', '2.0.0']) {
    const manifest = { manifest_version: 3, name: 'Sample', version, update_url: `${server.url}/rings/all/update` }
    const files = new Map([
      ['manifest.json', Buffer.from(JSON.stringify(manifest))],
      ['noise.bin', randomBytes(CRX_BYTES)]
    ])
    await server.succeed('ada', 'publish', server.write(`${version}.crx`, await packCrx(files, signer)))
    await server.succeed('grace', 'approve', version)
  }
  return { server, id }
}

/** nginx with the answers of ours as files; without a log, and with open files kept, which is as fast as it gets. */
async function startNginx(folder: string, ours: Site, check: string, crx: string): Promise<Site> {
  const port = await freePort()
  for (const address of [check, crx]) {
    const path = join(folder, 'html', new URL(address, ours.origin).pathname)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, Buffer.from(await (await fetch(`${ours.origin}${address}`)).arrayBuffer()))
  }
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(kind => `${kind}_temp_path ${folder}/${kind};`)
  const config = `
daemon off;
master_process off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log;
events { worker_connections 1024; }
http {
  ${temporary.join('\n  ')}
  access_log off;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=1000;
  keepalive_requests 1000000000;
  types { application/x-chrome-extension crx; }
  default_type text/xml;
  server { listen 127.0.0.1:${port}; root ${folder}/html; }
}
`
  await writeFile(join(folder, 'nginx.conf'), config)
  const child = spawn(benchTools().nginx, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'nginx.log')], {
    stdio: 'ignore'
  })
  oweBack(async () => {
    child.kill()
    if (child.exitCode === null) await once(child, 'exit')
  })
  const origin = `http://127.0.0.1:${port}`
  const expected = await readFile(join(folder, 'html', new URL(crx, origin).pathname))
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(`${origin}${crx}`).catch(() => null)
    if (answer !== null && Buffer.from(await answer.arrayBuffer()).equals(expected)) break
    if (attempt === 100) throw new Error(`nginx does not answer: ${await readFile(join(folder, 'nginx.log'), 'utf8')}`)
    await delay(50)
  }
  if (child.pid === undefined) throw new Error('nginx has not started.')
  return { origin, pid: child.pid }
}

async function watchMemory(
  ours: Site,
  addresses: readonly string[],
  run: (site: Site, addresses: readonly string[], seconds: number) => Promise<LoadRun>
): Promise<{ figure: Figure; remark: string }> {
  const points: { checks: number; megabytes: number }[] = []
  let checks = 0
  while (checks < CHECKS_FOR_MEMORY) {
    checks += (await run(ours, addresses, MEMORY_STEP_SECONDS)).count
    points.push({ checks, megabytes: await residentMegabytes(ours.pid) })
  }
  const slope = slopeOf(points.filter(point => point.checks >= WARM_CHECKS))
  return {
    figure: {
      what: 'Memory, growth over a million checks',
      how: `resident memory of the update server after each ${MEMORY_STEP_SECONDS} s of update checks, one of ${addresses.length} with an address that was never asked before; the line through all readings from ${WARM_CHECKS} checks on, per million`,
      unit: 'MB',
      ours: summarise([slope * 1e6]),
      wanted: { atMost: 10 }
    },
    remark: `Memory of the update server by checks: ${points.map(point => `${Math.round(point.checks / 1_000)}k ${point.megabytes.toFixed(0)} MB`).join(', ')}.`
  }
}

/** Of the line with the least squares, in MB for one check. */
function slopeOf(points: readonly { checks: number; megabytes: number }[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map(point => point.checks)), mean(points.map(point => point.megabytes))]
  const above = points.reduce((sum, point) => sum + (point.checks - x) * (point.megabytes - y), 0)
  return above / points.reduce((sum, point) => sum + (point.checks - x) ** 2, 0)
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_000
}

function figure(what: string, how: string, { ours, peer }: { ours: LoadRun[]; peer: LoadRun[] }, wanted?: Wanted): Figure {
  const perRequest = (readings: readonly LoadRun[]) => summarise(readings.map(reading => 1e6 / reading.perSecond))
  return {
    what,
    how: `${how}: ${TURN_SECONDS} s in turns with nginx, each server alone on one processor; the time from one answer to the next`,
    unit: 'µs',
    ours: perRequest(ours),
    peer: { name: 'nginx', reading: perRequest(peer) },
    ...(wanted && { wanted })
  }
}

const rate = (readings: readonly LoadRun[]) => Math.round(summarise(readings.map(reading => reading.perSecond)).median).toLocaleString('en')

function describeRates(what: string, { ours, peer }: { ours: LoadRun[]; peer: LoadRun[] }): string {
  const processor = (readings: readonly LoadRun[]) => summarise(readings.map(reading => reading.processorMicroseconds)).median
  const share = summarise(ours.map((reading, turn) => reading.perSecond / (peer[turn]?.perSecond ?? Number.NaN))).median
  const ofProcessor = processor(peer) / processor(ours)
  return `${what}: ${rate(ours)}/s, nginx ${rate(peer)}/s: ${share.toFixed(2)} × nginx. Processor time for one: ${processor(ours).toFixed(0)} µs, nginx ${processor(peer).toFixed(0)} µs: ${ofProcessor.toFixed(2)} × nginx.`
}
