import { randomBytes } from 'node:crypto'
import { type IdKind, makeId } from '@fixpoint/protocol'

/** What the server takes from outside of its own values; passed in, so that decisions can be tried with any of it. */
export interface Edges {
  now(): Date
  randomBytes(count: number): Uint8Array
}

export const systemEdges: Edges = { now: () => new Date(), randomBytes }

export function newId(edges: Edges, kind: IdKind): string {
  return makeId(kind, edges.randomBytes)
}

/** An id for what a request creates: random, or derived from the seed when the request may be repeated. */
export function idFor(edges: Edges, kind: IdKind, seed: Uint8Array | null): string {
  return seed === null ? newId(edges, kind) : makeId(kind, count => seed.subarray(0, count))
}
