import { fixOf, type SeededBug, seededBugs } from './bugs.ts'
import type { JsonObject } from './gemini-wire.ts'
import { fillSchema, type JsonAnswer } from './json-answer.ts'
import { beforeAndAfter, comparePictures } from './pictures.ts'
import { hasOwnWords, recogniseBugs } from './recognise.ts'
import type { Answer, FunctionResult, ModelRequest, UserMessage } from './script.ts'
import { fitArguments } from './tool-arguments.ts'
import { failureOf, holdsText, textOf } from './tool-results.ts'

/** How the scripted model speaks of a bug while it fixes it. */
interface Lines {
  /** What it searches for, and where. */
  pattern: string
  glob: string
  beforeSearch: string
  beforeRead: string
  beforeEdit: string
  done: string
}

const linesOf: Partial<Record<SeededBug['id'], Lines>> = {
  'price-out-of-line': {
    pattern: 'price-tag--sale',
    glob: 'src/**/*.css',
    beforeSearch: 'The prices of things on sale stand apart from the others. I look for the styles that only they have.',
    beforeRead: 'There is a rule for sale prices alone. I read the whole file before I touch it.',
    beforeEdit: 'The rule shifts the tag by 14px to the right and 6px down. Nothing else needs that offset, so I take it out.',
    done: 'Sale prices were shifted 14px to the right and 6px down by an offset in `PriceTag.css`. I removed it, so they stand in line with the others.'
  },
  'badge-unreadable-in-dark': {
    pattern: 'shipping-badge',
    glob: 'src/**/*.css',
    beforeSearch: 'The words on the badge hardly stand out in dark mode. I look for where their colour comes from.',
    beforeRead: 'Here are the badge’s styles. I read them, and which colours they take from the tokens.',
    beforeEdit:
      'The ground follows the colour scheme, but the words have a fixed dark green. There is a token for text on this ground; I use it.',
    done: 'The badge’s text had a fixed dark green in `ShippingBadge.css`. It now uses `--color-reed-text`, which has a light and a dark value, so it can be read in both.'
  },
  'wrong-plural': {
    pattern: 'formatCount',
    glob: 'src/**/*.ts',
    beforeSearch: 'One review should not be “1 reviews”. I look for the function that writes counts.',
    beforeRead: 'Every count is written by this function. I read it.',
    beforeEdit: 'It always adds an s. I leave it off for one, here, so that the cart’s “1 items” becomes right too.',
    done: '`formatCount` always added an s. It now writes the singular for one, so the mug has “1 review”, and a cart with one thing in it “1 item”.'
  }
}

/** The bugs that the scripted model can fix, with requests for people to try. */
export const scriptedBugs: readonly SeededBug[] = seededBugs.filter(bug => bug.isScripted)

const HONEST_ANSWER = `I am the scripted demo model, not a real one, and this is not among the things I know. I can fix three bugs of the demo shop: ${scriptedBugs
  .map(bug => `“${bug.request}”`)
  .join(', ')}. I have changed nothing. With a key for a real model (GOOGLE_GENERATIVE_AI_API_KEY) you can ask for anything.`

/** The model of the first run, without a key: it fixes three bugs of the demo shop the way an agent would, and says so where it cannot. */
export function shopScript(request: ModelRequest): Answer {
  const { message, bugs } = openRequest(request.openMessages)
  if (request.responseSchema) return answerAsJson(request.responseSchema, message, bugs)
  if (bugs.length === 0) return say(HONEST_ANSWER)

  const outcomes: string[] = []
  for (const bug of bugs) {
    const step = nextStep(bug, message.results, request)
    if ('parts' in step) return step
    outcomes.push(step.outcome)
  }
  return say(outcomes.join('\n\n'))
}

/**
 * The message that is being worked on. A remark of the server in between (the sandbox was replaced) is nobody's request, so what was
 * asked before it still stands; a request that comes with its own context is one, also where it is not understood.
 */
function openRequest(messages: readonly [UserMessage, ...UserMessage[]]): { message: UserMessage; bugs: SeededBug[] } {
  for (const message of messages) {
    const bugs = recogniseBugs(message.text)
    if (bugs.length > 0 || hasOwnWords(message.text)) return { message, bugs }
  }
  return { message: messages[0], bugs: [] }
}

