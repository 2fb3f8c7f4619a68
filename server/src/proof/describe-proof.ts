import type { Proof } from '@fixpoint/protocol'
import type { ToolReport } from '../agent/tools/tool.ts'

const VERDICTS = { verified: 'Verified', looks_wrong: 'Looks wrong', unverified: 'Unverified' } as const
const SIGNS = new Map([
  [true, 'yes'],
  [false, 'NO'],
  [null, 'not known']
])

/** The proof in words and pictures, for the model that asked for it. */
export function describeProof(proof: Proof): ToolReport {
  const lines = [
    `${VERDICTS[proof.verdict.value]}.`,
    ...proof.verdict.reasons.map(reason => `- ${SIGNS.get(reason.holds)}: ${reason.text}`),
    ...proof.picks.flatMap(pick =>
      pick.styleChanges.slice(0, 30).map(change => `  [${pick.number}] ${change.property}: ${change.before} → ${change.after}`)
    ),
    ...proof.console.added.map(entry => `new console ${entry.level}: ${entry.text}`),
    ...proof.checks.filter(check => check.outcome !== 'passed').map(check => `${check.name}: ${check.outcome}\n${check.summary}`)
  ]
  return {
    outcome: 'succeeded',
    result: lines.join('\n'),
    summary: `checked: ${VERDICTS[proof.verdict.value].toLowerCase()}`,
    detail: lines.join('\n'),
    detailKind: 'text',
    pictures: [...(proof.before ? [proof.before.page] : []), ...(proof.after ? [proof.after.page] : [])]
  }
}
