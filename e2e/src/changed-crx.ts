/** CRX files that were changed, each of an extension of its own, evenly over all places and kinds of change. */
import { generateKeyPairSync } from 'node:crypto'
import { extensionIdOf } from '../../update-server/src/crx/extension-id.ts'
import { packCrx } from '../../update-server/src/crx/pack.ts'
import { type Signer, signerOfKey } from '../../update-server/src/crx/signer.ts'
import type { OfferedCrx } from './chromium-verdicts.ts'

export interface ChangedCrx extends OfferedCrx {
  /** What was done to it; null where nothing was. */
  change: string | null
}

/** Keys on a curve: there is one for each file, and they are made in no time. */
const newSigner = (): Signer => signerOfKey(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey)

function packSample(signer: Signer): Promise<Buffer> {
  const manifest = { manifest_version: 3, name: 'Sample', version: '1.0.0', update_url: 'http://127.0.0.1/update' }
  return packCrx(new Map([['manifest.json', Buffer.from(JSON.stringify(manifest))]]), signer)
}

/** The lowest number of bits that any sample has: a signature on a curve has a length that varies by some bytes. */
const BITS = (await packSample(newSigner())).length * 8 - 32

/** Of ten files one is left as it is, seven have a bit flipped, and two are changed in other ways. @param number from 0 @param count of all */
export async function changedCrx(number: number, count: number): Promise<ChangedCrx> {
  const signer = newSigner()
  const extensionId = extensionIdOf(signer.publicKey)
  const crx = await packSample(signer)
  const place = number / count
  const change = (what: string, bytes: Buffer): ChangedCrx => ({ extensionId, crx: bytes, change: what })
  switch (number % 10) {
    case 0:
      return { extensionId, crx, change: null }
    case 1: {
      const length = Math.floor(place * crx.length)
      return change(`cut to ${length}`, crx.subarray(0, length))
    }
    case 2:
      return anotherChange(Math.floor(number / 10), extensionId, crx, change)
    default: {
      const bit = Math.floor(place * BITS)
      const copy = Buffer.from(crx)
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return change(`bit ${bit} flipped`, copy)
    }
  }
}

async function anotherChange(
  number: number,
  extensionId: string,
  crx: Buffer,
  change: (what: string, bytes: Buffer) => ChangedCrx
): Promise<ChangedCrx> {
  const stranger = await packSample(newSigner())
  switch (number % 5) {
    case 0:
      return change('signed by another key', stranger)
    case 1:
      return change('a byte appended', Buffer.concat([crx, Buffer.from([number % 256])]))
    case 2: {
      // Format 2 has key and signature, and their lengths, where format 3 has its header.
      const prefix = Buffer.alloc(16)
      prefix.write('Cr24', 'latin1')
      prefix.writeUInt32LE(2, 4)
      prefix.writeUInt32LE(91, 8)
      prefix.writeUInt32LE(70, 12)
      return change('format 2', Buffer.concat([prefix, crx.subarray(12)]))
    }
    case 3: {
      const headerEnd = 12 + crx.readUInt32LE(8)
      const strangersEnd = 12 + stranger.readUInt32LE(8)
      return change('the header of a stranger’s file', Buffer.concat([stranger.subarray(0, strangersEnd), crx.subarray(headerEnd)]))
    }
    default: {
      const idAt = crx.indexOf(
        Buffer.from(
          extensionId.replace(/./g, letter => (letter.charCodeAt(0) - 97).toString(16)),
          'hex'
        )
      )
      const strangersAt = stranger.readUInt32LE(8) + 12 - 16
      const copy = Buffer.from(stranger)
      crx.copy(copy, strangersAt, idAt, idAt + 16)
      return change('our id under a stranger’s signature', copy)
    }
  }
}
