/**
 * Where the marks stand in the sources of the pages. A mark is an attribute, `at="…"` or `data-at="…"`, of the tag that is meant: it is in
 * the page, so that the element can be pointed at, and in the source, so that no test has to repeat a line number.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

export interface ExpectedPlace {
  /** Relative to the repository's root. */
  file: string
  line: number
  column: number
}

const LEFT_OUT = new Set([
  'node_modules',
  'dist',
  '.next',
  '.astro',
  '.react-router',
  '.nuxt',
  '.svelte-kit',
  '.output',
  '.git',
  'next-env.d.ts'
])

/** The files of an app, as its repository would have them. */
export function filesOf(folder: string): string[] {
  const files: string[] = []
  const walk = (inner: string) => {
    for (const name of readdirSync(inner)) {
      if (LEFT_OUT.has(name) || name.endsWith('.tsbuildinfo')) continue
      const path = join(inner, name)
      if (statSync(path).isDirectory()) walk(path)
      else files.push(relative(folder, path))
    }
  }
  walk(folder)
  return files
}

/** All marks of an app. @throws when a mark is there twice, as it would mean two places. */
export function expectedPlaces(folder: string): ReadonlyMap<string, ExpectedPlace> {
  const places = new Map<string, ExpectedPlace>()
  for (const file of filesOf(folder)) {
    const text = readFileSync(join(folder, file), 'utf8')
    // `'data-at': '…'` stands in calls without JSX.
    for (const match of text.matchAll(/[\s'](?:data-)?at['"]?(?:=|: )["']([\w-]+)["']/g)) {
      const mark = match[1] ?? ''
      if (places.has(mark)) throw new Error(`The mark ${mark} is in ${file} and in ${places.get(mark)?.file}.`)
      const start = startOfTag(text, match.index)
      const before = text.slice(0, start)
      places.set(mark, { file, line: before.split('\n').length, column: start - before.lastIndexOf('\n') })
    }
  }
  return places
}

/** Where the tag opens that an attribute belongs to, or the call that stands for it. */
function startOfTag(text: string, attribute: number): number {
  const tag = text.slice(0, attribute).search(/<[\p{L}](?:[^<]|=>)*$/u)
  const call = text.lastIndexOf('createElement(', attribute)
  if (tag < 0 && call < 0) throw new Error(`There is no tag before ${text.slice(attribute, attribute + 40)}.`)
  return Math.max(tag, call)
}
