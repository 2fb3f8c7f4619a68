import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'

/** Sizes in pixels that Chrome asks for: toolbar (also at double density), extension list, store. */
export const ICON_SIZES = [16, 32, 48, 128] as const

/** Draws the icon's SVG in every size and writes the pictures to `icons/<size>.png` below the output folder. */
export async function drawIcons(svgFile: string, outputFolder: string): Promise<void> {
  const svg = await readFile(svgFile, 'utf8')
  await mkdir(join(outputFolder, 'icons'), { recursive: true })
  for (const size of ICON_SIZES) {
    const picture = new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render().asPng()
    await writeFile(join(outputFolder, 'icons', `${size}.png`), picture)
  }
}
