import type { ErrorCode } from '@fixpoint/protocol'

/** What the process ends with; scripts may rely on these. */
export const EXIT = {
  ok: 0,
  /** The turn failed, or something else went wrong. */
  failure: 1,
  /** The command line is not valid. */
  usage: 2,
  unreachable: 3,
  notAuthorised: 4,
  /** The turn is done, but its proof is not what was required. */
  notProven: 5,
  stopped: 6,
  timeout: 7,
  /** The configuration is not valid (sysexits.h EX_CONFIG). */
  config: 78,
  interrupted: 130
} as const

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  server_unreachable: EXIT.unreachable,
  auth_required: EXIT.notAuthorised,
  token_invalid: EXIT.notAuthorised,
  token_expired: EXIT.notAuthorised,
  config_invalid: EXIT.config,
  data_dir_locked: EXIT.config,
  port_in_use: EXIT.config,
  invalid_parameter: EXIT.usage,
  prompt_empty: EXIT.usage,
  prompt_too_long: EXIT.usage,
  invalid_text: EXIT.usage
}

export function exitCodeOf(code: ErrorCode): number {
  return BY_CODE[code] ?? EXIT.failure
}
