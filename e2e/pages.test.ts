/**
 * The page context on pages of many frameworks, versions and builds: real Chromium with the real extension, and the server's own check of
 * every place against the tracked files. Prints what was expected and what was found.
 */
import { join } from 'node:path'
import { DEFAULT_TOKEN_BUDGET, type PageContext, type Pick, pageContextSchema } from '@fixpoint/protocol'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contextFromDraft } from '../extension/src/draft.ts'
import { Person, value } from '../extension/tests/person.ts'
import { APPLICATIONS } from './src/pages/applications.ts'
import { COUNTERS, type Entry, type ExpectedComponent, FRAMEWORK_PAGES, type PageSet, SUBFOLDERS } from './src/pages/entries.ts'
import { type ExpectedPlace, expectedPlaces } from './src/pages/expected-places.ts'
import { writeLargeApp } from './src/pages/large-app.ts'
import { PAGES_FOLDER, PagesProcess } from './src/pages/pages-process.ts'
import { createPageRepositories, type PageRepositories } from './src/pages/repositories.ts'
import { ROOT } from './src/server-process.ts'

let pages: PagesProcess
let repositories: PageRepositories
let person: Person
const rows: string[][] = []

/** `PAGES="vue vite,plain"` runs these alone. */
const wanted = (process.env['PAGES'] ?? '').split(',').filter(name => name !== '')
const sets = [...FRAMEWORK_PAGES, ...APPLICATIONS].filter(set => wanted.length === 0 || wanted.includes(set.pages))

beforeAll(async () => {
  if (sets.some(({ app }) => app === 'large')) writeLargeApp()
  const apps = Object.fromEntries(sets.map(({ app }) => [app, SUBFOLDERS[app] ?? '.']))
  ;[pages, repositories, person] = await Promise.all([
    PagesProcess.start(wanted),
    createPageRepositories(apps),
    Person.start({
      extensionFolder: join(ROOT, 'extension', '.output', 'chrome-mv3'),
      executablePath: process.env['FIXPOINT_CHROMIUM'] ?? '/usr/bin/chromium'
    })
  ])
})
afterAll(async () => {
  await person?.close()
  await pages?.close()
  repositories?.remove()
  printTable()
})

describe('the source of what was pointed at', () => {
  it.each(sets.map(set => [`${set.pages} ${set.path ?? ''}`.trim(), set] as const))(
    'is right on %s',
    async (_, set) => {
      const places = expectedPlaces(join(PAGES_FOLDER, 'apps', set.app))
      const { page, tabId } = await person.open(new URL(set.path ?? '', await pages.url(set.pages)).href)
      const counter = set.path === undefined ? COUNTERS[set.app] : undefined
      // Pages that a server has drawn are there before their scripts are; where no component counts, they are when the page is quiet.
      if (counter === undefined) await page.waitForLoadState('load')
      else await page.waitForFunction(`globalThis.rendersOf?.[${JSON.stringify(counter)}] > 0`)
      for (const [index, entry] of set.entries.entries()) {
        const selector = /^\p{L}/u.test(entry.pick) ? `[data-at="${entry.pick}"]` : entry.pick
        await entry.prepare?.(page)
        await page.waitForSelector(selector)
        await page.locator(selector).first().scrollIntoViewIfNeeded()
        const before = index === 0 || entry.prepare ? await settledRenders(page) : await rendersOf(page)
        const draft = await person.pick(page, tabId, selector)
        // Pictures are not what this is about; a busy machine may be too slow for them.
        const problems = draft.problems.filter(({ code }) => code !== 'screenshot_unavailable')
        expect(problems, 'nothing went wrong').toEqual([])
        if (set.framework !== undefined) expect.soft(draft.frameworks.join(', ')).toContain(set.framework)
        // The control: the counter does count when the page itself calls the component.
        if (counter !== undefined) expect(before).toHaveProperty(counter)
        expect(await rendersOf(page), 'a component was called').toEqual(before)
        const sent = pageContextSchema.parse(
          contextFromDraft(
            draft,
            { screenshot: false, dom: true, components: true, console: false, steps: false, budget: DEFAULT_TOKEN_BUDGET },
            { crops: new Map() },
            null
          ).context
        )
        const context = await repositories.verify(set.app, sent)
        const [pick] = context.picks
        if (!pick) throw new Error('There is no pick.')
        check(set, entry, pick, places)
        value(await person.ask('clearDraft', { tabId }))
      }
      // The first ones wait until those that take longest are built.
    },
    1_200_000
  )
})

