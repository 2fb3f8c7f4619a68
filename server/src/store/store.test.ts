import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../edges.ts'
import { createSessionLog } from '../sessions/session-log.ts'
import { createdEvent, fixedEdges } from '../testing/fixtures.ts'
import { type ArtifactStore, createArtifactStore } from './artifact-store.ts'
import { processStartTime, readOrCreateSecret, takeDataFolder } from './data-folder.ts'
import { type OpenDatabase, openDatabase } from './database.ts'
import { readPictureHeader } from './picture-header.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fixpoint-store-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the data folder', () => {
  it('belongs to one process at a time', async () => {
    const path = join(folder, 'data')
    const held = await takeDataFolder(path, processStartTime)
    await expect(takeDataFolder(path, processStartTime)).rejects.toMatchObject({
      code: 'data_dir_locked',
      message: expect.stringContaining(String(process.pid))
    })
    await held.release()
    await (await takeDataFolder(path, processStartTime)).release()
  })

  it('is taken over from a process that no longer lives, also when its number was given to another', async () => {
    const child = spawn('sleep', ['60'])
    const path = join(folder, 'left')
    await (await takeDataFolder(path, processStartTime)).release()
    const lock = (startedAt: string | null) => writeFileSync(join(path, 'server.pid'), JSON.stringify({ pid: child.pid, startedAt }))
    lock(await processStartTime(child.pid ?? 0))
    await expect(takeDataFolder(path, processStartTime)).rejects.toMatchObject({ code: 'data_dir_locked' })
    lock('12345')
    await (await takeDataFolder(path, processStartTime)).release()
    lock(await processStartTime(child.pid ?? 0))
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await takeDataFolder(path, processStartTime)).release()
  })

  it('is taken over when the lock was cut off while it was written', async () => {
    const path = join(folder, 'cut')
    await (await takeDataFolder(path, processStartTime)).release()
    writeFileSync(join(path, 'server.pid'), '{"pid":')
    await (await takeDataFolder(path, processStartTime)).release()
  })

  it('keeps secrets from other users', async () => {
    const path = join(folder, 'secret')
    expect(await readOrCreateSecret(path, () => 'first')).toBe('first')
    expect(await readOrCreateSecret(path, () => 'second')).toBe('first')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})

describe('artifacts', () => {
  const edges = fixedEdges()
  let database: OpenDatabase
  let store: ArtifactStore
  const sessions = [newId(edges, 'session'), newId(edges, 'session')]

  beforeAll(async () => {
    database = await openDatabase()
    store = createArtifactStore(database.db, join(folder, 'artifacts'), edges)
    const log = createSessionLog(database.db, edges)
    for (const sessionId of sessions) await log.create(sessionId, createdEvent())
  })
  afterAll(() => database.close())

  const bytes = (text: string) => new TextEncoder().encode(text)

  it('are kept once by their hash and seen by the session that has them', async () => {
    const [mine = '', other = ''] = sessions
    const { artifactId } = await store.put(mine, bytes('hello'), { mediaType: 'text/plain' })
    expect(artifactId).toBe('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824')
    await store.put(mine, bytes('hello'), { mediaType: 'text/plain' })
    expect(readdirSync(join(folder, 'artifacts', '2c'))).toEqual([artifactId])
    expect(new TextDecoder().decode((await store.get(mine, artifactId)).bytes)).toBe('hello')
    await expect(store.get(other, artifactId)).rejects.toMatchObject({ code: 'artifact_not_found' })
    expect(await store.findPublic(other, artifactId)).toBeNull()
  })

  it('that are private are not for clients, unless the same bytes are public too', async () => {
    const [mine = ''] = sessions
    const { artifactId } = await store.put(mine, bytes('model messages'), { mediaType: 'application/json', isPrivate: true })
    expect(await store.findPublic(mine, artifactId)).toBeNull()
    await store.put(mine, bytes('model messages'), { mediaType: 'application/json' })
    expect(await store.findPublic(mine, artifactId)).not.toBeNull()
    await store.put(mine, bytes('model messages'), { mediaType: 'application/json', isPrivate: true })
    expect(await store.findPublic(mine, artifactId)).not.toBeNull()
  })

  it('leave nothing behind that cannot be written', async () => {
    const closed = join(folder, 'closed')
    const sealed = createArtifactStore(database.db, join(closed, 'file', 'below'), edges)
    writeFileSync(closed, 'a file where a folder is wanted')
    chmodSync(closed, 0o400)
    const [mine = ''] = sessions
    await expect(sealed.put(mine, bytes('x'), { mediaType: 'text/plain' })).rejects.toThrow()
  })
})

describe('pictures that come in', () => {
  const png = (width: number, height: number) => new Uint8Array(PNG.sync.write(new PNG({ width, height })))
  // Headers of 2 × 1 pictures: lossless WebP (RFC 9649, 3.4: width and height less one in 14 bits each) and JPEG.
  const webp = Buffer.concat([
    Buffer.from('RIFF'),
    Buffer.from([24, 0, 0, 0]),
    Buffer.from('WEBPVP8L'),
    Buffer.from([12, 0, 0, 0, 0x2f, 1, 0, 0, 0]),
    Buffer.alloc(7)
  ])
  const jpeg = Buffer.concat([
    Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
    Buffer.from('ffc0000b080001000201011100', 'hex'),
    Buffer.from('ffd9', 'hex')
  ])
  const code = (bytes: Uint8Array, type = 'image/png') => {
    try {
      readPictureHeader(bytes, type)
      return 'accepted'
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error
    }
  }

  it('are measured without being decoded', () => {
    expect(readPictureHeader(png(7, 5), 'image/png')).toEqual({ mediaType: 'image/png', width: 7, height: 5 })
    expect(readPictureHeader(webp, 'image/webp')).toMatchObject({ width: 2, height: 1 })
    expect(readPictureHeader(jpeg, 'image/jpeg')).toMatchObject({ width: 2, height: 1 })
  })

  // threats.md rows 22 to 24
  it('are refused when they are something else, too large or cut off', () => {
    const text = (value: string) => new TextEncoder().encode(value)
    expect(code(text('<html><script>alert(1)</script>'))).toBe('image_type_mismatch')
    expect(code(text('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBe('image_type_mismatch')
    expect(code(text('PK\u0003\u0004 a zip archive'))).toBe('image_type_mismatch')
    expect(code(png(5, 5), 'image/jpeg')).toBe('image_type_mismatch')
    const huge = png(5, 5)
    new DataView(huge.buffer).setUint32(16, 30_000)
    expect(code(huge)).toBe('image_too_large')
    expect(code(png(5, 5).subarray(0, 40))).toBe('image_invalid')
    expect(code(jpeg.subarray(0, -2), 'image/jpeg')).toBe('image_invalid')
    expect(code(new Uint8Array())).toBe('image_invalid')
    const animated = Buffer.concat([
      png(5, 5).subarray(0, 33),
      Buffer.from('000000086163544c000000010000000000000000', 'hex'),
      png(5, 5).subarray(33)
    ])
    expect(code(animated)).toBe('image_invalid')
  })
})
