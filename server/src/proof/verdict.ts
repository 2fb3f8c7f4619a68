import type { CheckResult, PickProof, Proof, Verdict, VerdictReason, VerdictValue } from '@fixpoint/protocol'

export type Evidence = Omit<Proof, 'proofId' | 'verdict' | 'files' | 'diff' | 'path' | 'viewport' | 'colorScheme'>

/**
 * What the evidence allows to be said. Everything that can be measured is decided first; the vision model's opinion comes last
 * and can only lower it.
 */
export function decideVerdict(evidence: Evidence): Verdict {
  const reasons = [
    ...reasonsAboutSeeing(evidence),
    ...evidence.picks.flatMap(pick => reasonsAboutPick(pick)),
    ...reasonsAboutSideEffects(evidence),
    ...evidence.checks.map(reasonAboutCheck),
    reasonAboutVision(evidence)
  ]
  return { value: verdictOf(reasons), reasons }
}

/** One “no” makes it wrong, one “not known” keeps it from being verified. */
function verdictOf(reasons: readonly VerdictReason[]): VerdictValue {
  if (reasons.some(reason => reason.holds === false)) return 'looks_wrong'
  return reasons.some(reason => reason.holds === null) ? 'unverified' : 'verified'
}

function reasonsAboutSeeing({ before, after, difference, picks }: Evidence): VerdictReason[] {
  if (!before || !after) {
    const missing = before ? 'after' : after ? 'before' : 'before and after'
    return [{ about: 'seen', holds: null, text: `There is no ${missing} picture.` }]
  }
  const reasons: VerdictReason[] = []
  if (after.httpStatus !== null && after.httpStatus >= 400) {
    const wasSo = before.httpStatus !== null && before.httpStatus >= 400
    reasons.push({
      about: 'side_effects',
      holds: wasSo ? null : false,
      text: `The page answers with status ${after.httpStatus}${wasSo ? ', as before' : ''}.`
    })
  }
  if (!before.isStable || !after.isStable) {
    reasons.push({ about: 'seen', holds: null, text: 'The page did not come to rest, so the pictures may differ by chance.' })
  }
  if (!difference) reasons.push({ about: 'seen', holds: null, text: 'The pictures could not be compared.' })
  else if (difference.changedPixels > 0) {
    const share = (100 * difference.changedPixels) / difference.comparedPixels
    reasons.push({
      about: 'seen',
      holds: true,
      text: `The page looks different: ${formatShare(share)} of its pixels, in ${regions(difference.regions.length)}.`
    })
  } else if (picks.length === 0) {
    reasons.push({ about: 'seen', holds: null, text: 'The page looks the same before and after.' })
  }
  return reasons
}

function reasonsAboutPick(pick: PickProof): VerdictReason[] {
  const name = `[${pick.number}] ${pick.label}`.slice(0, 120)
  if (!pick.foundBefore) return [{ about: 'asked', holds: null, text: `${name} was not found on the page before the change.` }]
  if (!pick.foundAfter) return [{ about: 'asked', holds: null, text: `${name} is no longer on the page.` }]
  const parts = [
    ...(pick.styleChanges.length > 0
      ? [`${pick.styleChanges.length} style ${pick.styleChanges.length === 1 ? 'property' : 'properties'}`]
      : []),
    ...(pick.textBefore !== pick.textAfter ? ['its text'] : []),
    ...(hasMoved(pick) ? ['its place or size'] : []),
    ...((pick.cropDifference ?? 0) > 0 ? ['its picture'] : [])
  ]
  if (parts.length === 0) return [{ about: 'asked', holds: null, text: `${name} looks the same before and after.` }]
  return [{ about: 'asked', holds: true, text: `${name} changed: ${parts.join(', ')}.` }]
}

function hasMoved({ boxBefore, boxAfter }: PickProof): boolean {
  if (!boxBefore || !boxAfter) return false
  const keys = ['x', 'y', 'width', 'height'] as const
  return keys.some(key => Math.abs(boxBefore[key] - boxAfter[key]) >= 0.5)
}

function reasonsAboutSideEffects({ console: messages, before, after }: Evidence): VerdictReason[] {
  if (!before || !after) return []
  const errors = messages.added.filter(entry => entry.level === 'error')
  if (errors.length > 0) {
    return [
      {
        about: 'side_effects',
        holds: false,
        text: `${errors.length} new console ${errors.length === 1 ? 'error' : 'errors'}: ${errors[0]?.text ?? ''}`.slice(0, 500)
      }
    ]
  }
  return [{ about: 'side_effects', holds: true, text: 'No new console errors.' }]
}

function reasonAboutCheck(check: CheckResult): VerdictReason {
  switch (check.outcome) {
    case 'passed':
      return { about: 'checks', holds: true, text: `${check.name} passed.` }
    case 'failed':
      return check.outcomeBefore === 'failed'
        ? { about: 'checks', holds: null, text: `${check.name} failed, as it did before the change.` }
        : { about: 'checks', holds: false, text: `${check.name} failed.` }
    case 'timed_out':
      return { about: 'checks', holds: null, text: `${check.name} took too long.` }
    case 'not_run':
      return { about: 'checks', holds: null, text: `${check.name} was not run.` }
  }
}

function reasonAboutVision({ vision, visionMissing }: Evidence): VerdictReason {
  if (!vision)
    return {
      about: 'vision',
      holds: null,
      text: `No model has judged the pictures: ${visionMissing ?? 'there was none to ask'}`.slice(0, 500)
    }
  const says = (vision.reasons[0] ?? '').slice(0, 400)
  const texts = { fixed: 'sees the request fulfilled', not_fixed: 'does not see the request fulfilled', unsure: 'is not sure' }
  const holds = { fixed: true, not_fixed: false, unsure: null }[vision.answer]
  return { about: 'vision', holds, text: `${vision.model} ${texts[vision.answer]}. ${says}`.trim() }
}

function formatShare(percent: number): string {
  return percent < 0.01 ? 'less than 0.01 %' : `${percent < 1 ? percent.toFixed(2) : percent.toFixed(1)} %`
}

function regions(count: number): string {
  return count === 1 ? 'one region' : `${count} regions`
}
