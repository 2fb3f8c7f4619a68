/** What a run has taken and has to give back, also when it is broken off. */
const owed = new Set<() => Promise<unknown>>()

/** Notes how something is given back. @returns does it, once. */
export function oweBack(action: () => Promise<unknown>): () => Promise<void> {
  owed.add(action)
  return async () => {
    if (owed.delete(action)) await action()
  }
}

/** Gives everything back, the last first. */
export async function giveAllBack(): Promise<void> {
  for (const action of [...owed].toReversed()) {
    owed.delete(action)
    await action()
  }
}
