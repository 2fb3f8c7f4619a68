import { type Logger, pino } from 'pino'

export type { Logger }

/** Header and field names whose values never belong into a log. */
const SECRET_PATHS = [
  'req.headers.authorization',
  'req.headers.cookie',
  '*.authorization',
  '*.token',
  '*.apiKey',
  '*.password',
  '*.secret',
  'token',
  'apiKey'
]

/**
 * The server's log: JSON lines on standard error, so that standard output stays free for what was asked for.
 * @param secrets values that are blacked out wherever they appear, whatever the field is called.
 */
export function createLogger(level: string, secrets: readonly string[]): Logger {
  const known = secrets.filter(secret => secret.length >= 8)
  return pino(
    { level, redact: { paths: SECRET_PATHS, censor: '[secret]' }, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: line => process.stderr.write(known.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line)) }
  )
}
