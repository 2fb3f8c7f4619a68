/** Which clients are connected now, by their name and version as they say it themselves, such as `extension/0.1.0`. */
export interface ConnectedClients {
  /** @returns what to call when it leaves */
  add(name: string): () => void
  counts(): Readonly<Record<string, number>>
}

export function createConnectedClients(): ConnectedClients {
  const counts = new Map<string, number>()
  return {
    add: name => {
      counts.set(name, (counts.get(name) ?? 0) + 1)
      return () => {
        const left = (counts.get(name) ?? 1) - 1
        // Forgotten with the last one: what clients say must not pile up.
        if (left === 0) counts.delete(name)
        else counts.set(name, left)
      }
    },
    counts: () => Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }
}
