#!/usr/bin/env node
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type ErrorCode, FixpointError, stripControls } from '@fixpoint/protocol'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import pc from 'picocolors'
import { pino } from 'pino'
import { loadConfig, roleSchema } from '../config.ts'
import { verifyCrx } from '../crx/verify.ts'
import { asFixpointError } from '../http/problems.ts'
import { requireNoSigningKey } from '../no-signing-key.ts'
import { type ConnectionOptions, connect, type UpdatesClient } from './client.ts'
import { describeStatusLines } from './describe-status.ts'

/** As `fixpoint` has them: 2 for a wrong command line or value, 3 for no server, 4 for the token, 78 for the configuration. */
const EXIT_CODES: Partial<Record<ErrorCode, number>> = {
  invalid_parameter: 2,
  version_invalid: 2,
  rollout_invalid: 2,
  server_unreachable: 3,
  storage_unreachable: 3,
  auth_required: 4,
  token_invalid: 4,
  role_missing: 4,
  config_invalid: 78,
  data_dir_locked: 78,
  port_in_use: 78,
  audit_broken: 78,
  storage_unsafe: 78
}

interface ClientOptions extends ConnectionOptions {
  json?: boolean
  extension?: string
}

const environment = process.env
// npm runs scripts in the package's folder; people mean paths from where they are.
const folder = environment['INIT_CWD'] ?? process.cwd()

const program = new Command('fixpoint-updates')
  .description('Serves signed updates of the extension to managed browsers, ring by ring.')
  .showHelpAfterError('(fixpoint-updates --help shows what there is)')
  .configureHelp({ sortSubcommands: false })
  .exitOverride()

const answer = (text: string) => process.stdout.write(`${text}\n`)
const say = (text: string) => process.stderr.write(`${stripControls(text)}\n`)

async function perform(action: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await action()
  } catch (thrown) {
    const error = asFixpointError(thrown)
    say(`${pc.red('Error:')} ${error.message} ${pc.dim(`[${error.code}]`)}\n  ${error.hint}`)
    if (error.code === 'internal') console.error(thrown)
    process.exitCode = EXIT_CODES[error.code] ?? 1
  }
}

function collect(value: string, all: readonly string[]): string[] {
  return [...all, value]
}

function parsePercentage(text: string): number {
  const percentage = Number(text.replace(/\s*%$/, ''))
  if (!Number.isInteger(percentage) || percentage < 1 || percentage > 100)
    throw new InvalidArgumentError('Use a whole number from 1 to 100.')
  return percentage
}

/** A command that runs where the server does. */
function localCommand(name: string, description: string): Command {
  return program.command(name).description(description).option('--config <file>', 'the configuration (FIXPOINT_UPDATES_CONFIG)')
}

function configPath({ config }: { config?: string }): string {
  return resolve(folder, config ?? environment['FIXPOINT_UPDATES_CONFIG'] ?? 'fixpoint-updates.json')
}

/** A command that talks to a server. */
function clientCommand(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--server <url>', 'address of the update server (FIXPOINT_UPDATES_SERVER)')
    .option('--token <token>', 'your token (FIXPOINT_UPDATES_TOKEN)')
    .option('--extension <id>', 'the extension, where the server has several')
    .option('--json', 'answer as JSON')
}

/** The extension that is meant: the named one, or the only one. */
async function extensionId(client: UpdatesClient, { extension }: ClientOptions): Promise<string> {
  if (extension !== undefined) return extension
  const { extensions } = await client.status()
  const [only, ...others] = extensions
  if (only !== undefined && others.length === 0) return only.id
  throw new FixpointError(
    'invalid_parameter',
    `The server has ${extensions.length} extensions: ${extensions.map(({ id }) => id).join(', ')}.`,
    {
      hint: 'Name one with --extension.'
    }
  )
}

async function showStatus(client: UpdatesClient, options: ClientOptions): Promise<number> {
  const status = await client.status()
  answer(options.json ? JSON.stringify(status) : describeStatusLines(status).join('\n'))
  return 0
}

async function publish(file: string, options: ClientOptions & { acceptPermission: string[]; rollbackOf?: string }): Promise<number> {
  const bytes = await readFile(resolve(folder, file)).catch((error: unknown) => {
    throw new FixpointError('file_not_found', `${file} cannot be read.`, { cause: error, hint: 'Name the CRX that the release has made.' })
  })
  const crx = verifyCrx(bytes, options.extension === undefined ? {} : { extensionId: options.extension })
  const query = new URLSearchParams()
  for (const permission of options.acceptPermission) query.append('acceptPermission', permission)
  if (options.rollbackOf !== undefined) query.set('rollbackOf', options.rollbackOf)
  const { version } = crx.manifest
  const release = await connect(options, environment).upload(`/api/releases/${crx.extensionId}/${version}`, query, bytes)
  answer(options.json ? JSON.stringify(release) : `Version ${version} (SHA-256 ${crx.sha256}) is published and offered to nobody yet.`)
  if (!options.json) say(`Another person approves it: fixpoint-updates approve ${version}`)
  return 0
}

