/** The parts of Docker's `/version` and `/info` that say how well the engine can hold a sandbox. */
export interface EngineFacts {
  version: string
  apiVersion: string
  runcVersion: string | undefined
  securityOptions: string[]
  canLimitPids: boolean
  canLimitMemory: boolean
  canLimitSwap: boolean
  canLimitCpu: boolean
  canOverlay: boolean
}

/** First releases of runc with the repair of CVE-2025-31133, CVE-2025-52565 and CVE-2025-52881 (its advisories of November 2025). */
const REPAIRED_RUNC = ['1.2.8', '1.3.3', '1.4.0']

/** What a person should know about this engine, a sentence each; nothing where all is well. */
export function engineWarnings(facts: EngineFacts): string[] {
  const warnings: string[] = []
  if (!facts.securityOptions.some(option => /\bseccomp\b/.test(option))) {
    warnings.push('The engine has no seccomp: the sandbox’s system calls are not filtered.')
  }
  if (!facts.canLimitPids) warnings.push('The engine cannot limit the number of processes: a fork bomb would reach the machine.')
  if (!facts.canLimitMemory) warnings.push('The engine cannot limit memory: one sandbox can take all of it.')
  else if (!facts.canLimitSwap) warnings.push('The engine cannot limit swap: a sandbox at its memory limit slows the machine down.')
  if (!facts.canLimitCpu) warnings.push('The engine cannot limit processor time: one sandbox can slow down all others.')
  if (!facts.canOverlay)
    warnings.push('The engine cannot mount overlay volumes: each session starts with a copy of its project, which takes longer.')
  if (facts.runcVersion !== undefined && isOlderRunc(facts.runcVersion)) {
    warnings.push(
      `runc ${facts.runcVersion} lacks the repair of CVE-2025-31133, CVE-2025-52565 and CVE-2025-52881 unless your distribution has added it: do not share this machine with people you do not trust, and update the engine.`
    )
  }
  return warnings
}

function isOlderRunc(version: string): boolean {
  const numbers = numbersOf(version)
  const [major, minor, patch] = numbers
  if (major !== 1) return major === 0
  const repaired = REPAIRED_RUNC.map(numbersOf).find(([, series]) => series === minor)
  return repaired === undefined ? minor < 2 : patch < repaired[2]
}

function numbersOf(version: string): [number, number, number] {
  const [, major = '0', minor = '0', patch = '0'] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? []
  return [Number(major), Number(minor), Number(patch)]
}
