import { sessionIdSchema } from '@fixpoint/protocol'
import { z } from 'zod'
import { contextChoiceSchema, SEND_EVERYTHING } from './settings.ts'
import { type StorageArea, type StoredValue, storedValue } from './stored-value.ts'

/** What a person has typed and chosen for one site and not sent yet. Picks are the background's (`PageDraft`). */
export const composerDraftSchema = z.object({
  text: z.string(),
  choice: contextChoiceSchema,
  /** The session that is shown; null is a new one; absent when the person has not chosen. */
  sessionId: sessionIdSchema.nullable().optional()
})
export type ComposerDraft = z.infer<typeof composerDraftSchema>

export function emptyDraft(choice: ComposerDraft['choice'] = SEND_EVERYTHING): ComposerDraft {
  return { text: '', choice }
}

/** Drafts live as long as the browser runs. `place` is the origin of the page, or `elsewhere` for pages without a project. */
export function storedDraftOf(session: StorageArea, place: string): StoredValue<ComposerDraft> {
  return storedValue(session, `composer:${place}`, composerDraftSchema)
}

/** Where the draft for a page is kept. */
export function placeOf(url: string | undefined): string {
  if (url === undefined || !URL.canParse(url)) return 'elsewhere'
  const { protocol, origin } = new URL(url)
  return protocol === 'http:' || protocol === 'https:' ? origin : 'elsewhere'
}
