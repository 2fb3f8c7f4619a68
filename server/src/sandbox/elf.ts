/** e_machine values of the ELF specification and Docker's names for the architectures. */
const MACHINES = new Map([
  [62, 'amd64'],
  [183, 'arm64']
])

/**
 * The architecture that a Linux program is for, in Docker's words; nothing where it is no such program.
 * @param head at least its first 20 bytes.
 */
export function elfArchitecture(head: Buffer): string | undefined {
  const isElf = head.length >= 20 && head.readUInt32BE(0) === 0x7f454c46
  return isElf ? MACHINES.get(head.readUInt16LE(18)) : undefined
}
