import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { ROOT } from '../e2e/src/server-process.ts'
import type { Figure, Part, Wanted } from './figure.ts'
import { summarise } from './measure.ts'

const OUTPUT = join(ROOT, 'extension', '.output')
const BUILD = join(OUTPUT, 'chrome-mv3')

/** Builds and zips the extension as for a release, and weighs it. */
export async function benchSizes(): Promise<Part> {
  await promisify(execFile)('pnpm', ['--filter', '@fixpoint/extension', 'zip'], { cwd: ROOT })
  const zips = (await readdir(OUTPUT)).filter(name => name.endsWith('-chrome.zip'))
  const [zip] = zips
  if (zip === undefined || zips.length > 1) throw new Error(`There are ${zips.length} zips in ${OUTPUT}; expected one.`)
  const panel = await filesOf('sidepanel.html')
  return {
    figures: [
      size('Extension, zipped', 'the file that goes to the store', await bytesOf(join(OUTPUT, zip)), { atMost: 600 }),
      size(
        'Content script',
        'picker.js, which is put into a page when pointing starts; not compressed',
        await bytesOf(join(BUILD, 'picker.js')),
        {
          atMost: 40
        }
      ),
      size(
        'Scripts that follow a pick',
        'page-context.js and source-locations.js, put into the page when something was picked; not compressed',
        (await bytesOf(join(BUILD, 'page-context.js'))) + (await bytesOf(join(BUILD, 'source-locations.js')))
      ),
      size(
        'Script that draws a pick',
        'element-picture.js with html2canvas; where that throws, element-picture-pro.js of about the same size follows; not compressed',
        await bytesOf(join(BUILD, 'element-picture.js'))
      ),
      size('Panel', 'sidepanel.html and the scripts and styles that it names; not compressed', sum(panel.map(file => file.length))),
      size('Panel, gzipped', 'the same, each file compressed by gzip', sum(panel.map(file => gzipSync(file).length)))
    ],
    remarks: []
  }
}

async function bytesOf(file: string): Promise<number> {
  return (await stat(file)).size
}

/** A page and what it loads: `wxt build` names all of it in the page itself. */
async function filesOf(page: string): Promise<Buffer[]> {
  const html = await readFile(join(BUILD, page))
  const names = [...html.toString().matchAll(/(?:src|href)="\/?([^":]+\.(?:js|css))"/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name]
  )
  if (names.length === 0) throw new Error(`${page} names no scripts.`)
  return [html, ...(await Promise.all(names.map(name => readFile(join(BUILD, name)))))]
}

function size(what: string, how: string, bytes: number, wanted?: Wanted): Figure {
  return { what, how, unit: 'kB', ours: summarise([bytes / 1_000]), ...(wanted && { wanted }) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
