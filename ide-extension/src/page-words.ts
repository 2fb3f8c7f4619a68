import { z } from 'zod'

/** What the pages say beside what the shared components say. */
export const pageWordsSchema = z.object({
  loading: z.string(),
  noSession: z.string(),
  offline: z.string(),
  again: z.string(),
  openProof: z.string(),
  showChanges: z.string(),
  createPullRequest: z.string(),
  prompt: z.string(),
  promptExample: z.string(),
  send: z.string(),
  queue: z.string(),
  stop: z.string(),
  stopping: z.string()
})
export type PageWords = z.infer<typeof pageWordsSchema>

/** @param l10n says each in the language of VS Code, which the pages do not know */
export function pageWords(l10n: { t: (message: string) => string }): PageWords {
  return {
    loading: l10n.t('Reading the session…'),
    noSession: l10n.t('No session is open.'),
    offline: l10n.t('Not connected; what is shown may be old.'),
    again: l10n.t('Write it again'),
    openProof: l10n.t('Open proof'),
    showChanges: l10n.t('Show changes'),
    createPullRequest: l10n.t('Create pull request'),
    prompt: l10n.t('What is wrong?'),
    promptExample: l10n.t('What is wrong, or what should it be?'),
    send: l10n.t('Send'),
    queue: l10n.t('Queue'),
    stop: l10n.t('Stop'),
    stopping: l10n.t('Stopping…')
  }
}
