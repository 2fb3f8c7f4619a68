import { createHash, generateKeyPairSync } from 'node:crypto'
import { FixpointError } from '@fixpoint/protocol'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { seededRandom, seedOfRun } from '../testing/random.ts'
import { newSigner, packSample, sampleFiles, sampleId, sampleSigner } from '../testing/sample-extension.ts'
import { bytesOfId, extensionIdOf } from './extension-id.ts'
import { encodeHeader, encodeSignedData, type KeyProof } from './header.ts'
import { packArchive, packCrx, signCrx } from './pack.ts'
import { signerOfKey } from './signer.ts'
import { CRX_PREFIX_BYTES, signedMessage, verifyCrx } from './verify.ts'

const genuine = await packSample()

/** The code that a file is refused with; `accepted` where it is not. */
function outcome(bytes: Buffer, expected: Parameters<typeof verifyCrx>[1] = { extensionId: sampleId, version: '1.0.0' }): string {
  try {
    verifyCrx(bytes, expected)
    return 'accepted'
  } catch (error) {
    if (error instanceof FixpointError) return error.code
    throw error
  }
}

function withBytes(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes)
  change(copy)
  return copy
}

/** A file with any header around any archive. */
function assemble(header: Buffer, archive: Buffer): Buffer {
  const prefix = withBytes(genuine.subarray(0, CRX_PREFIX_BYTES), copy => copy.writeUInt32LE(header.length, 8))
  return Buffer.concat([prefix, header, archive])
}

const archive = packArchive(sampleFiles())

async function proofBy(signer: typeof sampleSigner, signedData: Buffer, message = signedMessage(signedData, archive)): Promise<KeyProof> {
  return { algorithm: signer.algorithm, publicKey: signer.publicKey, signature: await signer.sign(message) }
}

describe('a genuine file', () => {
  it('is taken, with what it contains', () => {
    const crx = verifyCrx(genuine, { extensionId: sampleId, version: '1.0.0' })
    expect(crx).toMatchObject({ extensionId: sampleId, size: genuine.length, sha256: createHash('sha256').update(genuine).digest('hex') })
    expect([...crx.files.keys()]).toEqual(['manifest.json', 'show-version.js'])
  })

  it('may be signed by an EC key, and by several keys', async () => {
    const ec = signerOfKey(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey)
    const own = verifyCrx(await packCrx(sampleFiles(), ec))
    expect(own.extensionId).toBe(extensionIdOf(ec.publicKey))

    const signedData = encodeSignedData(bytesOfId(sampleId))
    const proofs = [await proofBy(sampleSigner, signedData), await proofBy(ec, signedData)]
    expect(outcome(assemble(encodeHeader({ proofs, signedData }), archive))).toBe('accepted')
  })

  it('has the same archive whenever and in whatever order it is packed', () => {
    const files = sampleFiles({ files: { 'b.js': '2', 'a/c.js': '3', '10': '4', '9': '5' } })
    expect(packArchive(new Map([...files].toReversed())).equals(packArchive(files))).toBe(true)
  })
})

describe('a changed file', () => {
  it(`is never taken, whichever of its ${genuine.length * 8} bits is flipped`, () => {
    const taken: string[] = []
    for (let bit = 0; bit < genuine.length * 8; bit++) {
      const changed = withBytes(genuine, copy => {
        copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      })
      // Without the expectations too: the file has to fall by itself.
      if (outcome(changed, {}) === 'accepted') taken.push(`bit ${bit}`)
    }
    expect(taken).toEqual([])
  }, 120_000)

  it('is never taken when it is cut off anywhere or made longer', () => {
    for (let length = 0; length < genuine.length; length++) expect(outcome(genuine.subarray(0, length), {})).not.toBe('accepted')
    expect(outcome(Buffer.concat([genuine, Buffer.from([0])]))).toBe('crx_signature_invalid')
    expect(outcome(Buffer.concat([genuine, genuine]))).toBe('crx_signature_invalid')
  })
})

