import type { ErrorCode } from '@fixpoint/protocol'
import type { Place } from './source-text.ts'

/** Codes that a policy file can be told. */
export type PolicyCode = Extract<
  ErrorCode,
  | `policy_${string}`
  | 'extension_id_invalid'
  | 'extension_id_mismatch'
  | 'update_url_insecure'
  | 'update_url_mismatch'
  | 'forcelist_format'
  | 'file_too_large'
>

/** An error keeps the file from doing what it should; a warning may be intended. */
export type Severity = 'error' | 'warning'

/** Something wrong, at an offset of the file's text. */
export interface Fault {
  code: PolicyCode
  severity: Severity
  message: string
  hint?: string
  offset: number
}

/** Something wrong, as it is told. */
export interface Finding extends Place {
  file: string
  code: PolicyCode
  severity: Severity
  message: string
  hint: string
}
