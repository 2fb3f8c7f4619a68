import { type Component, cutText, PAGE_CONTEXT_LIMITS, type SourceLocation, stripControls, toStorableText } from '@fixpoint/protocol'
import { z } from 'zod'
import { inspectInPage } from '../inspector/inspect-in-page.ts'
import {
  type LocatedSource,
  locatedSourceSchema,
  type PageInspection,
  pageInspectionSchema,
  type RawSource
} from '../inspector/inspection.ts'
import type { ElementReference } from '../message-schemas.ts'
import { type RedactionCounts, redactSecrets } from '../privacy/secrets.ts'
import { callInPage, injectScript, type PageDocument } from './page-scripts.ts'

/** Time in ms that the page's own world gets to answer. */
const DEADLINE = 500
/** Maps are fetched and read in this time, in ms; names without files are better than waiting. */
const LOCATE_LIMIT = 4_000

interface InspectedElement {
  components: Component[]
  /** The walk up the components ended at its limit. */
  isCut: boolean
}

export interface Inspection {
  elements: InspectedElement[]
  frameworks: string[]
}

/** Components around elements, with the files that they are written in as far as these can be found. */
export async function inspectElements(page: PageDocument, references: ElementReference[], counts: RedactionCounts): Promise<Inspection> {
  const inspection = await callInPage(
    page,
    { world: 'MAIN', func: inspectInPage, args: [references, DEADLINE - 100], limit: DEADLINE },
    pageInspectionSchema
  )
  const sources = inspection.elements.flatMap(({ components }) => components.map(({ source }) => source ?? null))
  const located = sources.some(source => source !== null) ? await locate(page, sources) : []
  return withSources(inspection, located, counts)
}

/** Names of the components around elements, without their files. */
export async function componentNames(page: PageDocument, references: ElementReference[]): Promise<string[][]> {
  const { elements } = await callInPage(
    page,
    { world: 'MAIN', func: inspectInPage, args: [references, DEADLINE - 100], limit: DEADLINE },
    pageInspectionSchema
  )
  return elements.map(({ components }) => components.map(({ name }) => cleanName(name, {})))
}

async function locate(page: PageDocument, sources: (RawSource | null)[]): Promise<LocatedSource[]> {
  await injectScript(page, '/source-locations.js')
  return callInPage(
    page,
    {
      world: 'ISOLATED',
      func: (raw: (RawSource | null)[]) => globalThis.fixpoint?.locateSources?.(raw) ?? [],
      args: [sources],
      limit: LOCATE_LIMIT
    },
    z.array(locatedSourceSchema).max(PAGE_CONTEXT_LIMITS.components * PAGE_CONTEXT_LIMITS.picks)
  )
}

/** Joins names and files; names are the page's words and are cut, cleaned and searched for secrets. */
function withSources(inspection: PageInspection, located: readonly LocatedSource[], counts: RedactionCounts): Inspection {
  let position = 0
  const elements = inspection.elements.map(({ components, isCut }) => ({
    isCut,
    components: components.flatMap(({ name }): Component[] => {
      const source = located[position++] ?? null
      const clean = cleanName(name, counts)
      return clean === '' ? [] : [{ name: clean, source: source ? toSource(source) : undefined }]
    })
  }))
  return { elements, frameworks: inspection.frameworks.map(name => cleanName(name, counts).slice(0, 100)).filter(name => name !== '') }
}

function cleanName(name: string, counts: RedactionCounts): string {
  const oneLine = stripControls(toStorableText(name)).replace(/\s+/g, ' ').trim()
  return toStorableText(cutText(redactSecrets(oneLine, counts), PAGE_CONTEXT_LIMITS.nameCharacters - 40))
}

function toSource({ file, line, column }: NonNullable<LocatedSource>): SourceLocation | undefined {
  const clean = toStorableText(stripControls(file))
  return clean === '' ? undefined : { file: clean, line, column }
}