describe('a forged file', () => {
  it('of another format is refused', () => {
    expect(outcome(Buffer.alloc(0))).toBe('crx_format')
    expect(outcome(archive)).toBe('crx_format')
    expect(outcome(withBytes(genuine, copy => copy.writeUInt32LE(2, 4)))).toBe('crx_format')
    for (const length of [0, 1, genuine.length, 2 ** 20 + 1, 2 ** 32 - 1]) {
      expect(outcome(withBytes(genuine, copy => copy.writeUInt32LE(length, 8)))).toBe('crx_format')
    }
  })

  it('is refused when no signature, or only another key’s, is on it', async () => {
    const signedData = encodeSignedData(bytesOfId(sampleId))
    expect(outcome(assemble(encodeHeader({ proofs: [], signedData }), archive))).toBe('crx_signature_invalid')

    const stranger = newSigner()
    expect(outcome(await packSample({}, stranger))).toBe('crx_id_mismatch')
    const ourId = encodeHeader({ proofs: [await proofBy(stranger, signedData)], signedData })
    expect(outcome(assemble(ourId, archive))).toBe('crx_id_mismatch')
    // Their id, our key.
    const theirData = encodeSignedData(bytesOfId(extensionIdOf(stranger.publicKey)))
    const theirId = encodeHeader({ proofs: [await proofBy(sampleSigner, theirData)], signedData: theirData })
    expect(outcome(assemble(theirId, archive), {})).toBe('crx_id_mismatch')
    // A right signature of theirs does not make up for a wrong one in our name.
    const wrong = { ...(await proofBy(sampleSigner, signedData)), signature: Buffer.alloc(256, 1) }
    const both = encodeHeader({ proofs: [await proofBy(stranger, signedData), wrong], signedData })
    expect(outcome(assemble(both, archive))).toBe('crx_signature_invalid')
  })

  it('is refused when the signature covers the archive alone, or another archive', async () => {
    const signedData = encodeSignedData(bytesOfId(sampleId))
    const bare = encodeHeader({ proofs: [await proofBy(sampleSigner, signedData, archive)], signedData })
    expect(outcome(assemble(bare, archive))).toBe('crx_signature_invalid')
    const header = encodeHeader({ proofs: [await proofBy(sampleSigner, signedData)], signedData })
    expect(outcome(assemble(header, packArchive(sampleFiles({ version: '9.0.0' }))))).toBe('crx_signature_invalid')
  })

  it('is refused when the header has anything that no signature covers', async () => {
    const signedData = encodeSignedData(bytesOfId(sampleId))
    const header = encodeHeader({ proofs: [await proofBy(sampleSigner, signedData)], signedData })
    expect(outcome(assemble(header, archive))).toBe('accepted')
    const verifiedContents = Buffer.from([0x22, 1, 0x78])
    const varintField = Buffer.from([0x28, 1])
    for (const extra of [verifiedContents, varintField, header, Buffer.from([0x22]), Buffer.from([0x22, 0xff, 0xff, 0xff, 0xff, 0x7f])]) {
      expect(outcome(assemble(Buffer.concat([header, extra]), archive))).toBe('crx_format')
      expect(outcome(assemble(Buffer.concat([extra, header]), archive))).toBe('crx_format')
    }
  })

  it('is refused when a key is too weak or not of the kind it is said to be', async () => {
    const signedData = encodeSignedData(bytesOfId(sampleId))
    const own = await proofBy(sampleSigner, signedData)
    for (const key of [
      generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey,
      generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey,
      generateKeyPairSync('ed25519').publicKey
    ]) {
      const publicKey = key.export({ format: 'der', type: 'spki' })
      const proofs: KeyProof[] = [own, { algorithm: 'rsa', publicKey, signature: Buffer.alloc(128) }]
      expect(outcome(assemble(encodeHeader({ proofs, signedData }), archive))).toBe('crx_signature_invalid')
    }
    const asEc = encodeHeader({ proofs: [{ ...own, algorithm: 'ecdsa' }], signedData })
    expect(outcome(assemble(asEc, archive))).toBe('crx_signature_invalid')
  })
})

