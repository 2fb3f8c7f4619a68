import { type Proof, plainInMarkdown, quoteInMarkdown, type SessionState, type VerdictReason, type VerdictValue } from '@fixpoint/protocol'

const VERDICTS: Record<VerdictValue, string> = { verified: '✅ Verified', looks_wrong: '❌ Looks wrong', unverified: '⚠️ Unverified' }

function signOf({ holds }: VerdictReason): string {
  return holds === null ? '➖' : holds ? '✅' : '❌'
}

/** Addresses of pictures by their artifact ids. */
export type PictureUrls = ReadonlyMap<string, string>

const MAX_LENGTH = 60_000
/** The description of a pull request: what was asked, what was proven, by which pictures. */
export function pullRequestBody(state: SessionState, operationId: string, pictures: PictureUrls): string {
  const prompts = state.prompts.filter(prompt => prompt.status === 'done')
  const people = [...new Set(prompts.map(prompt => prompt.author.name))]
  const proof = state.turns.findLast(turn => turn.proof !== undefined)?.proof
  const sections = [
    '## Asked',
    ...prompts.map(prompt => quoteInMarkdown(prompt.text, 2_000)),
    ...(proof ? proofSections(proof, pictures) : ['## Proof', '⚠️ Unverified: no proof was taken.']),
    '---',
    `Asked for by ${people.map(plainInMarkdown).join(', ')}. Made by Fixpoint in session \`${state.sessionId}\`, operation \`${operationId}\`.`
  ]
  const body = sections.join('\n\n')
  return body.length > MAX_LENGTH ? `${body.slice(0, MAX_LENGTH).toWellFormed()}\n\n(cut)` : body
}

function proofSections(proof: Proof, pictures: PictureUrls): string[] {
  const reasons = proof.verdict.reasons.map(reason => `- ${signOf(reason)} ${plainInMarkdown(reason.text)}`).join('\n')
  const { viewport } = proof
  const changes = proof.picks.flatMap(pick => pick.styleChanges.slice(0, 20).map(change => ({ pick, change })))
  return [
    `## Proof: ${VERDICTS[proof.verdict.value]}`,
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
