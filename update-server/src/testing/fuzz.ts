/**
 * Changes a signed CRX in every way that is counted here and says how many of the changed files the verifier takes: none may be.
 * `node update-server/src/testing/fuzz.ts [--crx FILE] [--pairs N]`; without a file, an extension of 3 kB is made and signed. Exit code 1 where a
 * changed file is taken. SEED repeats a run.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { FixpointError } from '@fixpoint/protocol'
import { verifyCrx } from '../crx/verify.ts'
import { seededRandom, seedOfRun } from './random.ts'
import { packSample } from './sample-extension.ts'

const { values } = parseArgs({ options: { crx: { type: 'string' }, pairs: { type: 'string', default: '10000' } } })
const genuine = values.crx === undefined ? await packSample({ files: { 'noise.bin': randomBytes(2_000) } }) : readFileSync(values.crx)
const seed = seedOfRun()
const random = seededRandom(seed)
verifyCrx(genuine)

const taken: string[] = []
const codes = new Map<string, number>()

function tryChanged(what: string, bytes: Buffer): void {
  try {
    verifyCrx(bytes)
    taken.push(what)
  } catch (error) {
    // Anything else is a fault of the verifier and ends the run.
    if (!(error instanceof FixpointError)) throw error
    codes.set(error.code, (codes.get(error.code) ?? 0) + 1)
  }
}

function flipped(bits: readonly number[]): Buffer {
  const copy = Buffer.from(genuine)
  for (const bit of bits) copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

const bits = genuine.length * 8
for (let bit = 0; bit < bits; bit++) tryChanged(`bit ${bit}`, flipped([bit]))
for (let length = 0; length < genuine.length; length++) tryChanged(`cut to ${length}`, genuine.subarray(0, length))
const pairs = Number(values.pairs)
for (let pair = 0; pair < pairs; pair++) {
  const first = Math.floor(random() * bits)
  const second = (first + 1 + Math.floor(random() * (bits - 1))) % bits
  tryChanged(`bits ${first} and ${second}`, flipped([first, second]))
}
for (let value = 0; value < 256; value++) tryChanged(`appended ${value}`, Buffer.concat([genuine, Buffer.from([value])]))

console.log(
  `SEED=${seed}, ${genuine.length} bytes: ${bits} bits flipped, ${genuine.length} cuts, ${pairs} pairs of bits, 256 appended bytes`
)
for (const [code, count] of codes) console.log(`${String(count).padStart(8)}  ${code}`)
console.log(`${String(taken.length).padStart(8)}  taken${taken.length === 0 ? '' : `: ${taken.slice(0, 20).join(', ')}`}`)
process.exitCode = taken.length === 0 ? 0 : 1
