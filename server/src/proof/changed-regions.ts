import type { PictureDifference } from '@fixpoint/protocol'

type Region = PictureDifference['regions'][number]

/** Side of the squares that changed pixels are gathered in, in device pixels: the size of a letter. */
const CELL = 12
/** Changes that are at most this many squares apart are one region to the eye. */
const GAP = 2
const MAX_REGIONS = 50

/**
 * Boxes around the changed pixels, those with the most changed pixels first.
 * @param isChanged whether the pixel at this index (row by row) differs.
 */
export function changedRegions(isChanged: (index: number) => boolean, width: number, height: number): Region[] {
  const columns = Math.ceil(width / CELL)
  const rows = Math.ceil(height / CELL)
  const cells = new Map<number, Bounds>()
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!isChanged(y * width + x)) continue
      const cell = Math.floor(y / CELL) * columns + Math.floor(x / CELL)
      const bounds = cells.get(cell)
      if (bounds) extend(bounds, x, y)
      else cells.set(cell, { left: x, top: y, right: x, bottom: y, count: 1 })
    }
  }
  const regions: Region[] = []
  while (cells.size > 0) {
    const [first] = cells.keys()
    if (first === undefined) break
    regions.push(toRegion(takeConnected(first, cells, columns, rows)))
  }
  return regions.toSorted((a, b) => b.changedPixels - a.changedPixels).slice(0, MAX_REGIONS)
}

interface Bounds {
  left: number
  top: number
  right: number
  bottom: number
  count: number
}

function extend(bounds: Bounds, x: number, y: number): void {
  bounds.left = Math.min(bounds.left, x)
  bounds.right = Math.max(bounds.right, x)
  bounds.top = Math.min(bounds.top, y)
  bounds.bottom = Math.max(bounds.bottom, y)
  bounds.count++
}

/** Takes the cell and all that can be reached from it over small gaps out of the map. */
function takeConnected(start: number, cells: Map<number, Bounds>, columns: number, rows: number): Bounds {
  const whole: Bounds = { left: Number.POSITIVE_INFINITY, top: Number.POSITIVE_INFINITY, right: -1, bottom: -1, count: 0 }
  const waiting = [start]
  for (let cell = waiting.pop(); cell !== undefined; cell = waiting.pop()) {
    const bounds = cells.get(cell)
    if (!bounds) continue
    cells.delete(cell)
    whole.left = Math.min(whole.left, bounds.left)
    whole.top = Math.min(whole.top, bounds.top)
    whole.right = Math.max(whole.right, bounds.right)
    whole.bottom = Math.max(whole.bottom, bounds.bottom)
    whole.count += bounds.count
    const column = cell % columns
    const row = Math.floor(cell / columns)
    for (let y = Math.max(0, row - GAP); y <= Math.min(rows - 1, row + GAP); y++) {
      for (let x = Math.max(0, column - GAP); x <= Math.min(columns - 1, column + GAP); x++) {
        if (cells.has(y * columns + x)) waiting.push(y * columns + x)
      }
    }
  }
  return whole
}

function toRegion({ left, top, right, bottom, count }: Bounds): Region {
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1, changedPixels: count }
}
