/**
 * The header of a CRX3 file: the protocol buffer `CrxFileHeader` of Chromium's `components/crx_file/crx3.proto`. Few fields, so
 * they are read and written here; a reader that skips what it does not know would let bytes through that no signature covers.
 */
import { FixpointError } from '@fixpoint/protocol'

export type ProofAlgorithm = 'rsa' | 'ecdsa'

/** One signature over the file, with the key that made it. */
export interface KeyProof {
  algorithm: ProofAlgorithm
  /** DER, SubjectPublicKeyInfo. */
  publicKey: Uint8Array
  signature: Uint8Array
}

export interface CrxHeader {
  proofs: KeyProof[]
  /** The serialised `SignedData`; the signatures cover it. */
  signedData: Uint8Array
}

const FIELD = { rsaProof: 2, ecdsaProof: 3, signedData: 10_000 } as const
const PROOF_FIELD = { publicKey: 1, signature: 2 } as const
const CRX_ID_FIELD = 1

/** More proofs than this in one file are an attempt to keep a verifier busy. */
const MOST_PROOFS = 8

export function encodeHeader({ proofs, signedData }: CrxHeader): Buffer {
  const encodeProofs = (algorithm: ProofAlgorithm, field: number) =>
    proofs
      .filter(proof => proof.algorithm === algorithm)
      .map(proof =>
        encodeField(
          field,
          Buffer.concat([encodeField(PROOF_FIELD.publicKey, proof.publicKey), encodeField(PROOF_FIELD.signature, proof.signature)])
        )
      )
  return Buffer.concat([
    ...encodeProofs('rsa', FIELD.rsaProof),
    ...encodeProofs('ecdsa', FIELD.ecdsaProof),
    encodeField(FIELD.signedData, signedData)
  ])
}

/** @throws FixpointError `crx_format` for anything but exactly one encoding of a header that this server can vouch for. */
export function decodeHeader(bytes: Uint8Array): CrxHeader {
  const proofs: KeyProof[] = []
  let signedData: Uint8Array | undefined
  for (const { field, value } of fieldsOf(bytes)) {
    if (field === FIELD.rsaProof) proofs.push(decodeProof('rsa', value))
    else if (field === FIELD.ecdsaProof) proofs.push(decodeProof('ecdsa', value))
    else if (field === FIELD.signedData && signedData === undefined) signedData = value
    else throw malformed(`the header has field ${field}, which no signature covers`)
    if (proofs.length > MOST_PROOFS) throw malformed(`the header has more than ${MOST_PROOFS} signatures`)
  }
  if (signedData === undefined) throw malformed('the header has no signed data')
  const header = { proofs, signedData }
  // The header itself is not signed. Only the one encoding that a packer writes is taken, so that no bit of it is free.
  if (!encodeHeader(header).equals(bytes)) throw malformed('the header is not encoded in the one usual way')
  return header
}

/** @param id the 16 bytes of the extension's id */
export function encodeSignedData(id: Uint8Array): Buffer {
  return encodeField(CRX_ID_FIELD, id)
}

/** The extension's id that the signatures cover, as 16 bytes. @throws FixpointError `crx_format` */
export function decodeSignedData(bytes: Uint8Array): Uint8Array {
  const [first, ...others] = fieldsOf(bytes)
  if (first === undefined || first.field !== CRX_ID_FIELD || others.length > 0 || first.value.length !== 16) {
    throw malformed('the signed data is not exactly an id of 16 bytes')
  }
  return first.value
}

function decodeProof(algorithm: ProofAlgorithm, bytes: Uint8Array): KeyProof {
  const [publicKey, signature, ...others] = fieldsOf(bytes)
  if (publicKey?.field !== PROOF_FIELD.publicKey || signature?.field !== PROOF_FIELD.signature || others.length > 0) {
    throw malformed('a signature in the header is not exactly a key and a signature')
  }
  return { algorithm, publicKey: publicKey.value, signature: signature.value }
}

/** All fields used here are length-delimited: wire type 2. */
function encodeField(field: number, value: Uint8Array): Buffer {
  return Buffer.concat([encodeVarint(field * 8 + 2), encodeVarint(value.length), value])
}

function encodeVarint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  return Buffer.from([...bytes, rest])
}

function fieldsOf(bytes: Uint8Array): { field: number; value: Uint8Array }[] {
  const fields: { field: number; value: Uint8Array }[] = []
  let offset = 0
  const varint = () => {
    let value = 0
    // Lengths and tags here fit into 28 bits; the header itself is at most a megabyte.
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[offset++]
      if (byte === undefined) throw malformed('the header ends within a number')
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    throw malformed('the header has a number that is too large')
  }
  while (offset < bytes.length) {
    const tag = varint()
    if (tag % 8 !== 2) throw malformed(`the header has a field of wire type ${tag % 8}`)
    const length = varint()
    if (length > bytes.length - offset) throw malformed('the header has a field that is longer than the header')
    fields.push({ field: Math.floor(tag / 8), value: bytes.subarray(offset, offset + length) })
    offset += length
  }
  return fields
}

function malformed(what: string): FixpointError {
  return new FixpointError('crx_format', `The file is not a CRX3 that can be trusted: ${what}.`)
}
