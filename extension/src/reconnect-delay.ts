/** A worker that has run for so long can start; in ms. */
const SOUND_AFTER = 3_000
/** In ms. */
const REST = 1_000

/**
 * When to connect again to the background whose worker has ended, in ms: at once, for what goes on in the tab meanwhile. One that ended as
 * soon as it had started would be started without end, so that is given a rest.
 * @param lived how long the connection has lasted, in ms
 */
export function reconnectDelay(lived: number): number {
  return lived < SOUND_AFTER ? REST : 0
}
