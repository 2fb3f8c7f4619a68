import type { Reading } from './measure.ts'

export type Unit = 'µs' | 'ms' | 'kB' | 'MB' | 'events/s' | 'tokens'

/** Something that was measured, alone or side by side with what it is compared with. */
export interface Figure {
  what: string
  /** What exactly was done and timed, on both sides. */
  how: string
  unit: Unit
  ours: Reading
  /** Measured in the same run, in turns with ours. */
  peer?: { name: string; reading: Reading }
  /** What was set out to be reached; absent where nothing was. */
  wanted?: Wanted
}

export type Wanted = { atMost: number } | { timesFaster: number } | { timesAsLong: number }

/** Where the time of a figure goes, or what else is worth knowing; one line each. */
export interface Part {
  figures: Figure[]
  remarks: string[]
}

/** How many times faster than the peer ours is, by the medians; undefined where there is no peer. */
export function timesFaster({ ours, peer }: Figure): number | undefined {
  return peer && peer.reading.median / ours.median
}

/** Undefined where nothing was set out to be reached. */
export function isReached(figure: Figure): boolean | undefined {
  const { wanted, ours } = figure
  if (wanted === undefined) return undefined
  if ('atMost' in wanted) return ours.median <= wanted.atMost
  const faster = timesFaster(figure)
  if (faster === undefined) throw new Error(`“${figure.what}” has a goal that needs a peer, and no peer.`)
  return 'timesFaster' in wanted ? faster >= wanted.timesFaster : 1 / faster <= wanted.timesAsLong
}
