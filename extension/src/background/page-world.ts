/** What only the page's own world knows, asked for there and made fit to be sent here. */
import {
  type ComponentProps,
  cutText,
  type Failure,
  FixpointError,
  PAGE_CONTEXT_LIMITS,
  stripControls,
  toStorableText
} from '@fixpoint/protocol'
import { z } from 'zod'
import type { ElementReference } from '../message-schemas.ts'
import type { CollectedContext } from '../page-context/collected-context.ts'
import { describeProps } from '../page-world/describe-props.ts'
import { type GivenValue, type PageWorld, pageWorldSchema } from '../page-world/page-world.ts'
import { readPageWorld } from '../page-world/read-page-world.ts'
import { type RedactionCounts, redactSecrets, type SecretDetector } from '../privacy/secrets.ts'
import { callInPage, type PageDocument } from './page-scripts.ts'
import { withoutPrivateWords } from './private-words.ts'
import { toError } from './senders.ts'

/** Time in ms for reading, and until it is given up. */
const DEADLINE = 100
const LIMIT = 800
/** What `cutText` adds at the end. */
const CUT_NOTE = 40

export interface DescribedWorld {
  props: ComponentProps[]
  /** Components for the elements that were asked about, in the same order; empty where there is none. */
  names: string[]
  flags: Record<string, string>
  route: string | undefined
  counts: RedactionCounts
  /** Reading ended at a limit. */
  isCut: boolean
}

/** Without it a pick is still worth sending, so that a failure is only noted. */
export async function lookIntoPageWorld(
  page: PageDocument,
  pick: ElementReference | null,
  { references, flags }: CollectedContext,
  rules: readonly SecretDetector[],
  problems: Failure[]
): Promise<DescribedWorld> {
  const documentFlags = Object.fromEntries(flags.map(({ name, value }) => [name, value]))
  let world: PageWorld = { props: [], names: [], flags: null, route: null, isCut: false }
  try {
    world = await read(
      page,
      pick,
      references.map(({ element }) => element)
    )
    return await describe(page, world, documentFlags, rules)
  } catch (error) {
    problems.push(toError(error).toFailure())
    return { props: [], names: [], flags: {}, route: undefined, counts: {}, isCut: false }
  }
}

async function read(page: PageDocument, pick: ElementReference | null, others: ElementReference[]): Promise<PageWorld> {
  const answer = await callInPage(
    page,
    { world: 'MAIN', func: readPageWorld, args: [pick, others, DEADLINE], limit: LIMIT },
    z.string().max(300_000)
  )
  const parsed = pageWorldSchema.safeParse(parseJson(answer))
  if (!parsed.success) throw new FixpointError('invalid_message', 'What the page’s own world answers cannot be used.')
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new FixpointError('invalid_message', 'What the page’s own world answers cannot be read.', { cause })
  }
}

async function describe(
  page: PageDocument,
  world: PageWorld,
  documentFlags: Readonly<Record<string, string>>,
  rules: readonly SecretDetector[]
): Promise<DescribedWorld> {
  const counts: RedactionCounts = {}
  const components = world.props.map(({ component, props }) => ({ component, props: describeProps(props, counts, rules) }))
  const flags = Object.entries({ ...documentFlags, ...(world.flags ?? {}) }).slice(0, PAGE_CONTEXT_LIMITS.featureFlags)
  const described = flags.map(([name, value]) => describeProps({ [name]: value as GivenValue }, counts, rules))
  // In one go: what was typed is known in the page alone.
  const texts = [...components.flatMap(({ component, props }) => [component, props]), ...world.names, ...described, world.route ?? '']
  const clean = await withoutPrivateWords(page, texts, counts)
  const take = (limit: number) => toStorableText(cutText(redactSecrets(oneLine(clean.shift() ?? ''), counts, rules), limit - CUT_NOTE))
  const props = components.map(() => ({
    component: take(PAGE_CONTEXT_LIMITS.nameCharacters),
    props: take(PAGE_CONTEXT_LIMITS.propsCharacters)
  }))
  const names = world.names.map(() => take(300))
  const flagTexts = described.map(() => take(300))
  const route = take(300)
  return {
    props: props.filter(given => given.component !== '' && given.props !== ''),
    names,
    flags: Object.fromEntries(
      flagTexts.flatMap(text => {
        const separator = text.indexOf('=')
        return separator > 0 && separator <= 100
          ? [
              [
                text.slice(0, separator),
                text
                  .slice(separator + 1)
                  .slice(0, 200)
                  .toWellFormed()
              ]
            ]
          : []
      })
    ),
    route: route === '' ? undefined : route,
    counts,
    isCut: world.isCut
  }
}

function oneLine(text: string): string {
  return stripControls(toStorableText(text)).replace(/\s+/g, ' ').trim()
}
