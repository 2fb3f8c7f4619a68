import { spawn } from 'node:child_process'
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { FixpointError } from '@fixpoint/protocol'
import type { ProofAlgorithm } from './header.ts'

/** Something that signs with one key: the key itself, or a program that can reach it. */
export interface Signer {
  algorithm: ProofAlgorithm
  /** DER, SubjectPublicKeyInfo. */
  publicKey: Buffer
  /** PKCS#1 v1.5 with SHA-256 for RSA, ECDSA with SHA-256 in DER for P-256. */
  sign: (message: Buffer) => Promise<Buffer>
}

/** How long a signing command may take, in milliseconds; a person may have to touch a device. */
const COMMAND_LIMIT = 120_000

/**
 * FIXPOINT_CRX_KEY names a PEM file with the private key. Or FIXPOINT_CRX_SIGN_COMMAND is a shell command that gets the bytes to sign on
 * standard input and writes the signature to standard output; then FIXPOINT_CRX_PUBLIC_KEY names a PEM file with the public key.
 * @throws FixpointError `signing_failed` saying what to set or mend.
 */
export async function signerFromEnvironment(environment: Readonly<Record<string, string | undefined>>): Promise<Signer> {
  const keyFile = environment['FIXPOINT_CRX_KEY']
  const command = environment['FIXPOINT_CRX_SIGN_COMMAND']
  if ((keyFile === undefined) === (command === undefined)) {
    throw new FixpointError('signing_failed', 'Set FIXPOINT_CRX_KEY or FIXPOINT_CRX_SIGN_COMMAND, and not both.')
  }
  if (keyFile !== undefined) {
    await refuseOpenFile(keyFile)
    return signerOfKey(await readKey(keyFile, createPrivateKey))
  }
  const publicKeyFile = environment['FIXPOINT_CRX_PUBLIC_KEY']
  if (publicKeyFile === undefined) {
    throw new FixpointError('signing_failed', 'A signing command needs FIXPOINT_CRX_PUBLIC_KEY, a PEM file with the public key.')
  }
  const key = await readKey(publicKeyFile, createPublicKey)
  return { ...describeKey(key), sign: message => runSigningCommand(command ?? '', message) }
}

/** Signs with a private key in this process. */
export function signerOfKey(privateKey: KeyObject): Signer {
  return { ...describeKey(createPublicKey(privateKey)), sign: async message => sign('sha256', message, privateKey) }
}

function describeKey(publicKey: KeyObject): Pick<Signer, 'algorithm' | 'publicKey'> {
  const { asymmetricKeyType, asymmetricKeyDetails } = publicKey
  const isRsa = asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048
  const isEc = asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1'
  if (!isRsa && !isEc) throw new FixpointError('signing_failed', 'The key has to be RSA with 2,048 bits or more, or EC on P-256.')
  return { algorithm: isRsa ? 'rsa' : 'ecdsa', publicKey: publicKey.export({ format: 'der', type: 'spki' }) }
}

async function refuseOpenFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw new FixpointError('signing_failed', `The key file ${path} cannot be read.`, { cause: error })
  })
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    throw new FixpointError('signing_failed', `Others on this machine may read the key file ${path}.`, { hint: `chmod 600 ${path}` })
  }
}

async function readKey(path: string, create: (pem: string) => KeyObject): Promise<KeyObject> {
  try {
    return create(await readFile(path, 'utf8'))
  } catch (error) {
    throw new FixpointError('signing_failed', `${path} is not a key in PEM.`, { cause: error })
  }
}

function runSigningCommand(command: string, message: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const fail = (what: string, cause?: unknown) => reject(new FixpointError('signing_failed', `The signing command ${what}.`, { cause }))
    const child = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'inherit'], timeout: COMMAND_LIMIT })
    const parts: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => parts.push(part))
    child.on('error', error => fail('could not be started', error))
    // A command that does not read its input says so by its exit status or by a signature that is wrong.
    child.stdin.on('error', error => fail('did not read what it should sign', error))
    child.on('close', (status, signal) => {
      if (status === 0) resolve(Buffer.concat(parts))
      else fail(signal === null ? `ended with status ${status}` : `was ended by ${signal}`)
    })
    child.stdin.end(message)
  })
}
