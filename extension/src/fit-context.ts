import { cutText, describePageContext, estimateTokens, PAGE_CONTEXT_LIMITS, type PageContext, type Pick } from '@fixpoint/protocol'
import { fitOutline } from './page-context/fit-outline.ts'
import type { OutlineLine } from './page-context/outline-schema.ts'

/** A page context that keeps to its budget, and what its text takes of it. */
export interface FittedContext {
  context: PageContext
  /** As the model reads it; without pictures. */
  tokens: number
}

/** What picks, console and requests may take before the surroundings get nothing any more. */
const SHARE_BEFORE_OUTLINE = 0.6
/** Notes on what was left out, and what adding up by lines misses. */
const RESERVE = 60
const MOST_NOTES = 20

interface Saving {
  /** What was left out, in words. */
  note: string
  apply: (context: PageContext) => PageContext
}

const eachPick = (change: (pick: Pick) => Pick) => (context: PageContext) => ({ ...context, picks: context.picks.map(change) })

const withProps = (components: number, characters: number) =>
  eachPick(pick => ({
    ...pick,
    props: pick.props.slice(0, components).map(given => ({ ...given, props: cutText(given.props, characters) }))
  }))

const withConsole = (entries: number, characters: number) => (context: PageContext) => ({
  ...context,
  console: context.console.slice(-entries).map(message => ({ ...message, text: cutText(message.text, characters) }))
})

const withSteps = (last: number) => (context: PageContext) => ({
  ...context,
  steps: context.steps.length <= last + 1 ? context.steps : [...context.steps.slice(0, 1), ...context.steps.slice(-last)]
})

/** In the order in which they are made until the rest fits: what is furthest from the pick goes first. */
const SAVINGS: readonly Saving[] = [
  { note: 'Props: only of the 6 nearest components, 900 characters each', apply: withProps(6, 900) },
  { note: 'Console: only the last 20 messages, 500 characters each', apply: withConsole(20, 500) },
  { note: 'Props: only of the 3 nearest components, 400 characters each', apply: withProps(3, 400) },
  {
    note: 'Failed requests and feature flags: only the last 15',
    apply: context => ({
      ...context,
      requests: context.requests.slice(-15),
      featureFlags: Object.fromEntries(Object.entries(context.featureFlags).slice(0, 15))
    })
  },
  { note: 'Steps: only the first and the last 40', apply: withSteps(40) },
  { note: 'Console: only the last 8 messages, 200 characters each', apply: withConsole(8, 200) },
  { note: 'Components: only the 5 nearest of each pick', apply: eachPick(pick => ({ ...pick, components: pick.components.slice(0, 5) })) },
  { note: 'Props: only of the nearest component, 200 characters', apply: withProps(1, 200) },
  {
    note: 'Failed requests and feature flags: only the last 5',
    apply: context => ({
      ...context,
      requests: context.requests.slice(-5),
      featureFlags: Object.fromEntries(Object.entries(context.featureFlags).slice(0, 5))
    })
  },
  { note: 'Steps: only the first and the last 15', apply: withSteps(15) },
  { note: 'Props: none', apply: withProps(0, 0) },
  { note: 'Styles of the picks: none', apply: eachPick(pick => ({ ...pick, styles: {} })) },
  {
    note: 'Picks: only the 2 nearest components, 120 characters of text',
    apply: eachPick(pick => ({
      ...pick,
      components: pick.components.slice(0, 2),
      ...(pick.text !== undefined && { text: cutText(pick.text, 120) })
    }))
  },
  { note: 'Console: only the last 3 messages, 120 characters each', apply: withConsole(3, 120) }
]

/**
 * Cuts a context to a budget of tokens. The picks' own part is kept longest; the surroundings get what the rest leaves, the nearest
 * first. What was left out stands in `truncated`. A budget that not even the picks fit into is exceeded by them.
 */
export function fitContext(context: PageContext, outline: readonly OutlineLine[], budget: number): FittedContext {
  const room = budget - RESERVE
  const notes: string[] = []
  let rest = context
  let used = tokensOf(rest)
  for (const { note, apply } of SAVINGS) {
    if (used <= room * SHARE_BEFORE_OUTLINE) break
    const smaller = apply(rest)
    const saved = tokensOf(smaller)
    if (saved < used) {
      // Of the savings of one kind the last one says it all.
      const kind = note.slice(0, note.indexOf(':'))
      const same = notes.findIndex(other => other.startsWith(kind))
      if (same >= 0) notes.splice(same, 1)
      notes.push(note)
    }
    rest = smaller
    used = saved
  }
  const fitted = fitOutline(outline, room - used, PAGE_CONTEXT_LIMITS.outlineCharacters)
  if (fitted.shown < outline.length) notes.push(`Outline: the nearest ${fitted.shown} of ${outline.length} elements that were looked at`)
  const result = { ...rest, outline: fitted.text, truncated: [...rest.truncated, ...notes].slice(-MOST_NOTES) }
  return { context: result, tokens: tokensOf(result) }
}

function tokensOf(context: PageContext): number {
  return estimateTokens(describePageContext(context))
}
