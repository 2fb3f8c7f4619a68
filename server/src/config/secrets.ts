import { readFileSync, statSync } from 'node:fs'
import { FixpointError } from '@fixpoint/protocol'

export type Environment = Readonly<Record<string, string | undefined>>

/** Names of the secrets that the server takes from its environment; each may also be given as a file, by `<NAME>_FILE`. */
const SECRET_NAMES = {
  googleKey: 'GOOGLE_GENERATIVE_AI_API_KEY',
  anthropicKey: 'ANTHROPIC_API_KEY',
  openaiKey: 'OPENAI_API_KEY',
  /** For providers that speak OpenAI's format and have no variable of their own. */
  modelKey: 'FIXPOINT_MODEL_API_KEY',
  githubToken: 'FIXPOINT_GITHUB_TOKEN',
  /** For git over HTTPS where it is not GitHub's token. */
  gitToken: 'FIXPOINT_GIT_TOKEN'
} as const

export type Secrets = { readonly [K in keyof typeof SECRET_NAMES]?: string }

const PLACEHOLDERS = /^(changeme|change-me|your[-_ ].*|xxx+|todo|secret|password)$/i

/** @throws FixpointError `config_invalid` naming the variable, never its value. */
export function readSecrets(environment: Environment): Secrets {
  const secrets: { -readonly [K in keyof Secrets]: string } = {}
  for (const [key, name] of Object.entries(SECRET_NAMES)) {
    const value = readSecret(environment, name)
    if (value !== undefined) secrets[key as keyof Secrets] = value
  }
  return secrets
}

function readSecret(environment: Environment, name: string): string | undefined {
  const file = environment[`${name}_FILE`]
  const value = (file === undefined ? environment[name] : readSecretFile(name, file))?.trim()
  if (value === undefined || value === '') return undefined
  if (PLACEHOLDERS.test(value)) {
    throw new FixpointError('config_invalid', `${name} is a placeholder.`, {
      field: name,
      hint: `Set ${name} to the real value or remove it.`
    })
  }
  return value
}

function readSecretFile(name: string, path: string): string {
  let mode: number
  let content: string
  try {
    mode = statSync(path).mode
    content = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new FixpointError('config_invalid', `The file that ${name}_FILE names cannot be read.`, { field: `${name}_FILE`, cause })
  }
  if ((mode & 0o077) !== 0 && process.platform !== 'win32') {
    throw new FixpointError('config_invalid', `The file that ${name}_FILE names can be read by others.`, {
      field: `${name}_FILE`,
      hint: 'Run `chmod 600` on it.'
    })
  }
  return content
}
