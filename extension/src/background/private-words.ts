import { cleanedTextsSchema } from '../page-context/collected-context.ts'
import type { RedactionCounts } from '../privacy/secrets.ts'
import { callInPage, type PageDocument } from './page-scripts.ts'

/** For a large page that has to be searched, in ms. */
const LIMIT = 4_000

/** What was typed is known in the page alone, and stays there. */
export async function withoutPrivateWords(page: PageDocument, texts: string[], counts: RedactionCounts): Promise<string[]> {
  const cleaned = await callInPage(
    page,
    {
      world: 'ISOLATED',
      func: (all: string[]) => (globalThis.fixpoint?.privacy ?? globalThis.fixpoint?.recorder)?.withoutPrivateWords(all),
      args: [texts],
      limit: LIMIT
    },
    cleanedTextsSchema
  )
  for (const [kind, times] of Object.entries(cleaned.counts)) counts[kind] = (counts[kind] ?? 0) + times
  return texts.map((_, index) => cleaned.texts[index] ?? '')
}
