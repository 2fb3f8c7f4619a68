import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type ApiClient, createApiClient, FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import { defaultDataFolder } from '../config/load-config.ts'
import type { Environment } from '../config/secrets.ts'
import { parseJson } from '../parse-json.ts'
import { isErrno } from '../store/errno.ts'
import { serverVersion } from '../version.ts'

export interface ConnectionOptions {
  server?: string | undefined
  token?: string | undefined
}

export interface Connection {
  client: ApiClient
  serverUrl: string
}

/** Where a running server leaves its address for command lines on the same machine. */
export const ADDRESS_FILE = 'server.json'

const addressSchema = z.object({ url: z.url() })

/**
 * How to reach the server: flags first, then FIXPOINT_SERVER and FIXPOINT_TOKEN, then the data folder of a server on this machine.
 * @throws FixpointError `server_unreachable`, `auth_required` saying what to set.
 */
export async function connect({ server, token }: ConnectionOptions, environment: Environment, folder: string): Promise<Connection> {
  const dataFolder = resolve(folder, environment['FIXPOINT_DATA'] ?? defaultDataFolder(environment))
  const serverUrl = (server ?? environment['FIXPOINT_SERVER'] ?? (await localAddress(dataFolder))).replace(/\/$/, '')
  if (!/^https?:\/\//i.test(serverUrl) || !URL.canParse(serverUrl)) {
    throw new FixpointError('server_url_invalid', `“${serverUrl.slice(0, 100)}” is not the address of a server.`)
  }
  const secret = token ?? environment['FIXPOINT_TOKEN'] ?? (await localToken(dataFolder))
  const name = `cli/${await serverVersion()}`
  return { serverUrl, client: createApiClient({ serverUrl, token: secret, client: name, fetch: globalThis.fetch }) }
}

async function localAddress(dataFolder: string): Promise<string> {
  const text = await readIfThere(join(dataFolder, ADDRESS_FILE))
  if (text === null) {
    throw new FixpointError('server_unreachable', 'No server is known.', {
      hint: 'Start one with `npm start`, or name it with --server or FIXPOINT_SERVER.'
    })
  }
  const address = addressSchema.safeParse(parseJson(text))
  if (address.success) return address.data.url
  throw new FixpointError('server_unreachable', `${join(dataFolder, ADDRESS_FILE)} cannot be read: it was damaged.`, {
    hint: 'Start the server again, which writes it anew, or name the server with --server or FIXPOINT_SERVER.'
  })
}

async function localToken(dataFolder: string): Promise<string> {
  const text = await readIfThere(join(dataFolder, 'token'))
  if (text === null) throw new FixpointError('auth_required', 'No token is known.', { hint: 'Give one with --token or FIXPOINT_TOKEN.' })
  return text.trim()
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return null
    throw error
  }
}
