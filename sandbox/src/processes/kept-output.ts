import { CleanTextStream } from './clean-text-stream.ts'

export type OutputStream = 'stdout' | 'stderr'

interface Piece {
  stream: OutputStream
  bytes: Buffer
}

/** Small pieces are put together up to this size, so that a program that prints byte by byte costs no more than another. */
const PIECE_BYTES = 16_384
const MAX_PIECES = 10_000

/**
 * Passes on the beginning of an output as it comes, keeps the end in bounded memory and passes that on at last, with a line that
 * says how much lies between.
 */
export class KeptOutput {
  readonly #tailBytes: number
  readonly #onText: (stream: OutputStream, text: string) => void
  #headLeft: number
  #tail: Piece[] = []
  #tailLength = 0
  #omittedBytes = 0
  #texts = newTexts()

  /** @param maxBytes what is kept: half of it from the beginning, half from the end */
  constructor(maxBytes: number, onText: (stream: OutputStream, text: string) => void) {
    this.#headLeft = Math.ceil(maxBytes / 2)
    this.#tailBytes = Math.floor(maxBytes / 2)
    this.#onText = onText
  }

  add(stream: OutputStream, bytes: Buffer): void {
    const head = bytes.subarray(0, this.#headLeft)
    this.#headLeft -= head.length
    if (head.length > 0) this.#pass(stream, head)
    const rest = bytes.subarray(head.length)
    if (rest.length > 0) this.#keep({ stream, bytes: rest })
  }

  /** Passes on the end. @returns how many bytes were left out */
  end(): number {
    if (this.#omittedBytes > 0) {
      this.#finish()
      this.#onText('stdout', `\n[… ${this.#omittedBytes} bytes left out …]\n`)
      this.#texts = newTexts()
      for (const stream of ['stdout', 'stderr'] as const) {
        const first = this.#tail.find(piece => piece.stream === stream)
        if (first !== undefined) first.bytes = fromCharacterStart(first.bytes)
      }
    }
    for (const { stream, bytes } of this.#tail) this.#pass(stream, bytes)
    this.#tail = []
    this.#finish()
    return this.#omittedBytes
  }

  #keep(piece: Piece): void {
    this.#tailLength += piece.bytes.length
    const last = this.#tail.at(-1)
    if (last !== undefined && last.stream === piece.stream && last.bytes.length + piece.bytes.length <= PIECE_BYTES) {
      last.bytes = Buffer.concat([last.bytes, piece.bytes])
    } else {
      this.#tail.push(piece)
    }
    while (this.#tailLength > this.#tailBytes || this.#tail.length > MAX_PIECES) {
      const first = this.#tail[0]
      if (first === undefined) return
      const surplus = this.#tail.length > MAX_PIECES ? first.bytes.length : Math.min(first.bytes.length, this.#tailLength - this.#tailBytes)
      if (surplus === first.bytes.length) this.#tail.shift()
      else first.bytes = first.bytes.subarray(surplus)
      this.#tailLength -= surplus
      this.#omittedBytes += surplus
    }
  }

  #pass(stream: OutputStream, bytes: Buffer): void {
    const text = this.#texts[stream].push(bytes)
    if (text !== '') this.#onText(stream, text)
  }

  #finish(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const text = this.#texts[stream].end()
      if (text !== '') this.#onText(stream, text)
    }
  }
}

function newTexts(): Record<OutputStream, CleanTextStream> {
  return { stdout: new CleanTextStream(), stderr: new CleanTextStream() }
}

/** Leaves out the rest of a character whose beginning was left out; continuation bytes are 10xxxxxx. */
function fromCharacterStart(bytes: Buffer): Buffer {
  let start = 0
  while (start < 3 && ((bytes[start] ?? 0) & 0b1100_0000) === 0b1000_0000) start += 1
  return bytes.subarray(start)
}
