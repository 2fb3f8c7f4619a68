import type { z } from 'zod'

/** The part of `chrome.storage` that is used, so that tests can give another one. */
export interface StorageArea {
  get(key: string): Promise<Record<string, unknown>>
  set(items: Record<string, unknown>): Promise<void>
  remove(key: string): Promise<void>
  onChanged: {
    addListener(listener: (changes: Record<string, { newValue?: unknown }>) => void): void
    removeListener(listener: (changes: Record<string, { newValue?: unknown }>) => void): void
  }
}

/** One value in the extension's storage. */
export interface StoredValue<T> {
  readonly key: string
  /** Null where nothing is stored, or something that another version stored and this one cannot read. */
  read(): Promise<T | null>
  write(value: T | null): Promise<void>
  /** Tells about each change, also those made by other pages of the extension; returns how to end listening. */
  subscribe(listener: (value: T | null) => void): () => void
}

export function storedValue<T>(area: StorageArea, key: string, schema: z.ZodType<T>): StoredValue<T> {
  const parse = (value: unknown): T | null => schema.safeParse(value).data ?? null
  return {
    key,
    async read() {
      const { [key]: value } = await area.get(key)
      return parse(value)
    },
    async write(value) {
      if (value === null) await area.remove(key)
      else await area.set({ [key]: value })
    },
    subscribe(listener) {
      const onChanged = (changes: Record<string, { newValue?: unknown }>) => {
        const change = changes[key]
        if (change !== undefined) listener(parse(change.newValue))
      }
      area.onChanged.addListener(onChanged)
      return () => area.onChanged.removeListener(onChanged)
    }
  }
}
