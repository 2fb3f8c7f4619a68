import type { Box } from './geometry.ts'
import type { Mark, PageContext, Pick } from './page-context.ts'

/** Where a pick is of more or less than its element: a region, a text, a place in a canvas. */
export function describeWhatWasMeant({ point, region, selection }: Pick): string[] {
  const lines: string[] = []
  if (point !== undefined) lines.push(`  clicked at: x ${Math.round(point.x)}, y ${Math.round(point.y)} inside it`)
  if (selection !== undefined) {
    const range = selection.start === undefined ? '' : ` (characters ${selection.start} to ${selection.end} of its text)`
    lines.push(`  the person selected this text in it${range}: ${JSON.stringify(selection.text)}`)
  }
  if (region !== undefined) {
    lines.push(
      `  the person drew a rectangle in it (${describeBox(region.box)}); this is the smallest element that holds all of it. Inside:`
    )
    for (const { tag, role, accessibleName, text, selectors, box } of region.elements) {
      const words = accessibleName ?? text
      const name = `${role === undefined ? '' : ` (${role})`}${words === undefined ? '' : ` ${JSON.stringify(words)}`}`
      lines.push(`    <${tag}>${name} ${selectors.join(' >>> ')} (${describeBox(box)})`)
    }
    if (region.omitted > 0) lines.push(`    … ${region.omitted} more`)
    if (region.elements.length === 0) lines.push('    no whole element')
  }
  return lines
}

/** In the order in which `entriesFromLog` adds them. */
export function describePictures({ picks, screenshot, annotated }: PageContext): string[] {
  return [
    ...picks.flatMap(({ crop, number }) => (crop ? [`pick [${number}]`] : [])),
    ...(screenshot ? [screenshot.extent === 'page' ? 'the whole page, put together by scrolling' : 'the visible part of the page'] : []),
    ...(annotated ? ['the same with what the person drew on it'] : [])
  ]
}

/** What was drawn is on the annotated picture; texts and places are said as well. */
export function describeMarks(marks: readonly Mark[]): string[] {
  return [
    'the person drew on the screenshot (see the annotated picture); places in CSS pixels from its top left corner:',
    ...marks.map(describeMark)
  ]
}

function describeMark(mark: Mark): string {
  switch (mark.kind) {
    case 'arrow':
      return `  arrow from ${describePoint(mark.from)} to ${describePoint(mark.to)}`
    case 'box':
      return `  box: ${describeBox(mark.box)}`
    case 'text':
      return `  text at ${describePoint(mark.at)}: ${JSON.stringify(mark.text)}`
    case 'pen':
      return `  line by hand: ${describeBox(boxAround(mark.points))}`
  }
}

export function describeBox({ x, y, width, height }: Box): string {
  return `x ${Math.round(x)}, y ${Math.round(y)}, ${Math.round(width)}×${Math.round(height)}`
}

function describePoint({ x, y }: { x: number; y: number }): string {
  return `${Math.round(x)},${Math.round(y)}`
}

function boxAround(points: readonly { x: number; y: number }[]): Box {
  const [xs, ys] = [points.map(point => point.x), points.map(point => point.y)]
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
}
