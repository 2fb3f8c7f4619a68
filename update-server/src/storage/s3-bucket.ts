import { setTimeout as delay } from 'node:timers/promises'
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import { FixpointError } from '@fixpoint/protocol'
import type { UpdatesConfig } from '../config.ts'
import type { Bucket } from './bucket.ts'

export type BucketSettings = Omit<Extract<UpdatesConfig['storage'], { kind: 'bucket' }>, 'kind'>

/** Two servers that write one object at one time may both be told to try again (`ConditionalRequestConflict`). */
const MOST_ATTEMPTS = 5
const RETRY_MS = 50
const REQUEST_LIMIT_MS = 30_000
const CONNECTION_LIMIT_MS = 5_000

/**
 * A bucket by its HTTP API. Credentials come from where the SDK looks: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the
 * role of the machine or the pod.
 */
export function connectBucket({ bucket, prefix, region, endpoint, pathStyle }: BucketSettings): Bucket {
  const client = new S3Client({
    region,
    forcePathStyle: pathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: MOST_ATTEMPTS,
    // Newer checksums are only sent where an operation cannot be without: not all compatible servers know them. Bodies are signed anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { requestTimeout: REQUEST_LIMIT_MS, connectionTimeout: CONNECTION_LIMIT_MS, throwOnRequestTimeout: true }
  })
  const name = `s3://${bucket}${prefix === '' ? '' : `/${prefix.replace(/\/$/, '')}`}`
  const at = (key: string) => ({ Bucket: bucket, Key: `${prefix}${key}` })

  return {
    name,
    get: async key => {
      try {
        const { Body } = await client.send(new GetObjectCommand(at(key)))
        return Body === undefined ? null : Buffer.from(await Body.transformToByteArray())
      } catch (error) {
        if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return null
        throw isRefusal(error) ? refusedObject(error, key) : describeFault(error, name)
      }
    },
    create: async (key, bytes, contentType) => {
      for (let attempt = 1; ; attempt++) {
        try {
          await client.send(new PutObjectCommand({ ...at(key), Body: bytes, ContentType: contentType, IfNoneMatch: '*' }))
          return true
        } catch (error) {
          const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
          if (status === 412) return false
          if (status !== 409 || attempt === MOST_ATTEMPTS) throw describeFault(error, name)
          await delay(RETRY_MS * attempt)
        }
      }
    },
    list: async folder => {
      const keys: string[] = []
      try {
        for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: `${prefix}${folder}` })) {
          keys.push(...Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(prefix.length)])))
        }
      } catch (error) {
        throw describeFault(error, name)
      }
      return keys.toSorted()
    },
    close: () => client.destroy()
  }
}

/**
 * Whether storage that answers refuses this one object: it is archived, or a policy or the key that it is encrypted with is denied.
 * Other refusals are about the account or the bucket.
 */
function isRefusal(error: unknown): error is S3ServiceException {
  if (!(error instanceof S3ServiceException)) return false
  return error.name === 'InvalidObjectState' || error.name === 'AccessDenied' || error.name.startsWith('KMS.')
}

/** Browsers are told this too, so it does not say who asked for what: that is in the cause. */
function refusedObject(error: S3ServiceException, key: string): FixpointError {
  return new FixpointError('file_not_accessible', `The storage refuses to give ${key} (${error.name}).`, {
    hint: 'Restore the object if it is archived, and check that the credentials may s3:GetObject there and use its key.',
    cause: error
  })
}

/** What to do about it is in the first words that the storage, the SDK or the network has for it. */
function describeFault(error: unknown, name: string): FixpointError {
  if (!(error instanceof Error)) throw error
  if (error.name === 'NotImplemented') {
    return new FixpointError('storage_unsafe', `${name} does not know writes that depend on a condition.`, { cause: error })
  }
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
  const reason = `${error.name}${error.message === '' ? '' : `: ${error.message}`}`
  return new FixpointError('storage_unreachable', `${name} cannot be used. ${reason}`, { hint: hintFor(error.name, status), cause: error })
}

function hintFor(name: string, status: number | undefined): string {
  if (name === 'NoSuchBucket') return 'Make the bucket, or correct its name and region in the configuration.'
  if (name === 'CredentialsProviderError') return 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.'
  if (status === 403) return 'Check the credentials and that they may s3:GetObject, s3:PutObject and s3:ListBucket here.'
  if (status === 301 || status === 400) return 'Check endpoint, region and pathStyle in the configuration.'
  return 'Check endpoint and network; what is in memory is served meanwhile.'
}
