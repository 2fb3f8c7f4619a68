/** Whether an error of the operating system has this code, such as `ENOENT`. */
export function isErrno(error: unknown, ...codes: string[]): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}
