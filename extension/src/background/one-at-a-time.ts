const queues = new Map<string, Promise<unknown>>()

/** Runs work on the same thing one after the other, in the order of the calls. */
export function oneAtATime<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(key) ?? Promise.resolve()
  // What came before reports its own failure; here it only matters that it is over.
  const result = before.then(work, work)
  queues.set(key, result)
  const cleanUp = () => {
    if (queues.get(key) === result) queues.delete(key)
  }
  result.then(cleanUp, cleanUp)
  return result
}
