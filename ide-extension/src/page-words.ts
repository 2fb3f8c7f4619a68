import { z } from 'zod'

/** What the pages say beside what the shared components say. The extension hands it to them in the person’s language. */
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
