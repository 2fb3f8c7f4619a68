import { useEffect, useState } from 'react'
import { type WatchedTab, watchTab } from './tab-to-watch.ts'

/** The tab that the panel works with; null until it is known. */
export function useWatchedTab(): WatchedTab | null {
  const [watched, setWatched] = useState<WatchedTab | null>(null)
  useEffect(() => watchTab(location.search, setWatched), [])
  return watched
}
