import { FixpointError } from '@fixpoint/protocol'

/** The setting that names the key where releases are signed. */
const KEY_SETTING = 'FIXPOINT_CRX_KEY'

/** Whether the key that signs releases is within the reach of this process. */
export function hasSigningKey(environment: Readonly<Record<string, string | undefined>>): boolean {
  return (environment[KEY_SETTING] ?? '') !== ''
}

/** Whoever takes over a server that has the key can put code into every browser; one without it can only withhold. @throws FixpointError `config_invalid` */
export function requireNoSigningKey(environment: Readonly<Record<string, string | undefined>>): void {
  if (!hasSigningKey(environment)) return
  throw new FixpointError(
    'config_invalid',
    `${KEY_SETTING} is set: the update server does not start where the key is that signs releases.`,
    {
      field: KEY_SETTING,
      hint: 'Keep the key on the release machine, take it away from this one, and unset the variable.'
    }
  )
}
