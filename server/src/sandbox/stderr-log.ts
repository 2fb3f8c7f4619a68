import { StringDecoder } from 'node:string_decoder'
import { cutText, stripControls } from '@fixpoint/protocol'
import type { SandboxLogger } from './logger.ts'

const MAX_LINE = 2_000
/** Lines that one process may put into the server's log. */
const MAX_LINES = 200

/**
 * Takes what a process in the sandbox prints on standard error into the server's log, line by line, without characters that
 * change what a reader sees, and only so much of it that it cannot fill the disk.
 */
export function logStderr(logger: SandboxLogger, fields: object): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let lines = 0
  return chunk => {
    if (lines >= MAX_LINES) return
    const parts = (rest + decoder.write(chunk)).split('\n')
    rest = (parts.pop() ?? '').slice(0, 2 * MAX_LINE)
    for (const line of parts.slice(0, MAX_LINES - lines)) {
      lines += 1
      const text = cutText(stripControls(line), MAX_LINE)
      if (text.trim() !== '') logger.warn({ ...fields, text }, 'a sandbox printed an error')
    }
    if (lines >= MAX_LINES) logger.warn(fields, 'a sandbox printed too many errors; the rest is not logged')
  }
}
