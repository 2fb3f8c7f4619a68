import type { ErrorCode } from '@fixpoint/protocol'

/** What the process ends with; scripts may rely on these. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  unreachable: 3,
  notAuthorised: 4,
  notProven: 5,
  stopped: 6,
  timeout: 7,
  /** As sysexits.h has it (EX_CONFIG). */
  config: 78,
  /** 128 and the number of SIGINT, as shells have it. */
  interrupted: 130
} as const

/** What each of them means, for `--help` and the reference. */
const EXIT_MEANINGS: Record<keyof typeof EXIT, string> = {
  ok: 'Done',
  failure: 'The turn failed, or something else went wrong',
  usage: 'The command line or a value in it is not valid',
  unreachable: 'The server does not answer',
  notAuthorised: 'The token is missing or not valid',
  notProven: 'The turn is done, but its proof looks wrong, or it is not verified and `--require-verified` was given',
  stopped: 'The turn was stopped, or the prompt withdrawn',
  timeout: 'The time of `--timeout` is over; the session goes on',
  config: 'The server cannot start with this configuration, data folder or port',
  interrupted: 'Interrupted with Ctrl-C while it waited; what it waited for goes on'
}

/** All of them with their meanings, lowest first. */
export function exitRows(): { status: number; meaning: string }[] {
  // What `Object.keys` says of a constant is too wide; its keys are these.
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[]
  return names.map(name => ({ status: EXIT[name], meaning: EXIT_MEANINGS[name] })).toSorted((a, b) => a.status - b.status)
}

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  server_unreachable: EXIT.unreachable,
  auth_required: EXIT.notAuthorised,
  token_invalid: EXIT.notAuthorised,
  token_expired: EXIT.notAuthorised,
  config_invalid: EXIT.config,
  data_dir_locked: EXIT.config,
  port_in_use: EXIT.config,
  server_url_invalid: EXIT.usage,
  invalid_parameter: EXIT.usage,
  prompt_empty: EXIT.usage,
  prompt_too_long: EXIT.usage,
  invalid_text: EXIT.usage
}

export function exitCodeOf(code: ErrorCode): number {
  return BY_CODE[code] ?? EXIT.failure
}
