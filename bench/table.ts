import { type Figure, isReached, timesFaster, type Unit } from './figure.ts'
import type { Reading } from './measure.ts'

const HEADINGS = ['what', 'ours (p95)', 'peer (p95)', 'ratio', 'wanted', 'reached']

/** All figures as one table of text, a line each. */
export function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map(figure => [
    figure.what,
    formatReading(figure.ours, figure.unit),
    figure.peer ? `${formatReading(figure.peer.reading, figure.unit)} ${figure.peer.name}` : '',
    formatRatio(figure),
    formatWanted(figure),
    { true: 'yes', false: 'NO', undefined: '' }[`${isReached(figure)}`]
  ])
  const widths = HEADINGS.map((heading, column) => Math.max(heading.length, ...rows.map(row => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(HEADINGS), line(widths.map(width => '─'.repeat(width))), ...rows.map(line)].join('\n')
}

function formatReading({ median, p95, count }: Reading, unit: Unit): string {
  return count === 1 ? `${formatNumber(median)} ${unit}` : `${formatNumber(median)} ${unit} (${formatNumber(p95)})`
}

function formatRatio(figure: Figure): string {
  const faster = timesFaster(figure)
  if (faster === undefined) return ''
  return faster >= 1 ? `${formatNumber(faster)} × faster` : `${formatNumber(1 / faster)} × as long`
}

function formatWanted({ wanted, unit }: Figure): string {
  if (wanted === undefined) return ''
  if ('atMost' in wanted) return `≤ ${wanted.atMost} ${unit}`
  return 'timesFaster' in wanted ? `≥ ${wanted.timesFaster} × faster` : `≤ ${wanted.timesAsLong} × as long`
}

/** Three digits that mean something. */
function formatNumber(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value.toFixed(value >= 10 ? 1 : 2)
}
