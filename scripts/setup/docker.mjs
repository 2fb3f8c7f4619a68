import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { canInstallPackages, installPackages } from './debian.mjs'
import { logFile } from './places.mjs'
import { tryRun } from './run.mjs'
import { SetupError, step } from './step.mjs'

const DEFAULT_SOCKET = '/var/run/docker.sock'

/** The engine's version, or why it does not answer. Asks the engine itself, since a client may be there without one. */
export async function dockerVersion() {
  const host = process.env['DOCKER_HOST'] ?? ''
  if (host !== '' && !host.startsWith('unix://')) return await ask(new URL(host.replace(/^tcp:/, 'http:')))
  const socketPath = host === '' ? socketOfMachine() : host.slice('unix://'.length)
  return existsSync(socketPath) ? await ask({ socketPath, path: '/version' }) : { error: `there is no ${socketPath}` }
}

/**
 * Docker Desktop and rootless engines put their socket below the home folder, or into the folder of the login. In the order in which
 * the server's client (docker-modem) looks, which does not know the last one.
 */
function placesOfSocket(environment) {
  const home = environment['HOME'] ?? ''
  const runtime = environment['XDG_RUNTIME_DIR'] ?? ''
  return { known: [`${home}/.docker/run/docker.sock`, DEFAULT_SOCKET], ofLogin: `${runtime}/docker.sock` }
}

function socketOfMachine() {
  const { known, ofLogin } = placesOfSocket(process.env)
  return [...known, ofLogin].find(place => existsSync(place)) ?? DEFAULT_SOCKET
}

/** What programs need in their environment to find the engine that is found here. */
export function dockerEnvironment(environment = process.env, exists = existsSync) {
  if (environment['DOCKER_HOST']) return {}
  const { known, ofLogin } = placesOfSocket(environment)
  return !known.some(exists) && exists(ofLogin) ? { DOCKER_HOST: `unix://${ofLogin}` } : {}
}

function ask(target) {
  return new Promise(resolve => {
    const options = target instanceof URL ? { host: target.hostname, port: target.port || 2375, path: '/version' } : target
    const asked = request({ ...options, timeout: 5_000 }, response => {
      let body = ''
      response.on('data', chunk => {
        body += chunk
      })
      response.on('end', () => {
        try {
          resolve({ version: JSON.parse(body).Version })
        } catch {
          resolve({ error: `the engine answered “${body.slice(0, 80)}”` })
        }
      })
    })
    asked.once('timeout', () => asked.destroy(new Error('it did not answer within 5 s')))
    asked.once('error', error =>
      resolve({ error: 'code' in error && error.code === 'EACCES' ? 'this user may not use it' : error.message })
    )
    asked.end()
  })
}

/** Uses the engine that runs; where there is none and this is root on Debian, installs and starts one. */
export async function ensureDocker() {
  await step('Docker engine', async report => {
    const running = await dockerVersion()
    if (running.version) return { said: running.version, value: undefined }
    if (running.error === 'this user may not use it') {
      throw new SetupError(
        'Docker is running, but this user may not use it.',
        'Add the user to the group “docker” (sudo usermod -aG docker $USER), log in again and run this again.'
      )
    }
    if (!canInstallPackages()) {
      throw new SetupError(
        `Docker does not answer: ${running.error}.`,
        'Start Docker (Docker Desktop, or `sudo systemctl start docker`) or install it: docs.docker.com/engine/install. As root on Debian this script does it by itself.'
      )
    }
    const wasThere = existsSync('/usr/sbin/dockerd') || existsSync('/usr/bin/dockerd')
    if (!wasThere) await installPackages(['docker.io', 'iptables'], report)
    report('starting dockerd')
    await startEngine()
    const started = await waitForEngine()
    return { said: `${started}, ${wasThere ? 'started' : 'installed and started'}`, value: undefined }
  })
}

async function startEngine() {
  if (existsSync('/run/systemd/system')) {
    const started = await tryRun('systemctl', ['start', 'docker'])
    if (started.code === 0) return
  }
  // Not tied to this script: an engine is there for everything on the machine.
  const log = openSync(logFile('dockerd'), 'a')
  const engine = spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] })
  engine.unref()
  closeSync(log)
}

async function waitForEngine() {
  for (let attempt = 0; attempt < 120; attempt++) {
    const { version } = await dockerVersion()
    if (version) return version
    await delay(250)
  }
  const log = logFile('dockerd')
  const reason = existsSync(log) ? (readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '') : ''
  throw new SetupError(`Docker was started and did not get ready within 30 s: ${reason.slice(-200)}`, `Its log is ${log}.`)
}

/** @param {number} port @returns {Promise<boolean>} whether something listens there */
export function isPortTaken(port, host = '127.0.0.1') {
  return new Promise(resolve => {
    const socket = connect({ port, host })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
