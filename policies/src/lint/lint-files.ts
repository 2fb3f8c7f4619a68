import { dirname } from 'node:path'
import { KNOWN_FOLDERS, type PolicyFile, permissionFaults } from './check-permissions.ts'
import type { Expectation } from './expectation.ts'
import type { Finding } from './finding.ts'
import { type LintedFile, lintFile, toFinding } from './lint-file.ts'

/** Lints files, each by itself and those of one folder together: browsers read all files of a managed folder. */
export function lintFiles(files: readonly PolicyFile[], expectation: Expectation): Finding[] {
  const linted = files.map(file => ({ ...file, ...lintFile(file.path, file.bytes, expectation) }))
  return linted.flatMap(file => {
    const faults = [...permissionFaults(file.path, file.kind, file.modes), ...conflictsWithOthers(file, linted)]
    return [...faults.map(fault => toFinding(file.path, fault, file.placeOf)), ...file.findings]
  })
}

function conflictsWithOthers(file: LintedFile & PolicyFile, all: readonly (LintedFile & PolicyFile)[]) {
  if (!KNOWN_FOLDERS.some(folder => dirname(`/${file.path}`).endsWith(`/${folder}`))) return []
  const earlier = all.filter(other => other.path < file.path && dirname(other.path) === dirname(file.path))
  return file.sets.flatMap(set =>
    set.policies.flatMap(policy => {
      const other = earlier.find(one => one.sets.some(({ policies }) => policies.some(({ name }) => name === policy.name)))
      if (other === undefined) return []
      return [
        {
          code: 'policy_conflict' as const,
          severity: 'error' as const,
          message: `${policy.name} is set in ${other.path} too; the browser reads both files and keeps one value.`,
          offset: policy.offset
        }
      ]
    })
  )
}