describe.runIf(sets.some(({ app }) => app === 'virtual'))('a pick in a list that draws only what is in sight', () => {
  it('stays what it was when its element has become another row', async () => {
    const { page, tabId } = await person.open(await pages.url('virtual vite'))
    const slot = '#slots [data-slot="3"]'
    const first = await person.pick(page, tabId, slot)
    expect(first.picks[0]?.text).toBe('Slot row 3')
    await page.locator('#slots').evaluate(element => element.scrollTo({ top: 3_600, behavior: 'instant' }))
    // The control: the same element is another row now.
    await page.waitForFunction(selector => document.querySelector(selector)?.textContent === 'Slot row 123', slot)
    const kept = value(await person.ask('getDraft', { tabId }))
    expect(kept?.picks.map(({ text }) => text)).toEqual(['Slot row 3'])
    expect(JSON.stringify(kept)).not.toContain('Slot row 123')
    value(await person.ask('clearDraft', { tabId }))
    const second = await person.pick(page, tabId, slot)
    expect(second.picks.map(({ text }) => text)).toEqual(['Slot row 123'])
    value(await person.ask('clearDraft', { tabId }))
  })
})

/** The same, as soon as the page is no longer drawing itself. */
async function settledRenders(page: Page): Promise<unknown> {
  let before = JSON.stringify(await rendersOf(page))
  for (;;) {
    await page.waitForTimeout(300)
    const now = await rendersOf(page)
    if (JSON.stringify(now) === before) return now
    before = JSON.stringify(now)
  }
}

/** How often components were called; `rendersOf` is counted by the pages themselves. */
function rendersOf(page: Page): Promise<unknown> {
  return page.evaluate('globalThis.rendersOf ?? {}')
}

function check(set: PageSet, entry: Entry, pick: Pick, places: ReadonlyMap<string, ExpectedPlace>): void {
  const expected = entry.components ?? entry.placed ?? []
  const chain = entry.components ? pick.components : pick.components.filter(({ source }) => source !== undefined)
  const found = chain.slice(0, Math.max(expected.length, 1)).map(describeComponent)
  const first = (pick.candidates ?? []).slice(0, entry.among ?? 1)
  const candidate = first.find(({ path }) => path === entry.candidate) ?? first[0]
  const candidates = candidate ? `${candidate.path}:${candidate.line ?? '?'} (${candidate.reasons.join('; ')})` : ''
  const place = places.get(entry.pick)
  rows.push([
    `${set.pages} ${set.path ?? ''}`.trim(),
    entry.pick,
    expected[0] ? describeExpected(expected[0], places) : `${entry.candidate}:${place?.line ?? '?'} as a candidate`,
    expected[0] ? (found[0] ?? 'nothing') : candidates || 'nothing'
  ])
  expect
    .soft(
      chain.slice(0, expected.length).map((component, index) => likeExpected(component, expected[index] ?? '')),
      `${entry.pick}: ${pick.components.map(describeComponent).join(', ')}`
    )
    .toEqual(expected.map(component => describeExpected(component, places)))
  if (entry.candidate !== undefined) {
    expect.soft(found[0] ?? '', 'no line is verified that cannot be').not.toMatch(/✓.*:\d/)
    expect.soft(candidate?.path, JSON.stringify(pick.candidates)).toBe(entry.candidate)
    expect.soft(candidate?.reasons.length).toBeGreaterThan(0)
    if (place?.file === entry.candidate) expect.soft(candidate?.line, JSON.stringify(pick.candidates)).toBe(place.line)
  }
}

function describeExpected(expected: ExpectedComponent, places: ReadonlyMap<string, ExpectedPlace>): string {
  const [, name, mark, isLineOnly] = /^(.+?)@([\w-]+)(:line)?$/.exec(expected) ?? []
  if (name === undefined || mark === undefined) return expected
  const place = places.get(mark)
  if (!place) throw new Error(`There is no mark ${mark}.`)
  return `${name} ✓ ${place.file}:${place.line}${isLineOnly ? '' : `:${place.column}`}`
}

/** What was found, as exact as what was expected. */
function likeExpected(component: Component, expected: ExpectedComponent): string {
  if (expected.endsWith(':line')) return describeComponent(component).replace(/(:\d+):\d+$/, '$1')
  if (expected.includes('@')) return describeComponent(component)
  const path = component.source?.repositoryPath
  return expected.includes(' in ') ? `${component.name} in ${path ?? `(unverified) ${component.source?.file ?? ''}`}` : component.name
}

type Component = PageContext['picks'][number]['components'][number]

function describeComponent({ name, source }: Component): string {
  if (!source) return name
  const position = [source.line, source.column].filter(part => part !== undefined).join(':')
  return `${name} ${source.repositoryPath === undefined ? '?' : '✓'} ${source.repositoryPath ?? source.file}:${position}`
}

function printTable(): void {
  const header = ['page', 'element', 'expected source', 'found source']
  const widths = header.map((title, index) => Math.max(title.length, ...rows.map(row => row[index]?.length ?? 0)))
  for (const row of [header, ...rows]) {
    process.stdout.write(
      `${row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd()}\n`
    )
  }
}
