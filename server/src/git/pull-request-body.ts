import {
  codeInMarkdown,
  type PromptState,
  type Proof,
  type ProvenStep,
  plainInMarkdown,
  plainLine,
  provenSteps,
  quoteInMarkdown,
  type SessionState,
  type Shortfall,
  type VerdictReason,
  type VerdictValue,
  verdictOfWork
} from '@fixpoint/protocol'

const VERDICTS: Record<VerdictValue, string> = { verified: '✅ Verified', looks_wrong: '❌ Looks wrong', unverified: '⚠️ Unverified' }

function signOf({ holds }: VerdictReason): string {
  return holds === null ? '➖' : holds ? '✅' : '❌'
}

/** Addresses of pictures by their artifact ids. */
export type PictureUrls = ReadonlyMap<string, string>

/** What a pull request is made of. */
export interface ProposedWork {
  /** The steps whose files it has. */
  steps: readonly ProvenStep[]
  /** The proof whose pictures are shown. */
  shown: ProvenStep | undefined
}

/** @param upTo how many of the session's steps the pull request has */
export function proposedWork(state: SessionState, upTo: number): ProposedWork {
  const steps = provenSteps(state, upTo)
  return { steps, shown: steps.findLast(step => step.proof !== undefined) }
}

const MAX_LENGTH = 60_000
/** The description of a pull request: what was asked, what was proven of each step, by which pictures. */
export function pullRequestBody(state: SessionState, { steps, shown }: ProposedWork, operationId: string, pictures: PictureUrls): string {
  const isIn = (prompt: PromptState) => steps.some(({ turn }) => turn !== undefined && turn.turnId === prompt.turnId)
  const prompts = state.prompts.filter(prompt => isIn(prompt) || (prompt.status === 'done' && !wasUndone(state, prompt)))
  const people = [...new Set(prompts.map(prompt => prompt.author.name))]
  const sections = [
    '## Asked',
    ...prompts.map(prompt => quoteInMarkdown(prompt.text, 2_000)),
    ...verdictSections(steps),
    ...(shown?.proof ? proofSections(shown.proof, steps.length > 1 ? shown : null, pictures) : []),
    '---',
    `Asked for by ${people.map(plainInMarkdown).join(', ')}. Made by Fixpoint in session \`${state.sessionId}\`, operation \`${operationId}\`.`
  ]
  const body = sections.join('\n\n')
  return body.length > MAX_LENGTH ? `${body.slice(0, MAX_LENGTH).toWellFormed()}\n\n(cut)` : body
}

function wasUndone(state: SessionState, prompt: PromptState): boolean {
  return state.turns.find(turn => turn.turnId === prompt.turnId)?.undone !== undefined
}

/** The lowest verdict as the headline; beneath it each step with its own, unless there is one alone that its proof speaks for. */
function verdictSections(steps: readonly ProvenStep[]): string[] {
  const [first] = steps
  const headline = `## Proof: ${VERDICTS[verdictOfWork(steps) ?? 'unverified']}`
  if (first === undefined) return [headline, 'No proof was taken.']
  if (steps.length === 1 && first.proof && first.shortfall === undefined) return [headline]
  return [headline, steps.map(step => `- ${VERDICTS[step.value]}: ${describeStep(step)}`).join('\n')]
}

const SHORTFALLS: Record<Shortfall, string> = {
  not_finished: 'the turn did not come to its end',
  no_proof: 'no proof was taken',
  by_hand: 'changed by hand, which no proof speaks for',
  partly_undone: 'undone in part, and not looked at since',
  taken_from_beneath: 'work was taken back that later work was proven with'
}

function describeStep({ step, turn, prompt, proof, shortfall }: ProvenStep): string {
  const refuted = (proof?.verdict.reasons ?? []).filter(reason => reason.holds === false).map(reason => plainLine(reason.text, 300))
  const why = [...(shortfall === undefined ? [] : [SHORTFALLS[shortfall]]), ...refuted].join('; ')
  const reason = why === '' ? '' : ` (${why})`
  switch (step.kind) {
    case 'turn':
      return `“${plainLine(prompt?.text ?? turn?.turnId ?? '', 120)}”${reason}`
    case 'edits': {
      const by = step.by.length === 0 ? '' : ` by ${step.by.map(person => plainLine(person.name, 100)).join(', ')}`
      return `changes${by} in ${namesOf(step.paths)}${reason}`
    }
    case 'undo':
      return `undoing by ${plainLine(step.by.name, 100)}${reason}`
  }
}

const NAMES_SHOWN = 10

function namesOf(paths: readonly string[]): string {
  const shown = paths.slice(0, NAMES_SHOWN).map(path => codeInMarkdown(path, 200))
  return `${shown.join(', ')}${paths.length > shown.length ? ` and ${paths.length - shown.length} more` : ''}`
}

/** @param of whose proof it is, where there is more than one step */
function proofSections(proof: Proof, of: ProvenStep | null, pictures: PictureUrls): string[] {
  const reasons = proof.verdict.reasons.map(reason => `- ${signOf(reason)} ${plainInMarkdown(reason.text)}`).join('\n')
  const { viewport } = proof
  const changes = proof.picks.flatMap(pick => pick.styleChanges.slice(0, 20).map(change => ({ pick, change })))
  return [
    ...(of === null ? [] : [`### The last proof, of “${plainLine(of.prompt?.text ?? '', 120)}”: ${VERDICTS[proof.verdict.value]}`]),
    reasons,
    ...pictureTables(proof, pictures),
    ...(changes.length > 0
      ? [
          `| Element | Property | Before | After |\n| --- | --- | --- | --- |\n${changes
            .map(
              ({ pick, change }) =>
                `| ${cell(pick.label)} | ${cell(change.property)} | ${cell(change.before ?? '–')} | ${cell(change.after ?? '–')} |`
            )
            .join('\n')}`
        ]
      : []),
    `Seen at ${plainInMarkdown(proof.path.slice(0, 300))}, ${viewport.width} × ${viewport.height} at ${viewport.deviceScaleFactor}×, ${proof.colorScheme}.`
  ]
}

function cell(text: string): string {
  return plainInMarkdown(text.replace(/\s+/g, ' ').slice(0, 200).toWellFormed())
}

/** The elements first, the page second. */
function pictureTables(proof: Proof, pictures: PictureUrls): string[] {
  const pairs = [
    ...proof.picks.map(pick => ({ name: pick.label, before: pick.cropBefore, after: pick.cropAfter })),
    { name: 'Page', before: proof.before?.page, after: proof.after?.page }
  ]
  return pairs.flatMap(({ name, before, after }) => {
    const beforeUrl = before && pictures.get(before.artifactId)
    const afterUrl = after && pictures.get(after.artifactId)
    if (!beforeUrl || !afterUrl) return []
    return [`| ${cell(name)}: before | after |\n| --- | --- |\n| ![before](${beforeUrl}) | ![after](${afterUrl}) |`]
  })
}
