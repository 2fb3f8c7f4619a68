/** Looking takes this long (ms) at the most of each stretch of time that is ten times as long. */
const SHARE_OF_TIME = 0.1

/**
 * Looks from now on, at each frame and between frames, whether covers are where they have to be: what has moved out from under its cover and
 * back again is in the picture that was taken meanwhile.
 * @param areInPlace reads the places as they are at this moment
 * @returns ends it, after a last look; true where they were in place each time
 */
export function watchCovers(areInPlace: () => boolean): () => boolean {
  let wereInPlace = true
  let request = 0
  let restsUntil = 0
  const look = () => {
    if (!wereInPlace) return
    const startedAt = performance.now()
    wereInPlace = areInPlace()
    const endedAt = performance.now()
    restsUntil = endedAt + (endedAt - startedAt) / SHARE_OF_TIME
  }
  const lookUnlessResting = () => {
    if (request !== 0 && performance.now() >= restsUntil) look()
  }
  const atFrame = () => {
    lookUnlessResting()
    // What the page does after this callback in the same frame is painted, too.
    setTimeout(lookUnlessResting)
    request = requestAnimationFrame(atFrame)
  }
  request = requestAnimationFrame(atFrame)
  return () => {
    cancelAnimationFrame(request)
    request = 0
    look()
    return wereInPlace
  }
}
