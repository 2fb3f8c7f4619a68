import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { loadConfig as loadConfigFile } from 'c12'
import { z } from 'zod'
import { closestName } from '../closest-name.ts'
import { isLoopback } from '../doors/door-address.ts'
import { projectConfigSchema } from '../projects/project-config.ts'
import { type Config, configSchema } from './config-schema.ts'
import { type Environment, readSecrets, type Secrets } from './secrets.ts'

export interface LoadedConfig {
  config: Config
  secrets: Secrets
  dataFolder: string
  logLevel: string
  /** The configuration file, where there is one. */
  file: string | null
}

/** Environment variables that go over the file, by the path of the setting. */
const OVERRIDES = {
  FIXPOINT_HOST: { path: ['host'], type: 'text' },
  FIXPOINT_PORT: { path: ['port'], type: 'number' },
  FIXPOINT_PUBLIC_URL: { path: ['publicUrl'], type: 'text' },
  FIXPOINT_MODEL_PROVIDER: { path: ['model', 'provider'], type: 'text' },
  FIXPOINT_MODEL: { path: ['model', 'id'], type: 'text' },
  FIXPOINT_MODEL_BASE_URL: { path: ['model', 'baseUrl'], type: 'text' },
  FIXPOINT_VISION_MODEL: { path: ['visionModel', 'id'], type: 'text' },
  FIXPOINT_GITHUB_API_URL: { path: ['github', 'apiUrl'], type: 'text' }
} as const

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/**
 * Reads the configuration: file, then environment over it.
 * @throws FixpointError `config_invalid`, its message one line for each setting that is wrong.
 */
export async function loadConfig(environment: Environment, folder: string): Promise<LoadedConfig> {
  const { raw, file } = await readFileConfig(environment, folder)
  for (const [name, { path, type }] of Object.entries(OVERRIDES)) {
    const text = environment[name]?.trim()
    if (text) setAt(raw, path, type === 'number' ? Number(text) : text)
  }
  const parsed = configSchema.safeParse(raw)
  if (!parsed.success) throw new FixpointError('config_invalid', describeIssues(parsed.error, file ?? 'the environment'))
  const logLevel = environment['FIXPOINT_LOG_LEVEL'] ?? 'info'
  if (!LOG_LEVELS.includes(logLevel)) {
    throw new FixpointError('config_invalid', `FIXPOINT_LOG_LEVEL: “${logLevel}” is not one of ${LOG_LEVELS.join(', ')}.`)
  }
  checkProjects(parsed.data)
  checkDoors(parsed.data)
  return {
    config: parsed.data,
    secrets: readSecrets(environment),
    dataFolder: resolve(folder, environment['FIXPOINT_DATA'] ?? defaultDataFolder(environment)),
    logLevel,
    file
  }
}

/** Where the data is when nothing else is said: the XDG base directory for state. */
export function defaultDataFolder(environment: Environment): string {
  return join(environment['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'fixpoint')
}

const rawConfigSchema = z.record(z.string(), z.unknown())

async function readFileConfig(environment: Environment, folder: string): Promise<{ raw: Record<string, unknown>; file: string | null }> {
  const named = environment['FIXPOINT_CONFIG']
  try {
    const loaded = await loadConfigFile({
      name: 'fixpoint',
      cwd: folder,
      ...(named === undefined ? {} : { configFile: resolve(folder, named) }),
      configFileRequired: named !== undefined,
      rcFile: false,
      globalRc: false,
      dotenv: false,
      packageJson: false,
      envName: false
    })
    const raw = rawConfigSchema.parse(structuredClone(loaded.config))
    return { raw, file: Object.keys(raw).length > 0 || named !== undefined ? (loaded.configFile ?? null) : null }
  } catch (cause) {
    const shownAs = named ?? `fixpoint.config in ${folder}`
    if (named !== undefined && !existsSync(resolve(folder, named))) {
      const hint = 'Correct FIXPOINT_CONFIG, or remove it.'
      throw new FixpointError('config_invalid', `The configuration file ${shownAs} is not there.`, {
        field: 'FIXPOINT_CONFIG',
        hint,
        cause
      })
    }
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : ''
    const hint = 'Look for a comma, a bracket or a quote that is missing or too many.'
    throw new FixpointError('config_invalid', `The configuration file ${shownAs} cannot be read: ${reason}`, { hint, cause })
  }
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path
  if (head === undefined) return
  if (rest.length === 0) {
    target[head] = value
    return
  }
  const inner = rawConfigSchema.safeParse(target[head] ?? {})
  const copy = inner.success ? inner.data : {}
  target[head] = copy
  setAt(copy, rest, value)
}

/** The names of the settings at a place, where they are known here: in the file itself and in a project. */
function settingsAt(path: readonly PropertyKey[]): string[] {
  if (path.length === 0) return Object.keys(configSchema.shape)
  return path.length === 2 && path[0] === 'projects' ? Object.keys(projectConfigSchema.shape) : []
}

function describeIssues(error: z.ZodError, source: string): string {
  const lines = error.issues.flatMap(issue => {
    const place = issue.path.join('.') || 'the file'
    if (issue.code !== 'unrecognized_keys') return [`${place}: ${issue.message}`]
    const known = settingsAt(issue.path)
    return issue.keys.map(key => {
      const guess = closestName(key, known)
      return `${[...issue.path, key].join('.')}: is not a setting${guess ? `; did you mean ${guess}?` : ''}`
    })
  })
  return `${source}: ${lines.join('\n')}`
}

/** What the schema of one project cannot see: two that claim the same id or origin. */
function checkProjects(config: Config): void {
  const owners = new Map<string, string>()
  const claim = (what: string, projectId: string) => {
    const owner = owners.get(what)
    if (owner !== undefined) throw new FixpointError('config_invalid', `projects: ${what} belongs to both ${owner} and ${projectId}.`)
    owners.set(what, projectId)
  }
  for (const project of config.projects) {
    claim(`the id ${project.projectId}`, project.projectId)
    for (const origin of project.origins) claim(`the origin ${origin}`, project.projectId)
  }
}

/**
 * What browsers do to keep origins apart they do where a page cannot have been changed on its way: they say where a request comes from, and
 * forget when they are told to. VS Code's own pages need it too.
 */
function checkDoors({ publicUrl, host, port, sessionDomain, sessionPorts }: Config): void {
  if (sessionDomain === undefined && sessionPorts === undefined) return
  const field = sessionDomain === undefined ? 'sessionPorts' : 'sessionDomain'
  const { protocol, hostname } = new URL(publicUrl ?? `http://${host}:${port}`)
  const isOnThisMachine = isLoopback(hostname) && (sessionDomain === undefined || sessionDomain.endsWith('localhost'))
  if (protocol !== 'https:' && !isOnThisMachine) {
    throw new FixpointError(
      'config_invalid',
      `${field}: VS Code and previews are shown over HTTPS only, and publicUrl is ${protocol}//${hostname}.`,
      { field, hint: 'Put a reverse proxy with a certificate before the server, and set publicUrl to its https address.' }
    )
  }
  if (sessionPorts !== undefined && port >= sessionPorts.from && port <= sessionPorts.to) {
    throw new FixpointError('config_invalid', `sessionPorts: the server’s own port ${port} is among them.`, { field: 'sessionPorts' })
  }
}
