import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()

function subscribe(listener: () => void) {
  listeners.add(listener)
  window.addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('popstate', listener)
  }
}

/** The path and query of the page that is shown. */
export function useAddress(): { path: string; query: URLSearchParams } {
  const address = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search)
  const { pathname, searchParams } = new URL(address, window.location.origin)
  return { path: pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname, query: searchParams }
}

/** Shows another page of the shop without loading the document again. */
export function goTo(address: string): void {
  window.history.pushState(null, '', address)
  for (const listener of listeners) listener()
}
