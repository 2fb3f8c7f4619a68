import { useSyncExternalStore } from 'react'

export interface StoredValue<Value> {
  get(): Value
  set(value: Value): void
  /** The value as React state: renders again when it changes here or in another tab. */
  use(): Value
}

/**
 * A value kept in localStorage. `parse` makes a valid value of whatever is stored, also of null when nothing is.
 * Where storage is blocked, the value lives as long as the page.
 */
export function storedValue<Value>(key: string, parse: (stored: unknown) => Value): StoredValue<Value> {
  const listeners = new Set<() => void>()
  let storedText: string | null = null
  let value = parse(null)

  const get = () => {
    const text = readStorage(key, storedText)
    if (text !== storedText) {
      storedText = text
      value = parse(parseJson(text))
    }
    return value
  }

  const set = (next: Value) => {
    storedText = JSON.stringify(next)
    value = next
    writeStorage(key, storedText)
    for (const listener of listeners) listener()
  }

  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    window.addEventListener('storage', listener)
    return () => {
      listeners.delete(listener)
      window.removeEventListener('storage', listener)
    }
  }

  return { get, set, use: () => useSyncExternalStore(subscribe, get) }
}

function readStorage(key: string, fallback: string | null): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    // Blocked by the browser: what this page has set is all there is.
    return fallback
  }
}

function writeStorage(key: string, text: string): void {
  try {
    localStorage.setItem(key, text)
  } catch (error) {
    console.warn(`“${key}” lasts until this page is closed`, error)
  }
}

function parseJson(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    // Somebody else wrote under our key: start afresh.
    return null
  }
}