clientCommand('publish', 'hand a signed CRX to the server; another person has to approve it')
  .argument('<crx>', 'the file')
  .option('--accept-permission <permission>', 'a new permission that is intended; may be given several times', collect, [])
  .action((file: string, options) => perform(() => publish(file, options)))

clientCommand('rollback', 'publish old code under a higher version; when approved, every ring with something newer offers it')
  .argument('<crx>', 'made with `npm run release -- extension --rollback <old.crx> --version <higher>`')
  .requiredOption('--to <version>', 'the version whose code it is')
  .action((file: string, { to, ...options }) => perform(() => publish(file, { ...options, acceptPermission: [], rollbackOf: to })))

clientCommand('approve', 'agree, as the second person; the first ring then offers the release')
  .argument('<version>')
  .option('--accept-permission <permission>', 'a new permission that is intended; may be given several times', collect, [])
  .action((version: string, options: ClientOptions & { acceptPermission: string[] }) =>
    perform(async () => {
      const client = connect(options, environment)
      const path = `/api/releases/${await extensionId(client, options)}/${encodeURIComponent(version)}/approval`
      await client.post(path, { acceptedPermissions: options.acceptPermission })
      return showStatus(client, options)
    })
  )

clientCommand('promote', 'offer a release in the next ring, or change its percentage')
  .argument('<version>')
  .argument('<ring>')
  .option('--percentage <number>', 'share of the ring’s clients', parsePercentage, 100)
  .action((version: string, ring: string, options: ClientOptions & { percentage: number }) =>
    perform(async () => {
      const client = connect(options, environment)
      const path = `/api/rings/${await extensionId(client, options)}/${encodeURIComponent(ring)}/promotion`
      await client.post(path, { version, percentage: options.percentage })
      return showStatus(client, options)
    })
  )

clientCommand('halt', 'offer nothing in a ring until it is resumed')
  .argument('<ring>')
  .requiredOption('--reason <text>', 'why, for the audit log and the others')
  .action((ring: string, options: ClientOptions & { reason: string }) =>
    perform(async () => {
      const client = connect(options, environment)
      await client.post(`/api/rings/${await extensionId(client, options)}/${encodeURIComponent(ring)}/halt`, { reason: options.reason })
      return showStatus(client, options)
    })
  )

clientCommand('resume', 'offer again what the ring had')
  .argument('<ring>')
  .action((ring: string, options: ClientOptions) =>
    perform(async () => {
      const client = connect(options, environment)
      await client.post(`/api/rings/${await extensionId(client, options)}/${encodeURIComponent(ring)}/resumption`, {})
      return showStatus(client, options)
    })
  )

clientCommand('status', 'what each ring offers, and what browsers have').action((options: ClientOptions) =>
  perform(() => showStatus(connect(options, environment), options))
)

localCommand('serve', 'run the server').action(options =>
  perform(async () => {
    // Loaded when it is needed: the other commands need no server and should answer at once.
    const { serve } = await import('../serve.ts')
    requireNoSigningKey(environment)
    const config = await loadConfig(configPath(options))
    const logger = pino({ level: environment['FIXPOINT_LOG_LEVEL'] ?? 'info', base: null }, pino.destination(2))
    const server = await serve(config, logger)
    answer(server.url)
    logger.info({ publicUrl: config.publicUrl }, `Serving updates on ${server.url}`)
    await new Promise<void>(done => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done())
    })
    await server.close()
    return 0
  })
)

localCommand('doctor', 'look at configuration, data folder, audit log and every file')
  .option('--json', 'answer as JSON')
  .action(options =>
    perform(async () => {
      const { examine } = await import('./doctor.ts')
      const findings = await examine(configPath(options), environment)
      const marks = { good: pc.green('✓'), warning: pc.yellow('!'), bad: pc.red('✗') }
      if (options.json) answer(JSON.stringify(findings))
      else for (const { state, name, detail } of findings) answer(`${marks[state]} ${name}: ${stripControls(detail)}`)
      return findings.some(({ state }) => state === 'bad') ? 1 : 0
    })
  )

program
  .command('token')
  .description('make a token for a person, and the line for the configuration')
  .argument('<name>')
  .argument('<roles...>', 'viewer, publisher, approver')
  .action((name: string, roles: string[]) =>
    perform(async () => {
      const strange = roles.filter(role => !roleSchema.safeParse(role).success)
      if (strange.length > 0) {
        throw new FixpointError('invalid_parameter', `${strange.map(role => `“${role}”`).join(', ')}: there is no such role.`, {
          hint: `There are ${roleSchema.options.join(', ')}.`
        })
      }
      const token = randomBytes(32).toString('base64url')
      const tokenSha256 = createHash('sha256').update(token).digest('hex')
      say(`The token, for ${name} alone. It is shown once:`)
      answer(token)
      say(`\nUnder "people" in the configuration:\n${JSON.stringify({ name, tokenSha256, roles })}`)
      return 0
    })
  )

try {
  await program.parseAsync()
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) throw thrown
  process.exitCode = thrown.exitCode === 0 ? 0 : 2
}
