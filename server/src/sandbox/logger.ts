/** The part of pino's interface that the sandbox driver writes to. */
export interface SandboxLogger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
