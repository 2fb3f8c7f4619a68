/**
 * What browsers are answered. A fleet asks with few different addresses, as its browsers have few different versions, so that an answer is
 * kept for the address it was given to until something changes.
 */
import type { UpdatesConfig } from '../config.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Tally } from '../observe/tallies.ts'
import { countedVersion } from '../observe/versions-seen.ts'
import { type AppQuery, parseUpdateBody, parseUpdateQuery } from '../omaha/request.ts'
import { type AppAnswer, type CodebaseOf, renderJson, renderXml } from '../omaha/response.ts'
import type { Updates } from '../updates.ts'

/** Answers and characters of an address that are kept at most: some megabytes. Addresses may be one for each device. */
const MOST_KEPT = 2_000
const MOST_CHARACTERS = 1_000

export interface CheckAnswer {
  text: string
  /** One more in each of these when it is sent. */
  tallies: readonly Tally[]
}

export interface UpdateChecks {
  /** The answer that was given to this very address before, where it still holds. */
  kept(address: string): CheckAnswer | undefined
  /** @param address path and query; the answer is kept for it @throws FixpointError `invalid_parameter` */
  xml(ring: string, address: string): CheckAnswer
  /** @throws FixpointError `invalid_parameter`, `protocol_unsupported` */
  json(ring: string, address: string, body: unknown): CheckAnswer
}

export function createUpdateChecks(updates: Updates, { publicUrl }: UpdatesConfig, metrics: Metrics): UpdateChecks {
  const answers = new Map<string, CheckAnswer>()
  let revision = updates.revision
  const codebaseOf: CodebaseOf = ({ extensionId, version }) => `${publicUrl}/crx/${extensionId}/${version}.crx`

  function decide(
    ring: string,
    queries: readonly AppQuery[],
    render: (answers: AppAnswer[], codebaseOf: CodebaseOf) => string
  ): CheckAnswer {
    const tallies: Tally[] = []
    const decided = queries.map(({ check, isUpdateCheck }): AppAnswer => {
      const { extensionId } = check
      const result = updates.check(ring, check)
      if (result === 'unknown') {
        tallies.push(metrics.checks.of({ extension: 'other', ring, answer: 'unknown' }))
        return { extensionId, answer: result }
      }
      tallies.push(
        metrics.versions.of({ extension: extensionId, ring, version: countedVersion(updates.state, extensionId, check.version) })
      )
      if (!isUpdateCheck) return { extensionId, answer: 'no-check' }
      tallies.push(metrics.checks.of({ extension: extensionId, ring, answer: result === 'none' ? 'none' : 'offered' }))
      return { extensionId, answer: result }
    })
    return { text: render(decided, codebaseOf), tallies }
  }

  return {
    kept: address => {
      if (updates.revision === revision) return answers.get(address)
      answers.clear()
      revision = updates.revision
      return undefined
    },
    xml: (ring, address) => {
      const answer = decide(ring, parseUpdateQuery(queryOf(address)), renderXml)
      if (updates.revision === revision && address.length <= MOST_CHARACTERS) {
        if (answers.size >= MOST_KEPT) answers.clear()
        answers.set(address, answer)
      }
      return answer
    },
    json: (ring, address, body) => decide(ring, parseUpdateBody(body, queryOf(address)), renderJson)
  }
}

function queryOf(address: string): string {
  const mark = address.indexOf('?')
  return mark === -1 ? '' : address.slice(mark + 1)
}
