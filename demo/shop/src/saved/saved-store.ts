import { storedValue } from '../storage/stored-value.ts'

const stored = storedValue('saltmarsh.saved', parseSaved)

/** The slugs of the products that were saved for later. */
export const saved = {
  use: stored.use,
  has: (slug: string) => stored.get().includes(slug),
  toggle: (slug: string) => {
    const slugs = stored.get()
    stored.set(slugs.includes(slug) ? slugs.filter(other => other !== slug) : [...slugs, slug])
  }
}

function parseSaved(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(entry => typeof entry === 'string') : []
}
