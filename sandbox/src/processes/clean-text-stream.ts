import { StringDecoder } from 'node:string_decoder'
import { stripControls } from '@fixpoint/protocol'

/** A sequence that is longer is none; it is let through and loses its control characters. */
const HELD_CHARACTERS = 4_096

/** An escape sequence, or the line end `\r\n`, whose end is not in the text yet. */
const UNFINISHED = /(?:\u001b(?:\[[0-?]*[ -/]*|[\]P^_X][^\u0007\u001b]*\u001b?|[ -/]*)|\r)$/

/** Turns the bytes of a program's output into text for people, whatever the borders of the chunks are. */
export class CleanTextStream {
  readonly #decoder = new StringDecoder('utf8')
  #held = ''

  /** @returns the text that is complete so far; bytes that are not UTF-8 as U+FFFD. */
  push(bytes: Buffer): string {
    const text = this.#held + this.#decoder.write(bytes)
    const from = Math.max(0, text.length - HELD_CHARACTERS)
    const unfinished = UNFINISHED.exec(text.slice(from))
    const end = unfinished === null ? text.length : from + unfinished.index
    this.#held = text.slice(end)
    return clean(text.slice(0, end))
  }

  /** @returns what is left. */
  end(): string {
    const text = this.#held + this.#decoder.end()
    this.#held = ''
    return clean(text)
  }
}

/** Control strings (DCS, SOS, PM, APC) go first, in one pass: looked for one by one, many without an end would take for ever. */
function clean(text: string): string {
  return stripControls(text.replace(/\u001b[P^_X](?:[^\u001b]*\u001b\\)?/g, ''))
}