/** What to do next about a bug, or what came of it: everything is read off the results so far. */
function nextStep(bug: SeededBug, results: readonly FunctionResult[], { functions }: ModelRequest): Answer | { outcome: string } {
  const lines = linesOf[bug.id]
  if (!lines) throw new Error(`The script has no lines for "${bug.id}".`)
  const call = (name: string, text: string, wanted: JsonObject): Answer | { outcome: string } => {
    const declaration = functions.get(name)
    const fitted = declaration && fitArguments(declaration, wanted)
    if (!fitted)
      return {
        outcome: `I know how to fix this (${bug.title}), but not with the tools I was given: I need “${name}” with ${Object.keys(wanted).join(', ')}.`
      }
    return { parts: [{ text }, { call: name, arguments: fitted }] }
  }

  const search = results.find(result => result.name === 'search' && result.arguments['pattern'] === lines.pattern)
  if (!search) return call('search', lines.beforeSearch, { pattern: lines.pattern, glob: lines.glob, literal: true })

  const found = foundPath(search, bug.file)
  const path = found ?? bug.file
  const ofFile = (name: string) => results.findLast(result => result.name === name && result.arguments['path'] === path)
  const read = ofFile('read')
  if (!read) return call('read', found ? lines.beforeRead : 'The search did not find it. I look at the file where it should be.', { path })

  const edits = fixOf(bug).map(({ oldText, newText }) => ({ oldText, newText }))
  const edit = ofFile('edit')
  if (!edit) {
    const unread = failureOf(read)
    if (unread !== undefined) return { outcome: `I could not read \`${path}\`: ${unread} I have changed nothing.` }
    const hasOld = edits.every(({ oldText }) => holdsText(read, oldText))
    const hasNew = edits.every(({ newText }) => holdsText(read, newText))
    if (!hasOld && hasNew)
      return { outcome: `This is right already: \`${path}\` has the change that I would make (${bug.title}). I have changed nothing.` }
    if (!hasOld)
      return {
        outcome: `\`${path}\` is not as I know it, and as a scripted model I can only make a change I was given. I have changed nothing.`
      }
    return call('edit', lines.beforeEdit, { path, edits })
  }
  const unedited = failureOf(edit)
  return {
    outcome:
      unedited === undefined
        ? lines.done
        : `The change to \`${path}\` was not taken: ${unedited} The file may have been fixed in the meantime.`
  }
}

/** The path of the file as the search knows it, since the shop may be in a subfolder; undefined where it was not found. */
function foundPath(search: FunctionResult, file: string): string | undefined {
  const paths = textOf(search).match(/[\w./@-]+\.\w+/g) ?? []
  return paths.find(path => path === file || path.endsWith(`/${file}`))?.replace(/^\.\//, '')
}

function say(text: string): Answer {
  return { parts: [{ text }] }
}

function answerAsJson(schema: JsonObject, message: UserMessage, bugs: readonly SeededBug[]): Answer {
  const filled = fillSchema(schema, message.pictures.length > 0 ? judge(message, bugs) : describe(bugs))
  return say(JSON.stringify(filled))
}

/** The opinion on a pair of pictures, and how little it rests on. */
function judge({ pictures }: UserMessage, [bug]: readonly SeededBug[]): JsonAnswer {
  const comparisons = beforeAndAfter(pictures).map(({ before, after }) => comparePictures(before, after))
  const isDifferent = comparisons.some(comparison => comparison.isDifferent)
  const answer = bug && isDifferent ? 'fixed' : 'unsure'
  const reasons = [
    'Said by the scripted demo model, which compared the files of the pictures; a real model would look at them.',
    ...(comparisons.length === 0 ? ['It was not clear which picture is from before and which from after.'] : []),
    ...comparisons.map(({ finding }) => finding),
    bug ? `The request is one of the three it knows: ${bug.title}.` : 'The request is not one of the three it knows, so it cannot tell.'
  ]
  return { answer, reasons, summary: reasons.join(' ') }
}

function describe([bug]: readonly SeededBug[]): JsonAnswer {
  const summary = bug?.title ?? 'Change to the demo shop'
  return { answer: 'unsure', reasons: [summary], summary }
}
