import { redactAddress } from '../privacy/addresses.ts'
import type { PrivateWords } from '../privacy/private-words.ts'
import type { RedactionCounts } from '../privacy/secrets.ts'
import type { CollectedRequest } from './collected-context.ts'

/** Requests without what is private in their addresses. */
export function withoutPrivateParts(
  requests: readonly CollectedRequest[],
  words: PrivateWords
): { requests: CollectedRequest[]; redactions: RedactionCounts } {
  const redactions: RedactionCounts = {}
  const clean = requests.map(request => ({
    ...request,
    url: words.redact(redactAddress(request.url, redactions, words.values), redactions).slice(0, 1_000)
  }))
  return { requests: clean, redactions }
}
