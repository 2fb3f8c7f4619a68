import { pageWordsSchema } from '../page-words.ts'

/** What the page says, as the extension put it into the page. */
export const words = pageWordsSchema.parse(JSON.parse(document.body.dataset['words'] ?? ''))
