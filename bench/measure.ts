/** Many readings of one thing: the middle one, and the one that only one in twenty exceeds. */
export interface Reading {
  median: number
  p95: number
  /** How many readings these come from. */
  count: number
}

/** @throws Error where there is nothing to summarise. */
export function summarise(values: readonly number[]): Reading {
  const sorted = values.toSorted((a, b) => a - b)
  // The nearest rank: always a reading that was really taken.
  const rank = (share: number) => {
    const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
    if (value === undefined) throw new Error('Nothing was measured.')
    return value
  }
  return { median: rank(0.5), p95: rank(0.95), count: sorted.length }
}

/** How long something takes, in ms. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}
