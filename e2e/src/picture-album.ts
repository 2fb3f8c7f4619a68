import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PNG } from 'pngjs'
import { ROOT } from './server-process.ts'

/** What a picture looks like, in numbers. */
export interface PictureFacts {
  width: number
  height: number
  /** Different colours. A blank picture has one, a page with text and pictures hundreds. */
  colours: number
  /** Share of the pixels that have the most frequent colour, 0 to 1. */
  ground: number
  /** Mean lightness of the pixels, 0 black to 255 white. */
  lightness: number
}

function factsOf(file: Buffer): PictureFacts {
  const { width, height, data } = PNG.sync.read(file)
  const counts = new Map<number, number>()
  let lightness = 0
  for (let index = 0; index < data.length; index += 4) {
    const [red = 0, green = 0, blue = 0] = [data[index], data[index + 1], data[index + 2]]
    const colour = (red << 16) | (green << 8) | blue
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
    lightness += (red + green + blue) / 3
  }
  const pixels = width * height
  return { width, height, colours: counts.size, ground: Math.max(...counts.values()) / pixels, lightness: lightness / pixels }
}

/** Pictures of one height beside each other, as the parts of a window are. */
export function beside(...files: Buffer[]): Buffer {
  const parts = files.map(file => PNG.sync.read(file))
  const height = Math.min(...parts.map(part => part.height))
  const whole = new PNG({ width: parts.reduce((sum, part) => sum + part.width, 0), height })
  let x = 0
  for (const part of parts) {
    PNG.bitblt(part, whole, 0, 0, part.width, height, x, 0)
    x += part.width
  }
  return PNG.sync.write(whole)
}

/** A folder of screenshots below `.fixpoint/artifacts`, emptied at the start. */
export class PictureAlbum {
  readonly #folder: string
  readonly #keptFolder: string | undefined
  readonly #pictures = new Map<string, PictureFacts>()

  /** @param keptFolder gets copies of those that are shown elsewhere, where it is given. Relative to the checkout. */
  constructor(name: string, keptFolder: string | undefined) {
    this.#folder = join(ROOT, '.fixpoint', 'artifacts', name)
    this.#keptFolder = keptFolder === undefined ? undefined : resolve(ROOT, keptFolder)
    rmSync(this.#folder, { recursive: true, force: true })
    mkdirSync(this.#folder, { recursive: true })
    if (this.#keptFolder !== undefined) mkdirSync(this.#keptFolder, { recursive: true })
  }

  add(name: string, file: Buffer, isKept = false): void {
    writeFileSync(join(this.#folder, `${name}.png`), file)
    if (isKept && this.#keptFolder !== undefined) writeFileSync(join(this.#keptFolder, `${name}.png`), file)
    this.#pictures.set(name, factsOf(file))
  }

  /** What the pictures look like, by their names. */
  facts(): Record<string, PictureFacts> {
    return Object.fromEntries(this.#pictures)
  }
}
