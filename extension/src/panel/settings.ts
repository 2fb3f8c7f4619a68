import { DEFAULT_TOKEN_BUDGET, personSchema } from '@fixpoint/protocol'
import { z } from 'zod'
import { type StorageArea, storedValue } from './stored-value.ts'

/** A server that this browser is paired with. The token is known to the extension's own pages alone. */
export const savedConnectionSchema = z.object({
  serverUrl: z.string(),
  token: z.string(),
  person: personSchema,
  pairedAt: z.iso.datetime()
})
export type SavedConnection = z.infer<typeof savedConnectionSchema>

export const contextChoiceSchema = z.object({
  screenshot: z.boolean(),
  dom: z.boolean(),
  components: z.boolean(),
  console: z.boolean(),
  steps: z.boolean().default(true),
  /** In tokens. */
  budget: z.number().int().min(1_000).max(200_000).default(DEFAULT_TOKEN_BUDGET)
})

export const themeSchema = z.enum(['system', 'light', 'dark'])
export type Theme = z.infer<typeof themeSchema>

/** What goes along with a prompt where the person has not chosen otherwise. */
export const SEND_EVERYTHING = { screenshot: true, dom: true, components: true, console: true, steps: true, budget: DEFAULT_TOKEN_BUDGET }

export function storedConnection(local: StorageArea) {
  return storedValue(local, 'connection', savedConnectionSchema)
}

/** What goes along with a prompt unless the person chooses otherwise in the composer. */
export function storedDefaultChoice(local: StorageArea) {
  return storedValue(local, 'default-choice', contextChoiceSchema)
}

export function storedTheme(local: StorageArea) {
  return storedValue(local, 'theme', themeSchema)
}
