import { findBug, type SeededBug } from './bugs.ts'

/** What a person may say of a bug, and how much each saying counts for it. */
interface Signs {
  bug: SeededBug
  /** Enough by themselves, also in a long text. */
  clear: RegExp[]
  /** Enough only together, and only in the person's own words. */
  hints: RegExp[]
  /** Names of what is pointed at: component and class name. */
  pointed: RegExp
}

/** In styles ("align-items: start", "text-align") the word says nothing. */
const alignment = /(?<![-\w])(?:mis)?align(?:ed|ment|s)?(?![-:\w])/i

const allSigns: readonly Signs[] = [
  {
    bug: findBug('price-out-of-line'),
    clear: [alignment, /\blin(?:e|es|ed|ing)\b(?:\s+\S+){0,4}?\s+up\b/i, /\b(?:out of line|off[ -]?set|crooked|not level)\b/i],
    hints: [/\bprices?\b/i, /\b(?:off|shifted|higher|lower|indented|straight|level|moved?|same (?:height|line|place))\b/i, /\bsale\b/i],
    pointed: /\bPriceTag\b|\bprice-tag\b/
  },
  {
    bug: findBug('badge-unreadable-in-dark'),
    clear: [
      /\bcontrast\b/i,
      /\b(?:un|hardly |barely )readable\b|\b(?:il)?legib(?:le|ility)\b/i,
      /\b(?:can['’]?t|cannot|can not|hard(?:ly)?|difficult|impossible|barely)\b(?:\s+\S+){0,2}?\s+(?:read|see)\b/i
    ],
    hints: [/\bdark\b/i, /\b(?:read|see|seen|visible|invisible|faint|dim|colou?rs?)\b/i, /\b(?:badge|shipping)\b/i],
    pointed: /\bShippingBadge\b|\bshipping-badge\b/
  },
  {
    bug: findBug('wrong-plural'),
    clear: [/\b(?:plurals?|singular|pluralis|pluraliz)/i, /\bgramm(?:ar|atical)/i, /\b1 review\b/i, /\b1 item\b/i],
    hints: [/\b1 (?:reviews|items)\b/i, /\breviews?\b/i, /\b(?:wording|typo|text|says?|spelling|english|should (?:be|say|read))\b/i],
    pointed: /\bReviewCount\b|\breview-count\b/
  }
]

const CLEAR = 3
const HINT = 1.5
const POINTED = 1.5
const ENOUGH = 3

/**
 * The scripted bugs that a message asks for; usually one or none.
 * The person's own words decide. Only where they say nothing does the rest of the message count, and there only what is clear.
 */
export function recogniseBugs(message: string): SeededBug[] {
  const words = personsWords(message)
  const pointed = pickedThings(message)
  const inWords = allSigns.filter(signs => scoreOf(signs, words, pointed) >= ENOUGH)
  // Where somebody says plainly what it is about, a mere hint at another bug does not count.
  const plain = inWords.filter(({ clear }) => clear.some(sign => sign.test(words)))
  const found = plain.length > 0 ? plain : inWords
  if (found.length > 0 || hasOwnWords(message)) return found.map(({ bug }) => bug)
  const [inMessage] = allSigns.filter(({ clear }) => clear.some(sign => sign.test(message)))
  return inMessage ? [inMessage.bug] : []
}

function scoreOf({ clear, hints, pointed }: Signs, words: string, picks: string): number {
  const hinted = hints.filter(sign => sign.test(words)).length * HINT
  return (clear.some(sign => sign.test(words)) ? CLEAR : 0) + hinted + (pointed.test(picks) ? POINTED : 0)
}

const taggedRequest = /<(request|prompt|task)\b[^>]*>([\s\S]*?)<\/\1>/i

/** What follows the person's words in a message: project, page context and other data. */
const contextBegins = /^(?:Project: |<<<|#{1,4} |```|page context\b|url: |pick \[|\{)/im

/** The words of the person, without the context that was put around them. */
export function personsWords(message: string): string {
  const tagged = taggedRequest.exec(message)?.[2]
  return (tagged ?? message.split(contextBegins)[0] ?? '').trim()
}

/** Whether it could be told which words are the person's. */
export function hasOwnWords(message: string): boolean {
  return personsWords(message) !== '' && (taggedRequest.test(message) || contextBegins.test(message))
}

/** The lines that say what was pointed at: each pick's own line and the component nearest to it. */
function pickedThings(message: string): string {
  const picks = message.match(/^\s*(?:pick )?\[?#?\d+\][^\n]*(?:\n\s+(?!component)[^\n]*)*(?:\n\s+component[^\n]*)?/gim)
  return (picks ?? []).join('\n')
}