describe('a signed file with bad contents', () => {
  const signed = (zip: Buffer) => signCrx(zip, sampleSigner)
  const zipOf = (entries: Parameters<typeof zipSync>[0]) => Buffer.from(zipSync(entries))
  const manifest = sampleFiles().get('manifest.json') ?? Buffer.alloc(0)

  it.each(['../evil.js', 'a/../../evil.js', '/etc/evil', 'C:\\evil', 'a\\b', 'a//b', './a', 'a\u0000b', `${'d/'.repeat(300)}a`])(
    'is refused for the path %j',
    async path => {
      expect(outcome(await signed(zipOf({ 'manifest.json': manifest, [path]: Buffer.from('x') })))).toBe('crx_zip_unsafe')
    }
  )

  it('is refused for links, devices, and names that some systems take for one', async () => {
    const link = zipOf({ 'manifest.json': manifest, a: [Buffer.from('/etc/passwd'), { os: 3, attrs: (0o120777 << 16) >>> 0 }] })
    expect(outcome(await signed(link))).toBe('crx_zip_unsafe')
    const device = zipOf({ 'manifest.json': manifest, a: [Buffer.alloc(0), { os: 3, attrs: (0o020666 << 16) >>> 0 }] })
    expect(outcome(await signed(device))).toBe('crx_zip_unsafe')
    const twice = zipOf({ 'manifest.json': manifest, 'Manifest.json': manifest })
    expect(outcome(await signed(twice))).toBe('crx_zip_unsafe')
    // The same name twice, made by renaming another of the same length.
    const renamed = Buffer.from(
      zipOf({ 'manifest.json': manifest, 'manifest.jsoX': manifest }).toString('latin1').replaceAll('jsoX', 'json'),
      'latin1'
    )
    expect(outcome(await signed(renamed))).toBe('crx_zip_unsafe')
  })

  it('is refused for more than it admits to: bombs, hidden bytes, two directories', async () => {
    const bomb = zipOf({ 'manifest.json': manifest, big: Buffer.alloc(130 * 1024 * 1024) })
    expect(bomb.length).toBeLessThan(200_000)
    expect(outcome(await signed(bomb))).toBe('crx_zip_unsafe')
    // The same with a size that is a lie, in both places that have one.
    const size = Buffer.alloc(4)
    size.writeUInt32LE(130 * 1024 * 1024)
    const small = Buffer.from([10, 0, 0, 0])
    const liar = Buffer.from(bomb.toString('latin1').replaceAll(size.toString('latin1'), small.toString('latin1')), 'latin1')
    expect(outcome(await signed(liar))).toBe('crx_zip_unsafe')
    expect(outcome(await signed(Buffer.concat([Buffer.from('hidden'), archive])))).toBe('crx_zip_unsafe')
    expect(outcome(await signed(Buffer.concat([archive, archive])))).toBe('crx_zip_unsafe')
    expect(outcome(await signed(Buffer.concat([archive, Buffer.from([0])])))).toBe('crx_zip_unsafe')
    expect(outcome(await signed(withBytes(archive, copy => copy.writeUInt16LE(1, 6))))).toBe('crx_zip_unsafe')
  })

  it('is refused for its manifest', async () => {
    expect(outcome(await signed(zipOf({ 'a.js': Buffer.from('1') })))).toBe('crx_manifest_invalid')
    expect(outcome(await signed(zipOf({ 'manifest.json': Buffer.from('{') })))).toBe('crx_manifest_invalid')
    expect(outcome(await packSample({ manifest: { manifest_version: 2 } }))).toBe('crx_manifest_invalid')
    for (const version of ['', '1.2.3.a', '99999.1', '1.2.3.4.5', '01']) {
      expect(outcome(await packSample({ version }), {})).toBe('crx_manifest_invalid')
    }
    expect(outcome(await packSample({ version: '1.0.1' }))).toBe('crx_version_mismatch')
    const { publicKey } = newSigner()
    expect(outcome(await packSample({ manifest: { key: publicKey.toString('base64') } }))).toBe('crx_id_mismatch')
    expect(outcome(await packSample({ manifest: { key: sampleSigner.publicKey.toString('base64') } }))).toBe('accepted')
  })

  it('is refused when a private key is inside, in whatever form, and not for the mere words', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
    const pem = String(privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const der = privateKey.export({ format: 'der', type: 'pkcs8' })
    const forms: (string | Buffer)[] = [
      pem,
      `const key = ${JSON.stringify(pem)}`,
      der,
      der.toString('base64'),
      privateKey.export({ format: 'der', type: 'pkcs1' }),
      String(privateKey.export({ format: 'pem', type: 'pkcs1' })),
      privateKey.export({ format: 'der', type: 'pkcs1' }).toString('base64'),
      ec.export({ format: 'der', type: 'pkcs8' }),
      ec.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
      String(ec.export({ format: 'pem', type: 'sec1' }))
    ]
    for (const form of forms) expect(outcome(await packSample({ files: { 'data.bin': form } }))).toBe('crx_contains_private_key')
    expect(outcome(await packSample({ files: { 'signing.pem': 'x' } }))).toBe('crx_contains_private_key')
    expect(outcome(await packSample({ files: { 'jose.js': 'if (text.startsWith("-----BEGIN PRIVATE KEY-----")) return' } }))).toBe(
      'accepted'
    )
    expect(outcome(await packSample({ files: { 'public.txt': sampleSigner.publicKey.toString('base64') } }))).toBe('accepted')
  })

  it('never breaks the reader, whatever the signed archive is', async () => {
    const seed = seedOfRun()
    const random = seededRandom(seed)
    let refused = 0
    for (let round = 0; round < 1_000; round++) {
      const mutated = withBytes(archive, copy => {
        for (let flips = 1 + Math.floor(random() * 3); flips > 0; flips--)
          copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256)
      })
      // `outcome` lets every error through that is not one of ours.
      if (outcome(await signed(mutated), {}) !== 'accepted') refused++
    }
    expect(refused, `SEED=${seed}`).toBeGreaterThan(800)
  }, 60_000)
})
