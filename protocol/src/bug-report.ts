import { codeInMarkdown, fencedInMarkdown, plainLine, quoteInMarkdown } from './markdown.ts'
import { type ConsoleMessage, type FailedPageRequest, type PageContext, type Pick, pickLabel } from './page-context.ts'
import { describeStep, describeStepPlace } from './steps.ts'
import { cutText } from './text.ts'

export interface BugReport {
  /** Absent where the place has a field of its own for it, as issues have. */
  title?: string | undefined
  /** What the person wrote. */
  text: string
  context: PageContext
  /** Where the pictures are; those that are missing are left out. */
  pictures: { annotated?: string | undefined; screenshot?: string | undefined; crops: ReadonlyMap<number, string> }
  /** Said at the end. */
  footer?: string | undefined
}

/** GitHub takes 65,536 characters. */
const MOST_CHARACTERS = 60_000
const CONSOLE_CHARACTERS = 12_000
const REQUESTS_CHARACTERS = 6_000
const MARGIN = 400

/** A bug report as Markdown: the same in an issue, in a file and on the clipboard. Nothing in it can come to life, whoever wrote it. */
export function bugReportMarkdown({ title, text, context, pictures, footer }: BugReport): string {
  const sections = [
    ...(title === undefined ? [] : [`# ${plainLine(title, 200)}`]),
    ...(text.trim() === '' ? [] : [quoteInMarkdown(text, 20_000)]),
    `**Page:** ${codeInMarkdown(context.url, 1_000)}${context.title === '' ? '' : ` (${plainLine(context.title, 200)})`}`,
    ...section('Steps', stepsOf(context)),
    ...picturesOf(pictures),
    ...section(
      'Elements',
      context.picks.map(pick => pickOf(pick, pictures.crops.get(pick.number)))
    ),
    ...fenced('Console', context.console.map(messageLine), CONSOLE_CHARACTERS),
    ...fenced('Failed requests', context.requests.map(requestLine), REQUESTS_CHARACTERS),
    ...section('Environment', environmentOf(context)),
    ...section('Left out', leftOutOf(context))
  ]
  const end = footer === undefined ? '' : `\n\n---\n\n${footer}`
  return `${joined(sections, MOST_CHARACTERS - end.length)}${end}\n`
}

/** Whole sections only: half of one could leave a fence open. */
function joined(sections: readonly string[], limit: number): string {
  let body = ''
  const left: string[] = []
  for (const text of sections) {
    if (body.length + text.length + MARGIN > limit) left.push(/^## (.+)$/m.exec(text)?.[1] ?? 'text')
    else body += `${body === '' ? '' : '\n\n'}${text}`
  }
  return left.length === 0 ? body : `${body}\n\nToo long for this report: ${left.join(', ')}.`
}

function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${heading}\n\n${lines.join('\n')}`]
}

function fenced(heading: string, lines: readonly string[], limit: number): string[] {
  return lines.length === 0 ? [] : [`## ${heading}\n\n${fencedInMarkdown(cutText(lines.join('\n'), limit))}`]
}

function stepsOf({ steps }: PageContext): string[] {
  return steps.map((step, index) => {
    if (step.kind === 'navigation') return `${index + 1}. ${index === 0 ? 'Began at' : 'Went to'} ${codeInMarkdown(step.url, 1_000)}`
    return `${index + 1}. ${plainLine(describeStep(step), 240)} · ${codeInMarkdown(describeStepPlace(step), 160)}`
  })
}

function picturesOf({ annotated, screenshot }: BugReport['pictures']): string[] {
  const shown = [
    ...(annotated === undefined ? [] : [`![Screenshot with what was drawn on it](${annotated})`]),
    ...(screenshot === undefined ? [] : [`![Screenshot](${screenshot})`])
  ]
  return section('Screenshot', shown.length < 2 ? shown : [shown[0] ?? '', '', shown[1] ?? ''])
}

function pickOf(pick: Pick, cropUrl: string | undefined): string {
  const source = pick.components.find(component => component.source !== undefined)?.source
  const place = source && `${source.repositoryPath ?? source.file}${source.line === undefined ? '' : `:${source.line}`}`
  const parts = [
    `**${pick.number}** ${plainLine(pickLabel(pick), 100)}`,
    pick.accessibleName && `“${plainLine(pick.accessibleName, 200)}”`,
    codeInMarkdown(pick.selectors.join(' >>> '), 300),
    place && `${codeInMarkdown(place, 300)}${source?.repositoryPath === undefined ? ' (unverified)' : ''}`
  ]
  return `- ${parts.filter(Boolean).join(' · ')}${cropUrl === undefined ? '' : `\n\n  ![Element ${pick.number}](${cropUrl})\n`}`
}

function messageLine({ level, text, frame, at }: ConsoleMessage): string {
  return `${at.slice(11, 19)} ${level}${frame === undefined ? '' : ` in frame ${frame}`}: ${text}`
}

function requestLine({ method, url, initiator, status, at }: FailedPageRequest): string {
  return `${at.slice(11, 19)} ${status ?? 'no answer'} ${method === undefined ? '' : `${method} `}${url} (${initiator})`
}

function environmentOf({ viewport, colorScheme, locale, theme, route, frameworks, featureFlags, capturedAt }: PageContext): string[] {
  const flags = Object.entries(featureFlags).map(([name, value]) => `${name}=${value}`)
  const facts: [string, string | undefined][] = [
    ['Window', `${viewport.width} × ${viewport.height} at ${viewport.deviceScaleFactor}x, ${colorScheme}`],
    ['Language', locale],
    ['Theme', theme],
    ['Route', route],
    ['Made with', frameworks.length === 0 ? undefined : frameworks.join(', ')],
    ['Feature flags', flags.length === 0 ? undefined : flags.join(' ')],
    ['Captured', capturedAt]
  ]
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`- ${name}: ${plainLine(value, 500)}`]))
}

function leftOutOf({ truncated, redactions }: PageContext): string[] {
  const masked = Object.entries(redactions).filter(([, count]) => count > 0)
  return [
    ...truncated.map(text => `- ${plainLine(text, 300)}`),
    ...(masked.length === 0
      ? []
      : [`- Masked in the browser: ${plainLine(masked.map(([kind, count]) => `${count} × ${kind}`).join(', '), 500)}`])
  ]
}
