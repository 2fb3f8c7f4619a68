import type { UpdatesStatus } from '../http/status.ts'

/** The status as lines for a person. */
export function describeStatusLines({ extensions, auditEntries, auditHead }: UpdatesStatus): string[] {
  const lines = extensions.flatMap(({ id, name, rings, releases }) => [
    `${name} (${id})`,
    ...table(
      rings.map(ring => [`  ${ring.name}`, describeOffer(ring), describeSeen(ring.versionsSeen)]),
      ['  Ring', 'Offers', 'Versions that asked']
    ),
    '',
    ...table(
      releases.map(release => [
        `  ${release.version}`,
        release.approvedBy === null ? 'waits for approval' : `approved by ${release.approvedBy}`,
        `published by ${release.publishedBy}, ${release.publishedAt.slice(0, 16).replace('T', ' ')} UTC`,
        [
          release.rollbackOf === null ? '' : `rolls back to ${release.rollbackOf}`,
          release.addedPermissions.length === 0 ? '' : `new permissions: ${release.addedPermissions.join(', ')}`,
          release.fault ?? ''
        ]
          .filter(note => note !== '')
          .join('; ')
      ]),
      ['  Release', 'State', 'By', '']
    ),
    ''
  ])
  return [...lines, `Audit log: ${auditEntries} entries, head ${auditHead}`]
}

function describeOffer({ offered, percentage, otherwise, haltReason }: UpdatesStatus['extensions'][number]['rings'][number]): string {
  if (haltReason !== null) return `halted: ${haltReason}`
  if (offered === null) return 'nothing'
  return percentage === 100 ? offered : `${offered} to ${percentage} %, else ${otherwise ?? 'nothing'}`
}

function describeSeen(seen: Readonly<Record<string, number>>): string {
  const counts = Object.entries(seen).map(([version, count]) => `${version} × ${count}`)
  return counts.length === 0 ? 'none since the start' : counts.join(', ')
}

function table(rows: readonly (readonly string[])[], heading: readonly string[]): string[] {
  const all = [heading, ...rows]
  const widths = heading.map((_, column) => Math.max(...all.map(row => (row[column] ?? '').length)))
  return all.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  )
}
