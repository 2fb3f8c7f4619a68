import { describeBox, describeMarks, describePictures, describeWhatWasMeant } from './describe-picks.ts'
import type { Component, ComponentProps, FailedPageRequest, PageContext, Pick, SourceCandidate } from './page-context.ts'
import { describeStep, describeStepPlace } from './steps.ts'

/**
 * A page context as the model reads it. The server writes it into the request, and the panel counts its tokens before it is sent, so
 * both show the same. What the person pointed at comes first.
 */
export function describePageContext(context: PageContext): string {
  const { viewport } = context
  const lines: string[] = []
  for (const pick of context.picks) lines.push(...describePick(pick), '')
  lines.push(
    `url: ${context.url}`,
    `title: ${context.title}`,
    `viewport: ${viewport.width}×${viewport.height} at ${viewport.deviceScaleFactor}x, scrolled to ${Math.round(viewport.scrollX)},${Math.round(viewport.scrollY)}, ${context.colorScheme}`
  )
  if (context.route !== undefined) lines.push(`route: ${context.route}`)
  if (context.theme !== undefined) lines.push(`theme: ${context.theme}`)
  if (context.locale !== undefined) lines.push(`locale: ${context.locale}`)
  if (context.frameworks.length > 0) lines.push(`frameworks: ${context.frameworks.join(', ')}`)
  const flags = Object.entries(context.featureFlags).map(([name, value]) => `${name}=${value}`)
  if (flags.length > 0) lines.push(`feature flags: ${flags.join(' ')}`)
  if (context.annotated !== undefined) lines.push('', ...describeMarks(context.annotated.marks))
  const pictures = describePictures(context)
  if (pictures.length > 0) lines.push('', `pictures with this request, in this order: ${pictures.join('; ')}`)
  if (context.outline !== '') lines.push('', 'outline:', context.outline)
  if (context.steps.length > 0) {
    lines.push('', 'steps that the person did, in order (what was typed or chosen is not known):', ...describeSteps(context))
  }
  if (context.console.length > 0) {
    const messages = context.console.map(
      ({ level, text, frame }) => `  ${level}${frame === undefined ? '' : ` in frame ${frame}`}: ${text.replaceAll('\n', '\n    ')}`
    )
    lines.push('', context.steps.length > 0 ? 'console since the steps began:' : 'console since pointing began:', ...messages)
  }
  if (context.requests.length > 0) lines.push('', 'failed requests:', ...context.requests.map(describeRequest))
  if (context.truncated.length > 0) lines.push('', `left out: ${context.truncated.join('; ')}`)
  return lines.join('\n')
}

function describeSteps({ steps }: PageContext): string[] {
  return steps.map((step, index) => {
    const place = describeStepPlace(step)
    return `  ${index + 1}. ${describeStep(step, index === 0)}${place === '' ? '' : ` ${place}`}`
  })
}

/** Components nearest to the pick; those further out are layout and providers. */
const MOST_COMPONENTS = 12

function describePick(pick: Pick): string[] {
  const lines = [`pick [${pick.number}]: <${pick.tag}> ${pick.selectors.join(' >>> ')}`]
  if (pick.accessibleName !== undefined) lines.push(`  name: ${pick.accessibleName}${pick.role === undefined ? '' : ` (${pick.role})`}`)
  if (pick.text !== undefined && pick.text !== '') lines.push(`  text: ${pick.text}`)
  lines.push(`  box: ${describeBox(pick.box)}`, ...describeWhatWasMeant(pick))
  for (const component of nearestComponents(pick.components)) lines.push(describeComponent(component))
  for (const candidate of pick.candidates ?? []) lines.push(describeCandidate(candidate))
  for (const given of pick.props) lines.push(describeProps(given))
  const styles = keyStyles(pick.styles)
  if (styles !== '') lines.push(`  styles: ${styles}`)
  return lines
}

/** With the nearest one that is the project's, however many of packages are inside it. */
function nearestComponents(components: readonly Component[]): Component[] {
  const nearest = components.slice(0, MOST_COMPONENTS)
  const placed = components.find(({ source }) => source !== undefined)
  return placed === undefined || nearest.includes(placed) ? nearest : [...nearest.slice(0, -1), placed]
}

function describeComponent({ name, source }: Component): string {
  if (source === undefined) return `  component: ${name}`
  const position = [source.line, source.column].flatMap(part => (part === undefined ? [] : [`:${part}`])).join('')
  return source.repositoryPath === undefined
    ? `  component: ${name} (claimed: ${source.file}${position})`
    : `  component: ${name} at ${source.repositoryPath}${position} (verified)`
}

function describeCandidate({ path, line, reasons }: SourceCandidate): string {
  return `  candidate (unverified): ${path}${line === undefined ? '' : `:${line}`}: ${reasons.join('; ')}`
}

function describeProps({ component, props }: ComponentProps): string {
  return `  props of ${component}: ${props}`
}

function describeRequest({ method, url, initiator, status }: FailedPageRequest): string {
  return `  ${status ?? 'no answer'}: ${method === undefined ? '' : `${method} `}${url} (${initiator})`
}

const UNREMARKABLE = new Set(['none', 'normal', 'auto', 'static', 'visible', 'baseline', 'nowrap', 'start', 'currentcolor'])
const UNREMARKABLE_OF: Readonly<Record<string, readonly string[]>> = {
  'box-sizing': ['content-box', 'border-box'],
  'flex-direction': ['row'],
  'flex-grow': ['0'],
  opacity: ['1'],
  'background-color': ['rgba(0, 0, 0, 0)'],
  'min-width': ['0px'],
  'font-weight': ['400'],
  'white-space': ['normal'],
  'z-index': ['auto']
}
const SIDES = ['top', 'right', 'bottom', 'left'] as const

/** The styles that say something: without initial values, with four sides in one, and without the colour of borders that are not drawn. */
export function keyStyles(styles: Readonly<Record<string, string>>): string {
  const left = new Map(
    Object.entries(styles).filter(([name, value]) => {
      if (UNREMARKABLE_OF[name]?.includes(value)) return false
      return name === 'white-space' || !UNREMARKABLE.has(value)
    })
  )
  const said: string[] = []
  const takeSides = (label: string, nameOf: (side: string) => string) => {
    const values = SIDES.map(side => styles[nameOf(side)])
    for (const side of SIDES) left.delete(nameOf(side))
    if (values.some(value => value === undefined) || values.every(value => value === '0px' || value === 'auto')) return
    const [top, right, bottom, last] = values
    const short = top === bottom && right === last ? (top === right ? [top] : [top, right]) : values
    said.push(`${label}: ${short.join(' ')}`)
  }
  if (styles['position'] === 'static' || styles['position'] === undefined) for (const side of SIDES) left.delete(side)
  takeSides('margin', side => `margin-${side}`)
  takeSides('padding', side => `padding-${side}`)
  const isBordered = SIDES.some(side => (styles[`border-${side}-width`] ?? '0px') !== '0px')
  if (!isBordered) for (const name of ['border-top-color', 'border-top-style']) left.delete(name)
  takeSides('border-width', side => `border-${side}-width`)
  for (const name of ['border-top-left-radius', 'letter-spacing', 'row-gap', 'column-gap']) if (left.get(name) === '0px') left.delete(name)
  return [...[...left].map(([name, value]) => `${name}: ${value}`), ...said].join('; ')
}
