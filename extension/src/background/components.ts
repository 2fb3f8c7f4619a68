import {
  type Component,
  cutText,
  type Failure,
  PAGE_CONTEXT_LIMITS,
  type SourceClue,
  type SourceLocation,
  stripControls,
  toStorableText
} from '@fixpoint/protocol'
import { z } from 'zod'
import { inspectInPage } from '../inspector/inspect-in-page.ts'
import {
  type ElementToLocate,
  type LocatedElement,
  type LocatedSource,
  locatedElementSchema,
  type PageInspection,
  pageInspectionSchema
} from '../inspector/inspection.ts'
import type { ElementReference } from '../message-schemas.ts'
import { REDACTED, type RedactionCounts, redactSecrets } from '../privacy/secrets.ts'
import { callInPage, injectScript, type PageDocument } from './page-scripts.ts'
import { toError } from './senders.ts'

/** Time in ms that the page's own world gets to answer. */
const DEADLINE = 500
/** Maps are fetched and read in this time, in ms; names without files are better than waiting. */
const LOCATE_LIMIT = 4_000

interface InspectedElement {
  components: Component[]
  /** What the element and those around it are called in markup and styles, for the server to look for. */
  clues: SourceClue[]
  /** The walk up the components ended at its limit. */
  isCut: boolean
}

export interface Inspection {
  elements: InspectedElement[]
  frameworks: string[]
  /** Why the places of the components were not looked for to the end. */
  failure?: Failure | undefined
}

/**
 * Components around elements, with the files that they are written in as far as these can be found.
 * @param neighbours elements behind the others, of which only the nearest component is wanted, with its place where the framework says it:
 * nothing is searched for them
 */
export async function inspectElements(
  page: PageDocument,
  elementsThemselves: readonly ElementReference[],
  counts: RedactionCounts,
  neighbours: readonly ElementReference[] = []
): Promise<Inspection> {
  const references = [...elementsThemselves, ...neighbours]
  const inspection = await callInPage(
    page,
    { world: 'MAIN', func: inspectInPage, args: [references, DEADLINE - 100], limit: DEADLINE },
    pageInspectionSchema
  )
  const elements = inspection.elements.map(({ components, nodes, isOwnerKnown }, index): ElementToLocate => {
    const { path = [], tag = '' } = references[index] ?? {}
    if (index < elementsThemselves.length) return { path, tag, components, nodes, isOwnerKnown }
    return { path, tag, components: components.slice(0, 1).map(({ name, source }) => ({ name, source })), nodes: [], isOwnerKnown }
  })
  const { located, failure } = await locateOrNot(page, elements)
  return {
    elements: withSources(inspection, located, counts),
    failure,
    frameworks: inspection.frameworks.map(name => cleanName(name, counts).slice(0, 100)).filter(name => name !== '')
  }
}

/** Names of the components around elements, without their files. */
export async function componentNames(page: PageDocument, references: ElementReference[]): Promise<string[][]> {
  const { elements } = await callInPage(
    page,
    { world: 'MAIN', func: inspectInPage, args: [references, DEADLINE - 100], limit: DEADLINE },
    pageInspectionSchema
  )
  return elements.map(({ components }) => components.slice(0, PAGE_CONTEXT_LIMITS.components).map(({ name }) => cleanName(name, {})))
}

/** Names without their places are worth more than nothing. */
async function locateOrNot(page: PageDocument, elements: ElementToLocate[]): Promise<{ located: LocatedElement[]; failure?: Failure }> {
  if (elements.length === 0) return { located: [] }
  try {
    return { located: await locate(page, elements) }
  } catch (error) {
    const located = elements.map(({ components }) => ({
      components: components.slice(0, PAGE_CONTEXT_LIMITS.components).map(({ name }) => ({ name })),
      clues: []
    }))
    return { located, failure: toError(error).toFailure() }
  }
}

async function locate(page: PageDocument, elements: ElementToLocate[]): Promise<LocatedElement[]> {
  const ask = () =>
    callInPage(
      page,
      {
        world: 'ISOLATED',
        func: (all: ElementToLocate[]) => globalThis.fixpoint?.locateElements?.(all) ?? null,
        args: [elements],
        limit: LOCATE_LIMIT
      },
      z.array(locatedElementSchema).max(PAGE_CONTEXT_LIMITS.picks).nullable()
    )
  // The pointer asks for it wherever it rests; the script comes once.
  const known = await ask()
  if (known) return known
  await injectScript(page, '/source-locations.js')
  return (await ask()) ?? []
}

/** Names and clues are the page's words and are cut, cleaned and searched for secrets. */
function withSources(inspection: PageInspection, located: readonly LocatedElement[], counts: RedactionCounts): InspectedElement[] {
  return inspection.elements.map(({ isCut }, index) => {
    const { components = [], clues = [] } = located[index] ?? {}
    return {
      isCut,
      components: components.flatMap(({ name, source }): Component[] => {
        const clean = cleanName(name, counts)
        return clean === '' ? [] : [{ name: clean, source: source ? toSource(source) : undefined }]
      }),
      clues: clues.flatMap(({ kind, text }): SourceClue[] => {
        const clean = cleanName(text, counts)
        // What was masked cannot be looked for.
        return clean === '' || clean.includes(REDACTED) ? [] : [{ kind, text: clean }]
      })
    }
  })
}

function cleanName(name: string, counts: RedactionCounts): string {
  const oneLine = stripControls(toStorableText(name)).replace(/\s+/g, ' ').trim()
  return toStorableText(cutText(redactSecrets(oneLine, counts), PAGE_CONTEXT_LIMITS.nameCharacters - 40))
}

function toSource({ file, line, column }: LocatedSource): SourceLocation | undefined {
  const clean = toStorableText(stripControls(file))
  return clean === '' ? undefined : { file: clean, line, column }
}
