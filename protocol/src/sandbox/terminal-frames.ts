/**
 * How a shell's bytes and what is said about it share one stream between the server and `sandboxd` (`CONNECT terminal`): frames of a
 * kind (one byte), a length (four, the highest first) and the content. The server says `start` first.
 */
import { z } from 'zod'
import { TERMINAL_LIMITS, terminalExitSchema, toTerminalSchema } from '../terminal.ts'

export const terminalStartSchema = z.strictObject({
  kind: z.literal('start'),
  columns: z.number().int().min(1).max(TERMINAL_LIMITS.columns),
  rows: z.number().int().min(1).max(TERMINAL_LIMITS.rows)
})

export const terminalControlSchema = z.discriminatedUnion('kind', [terminalStartSchema, ...toTerminalSchema.options, terminalExitSchema])
export type TerminalControl = z.infer<typeof terminalControlSchema>

export type TerminalFrame = { kind: 'bytes'; bytes: Uint8Array } | { kind: 'control'; control: TerminalControl }

const HEADER_BYTES = 5
const BYTES = 0
const CONTROL = 1
/** Nothing that is sent is longer; whoever says so is not one of ours. */
const LONGEST = 1024 * 1024

export function encodeTerminalBytes(bytes: Uint8Array): Uint8Array {
  return frameOf(BYTES, bytes)
}

export function encodeTerminalControl(control: TerminalControl): Uint8Array {
  return frameOf(CONTROL, new TextEncoder().encode(JSON.stringify(control)))
}

function frameOf(kind: number, content: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + content.length)
  frame[0] = kind
  new DataView(frame.buffer).setUint32(1, content.length)
  frame.set(content, HEADER_BYTES)
  return frame
}

/** Takes a stream apart into frames, however it is cut. */
export class TerminalFrames {
  #rest: Uint8Array = new Uint8Array(0)

  /** @throws Error where the bytes are no frames; nothing can be understood after that. */
  read(chunk: Uint8Array): TerminalFrame[] {
    const bytes = new Uint8Array(this.#rest.length + chunk.length)
    bytes.set(this.#rest)
    bytes.set(chunk, this.#rest.length)
    const view = new DataView(bytes.buffer)
    const frames: TerminalFrame[] = []
    let at = 0
    while (bytes.length - at >= HEADER_BYTES) {
      const length = view.getUint32(at + 1)
      if (length > LONGEST) throw new Error(`a frame of ${length} bytes`)
      const end = at + HEADER_BYTES + length
      if (end > bytes.length) break
      frames.push(parse(view.getUint8(at), bytes.subarray(at + HEADER_BYTES, end)))
      at = end
    }
    this.#rest = bytes.slice(at)
    return frames
  }
}

function parse(kind: number, content: Uint8Array): TerminalFrame {
  if (kind === BYTES) return { kind: 'bytes', bytes: content }
  if (kind !== CONTROL) throw new Error(`a frame of the kind ${kind}`)
  return { kind: 'control', control: terminalControlSchema.parse(JSON.parse(new TextDecoder().decode(content))) }
}
