import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { ROOT } from '../e2e/src/server-process.ts'
import type { Figure, Part, Wanted } from './figure.ts'
import { injectedAtStart } from './injected-scripts.ts'
import { summarise } from './measure.ts'

const OUTPUT = join(ROOT, 'extension', '.output')
const BUILD = join(OUTPUT, 'chrome-mv3')

/** Builds and zips the extension as for a release, and weighs it. */
export async function benchSizes(): Promise<Part> {
  await promisify(execFile)('pnpm', ['--filter', '@fixpoint/extension', 'zip'], { cwd: ROOT })
  const zip = await newestZip()
  await refuseStandingScripts()
  const panel = await filesOf('sidepanel.html')
  const atStart = await injectedAtStart(BUILD)
  return {
    figures: [
      size('Extension, zipped', 'the file that goes to the store', await bytesOf(zip), { atMost: 600 }),
      size(
        'Content script',
        `all that is put into a page until one can point in it, as Chromium was seen to be told: ${atStart.map(({ name, bytes }) => `${name} ${bytes}`).join(', ')}; not compressed, in bytes`,
        sum(atStart.map(({ bytes }) => bytes)),
        { atMost: 40 }
      ),
      size(
        'Scripts that follow the pointer',
        'picker-tools.js and source-locations.js, put into the page when the pointer first rests on something; not compressed',
        (await bytesOf(join(BUILD, 'picker-tools.js'))) + (await bytesOf(join(BUILD, 'source-locations.js')))
      ),
      size(
        'Script that follows a pick',
        'page-context.js, put into the page when something was picked; not compressed',
        await bytesOf(join(BUILD, 'page-context.js'))
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

/** A script that the manifest puts into pages would be there without being weighed. */
async function refuseStandingScripts(): Promise<void> {
  const manifest: unknown = JSON.parse(await readFile(join(BUILD, 'manifest.json'), 'utf8'))
  if (typeof manifest === 'object' && manifest !== null && 'content_scripts' in manifest)
    throw new Error('The manifest declares content scripts, which are not weighed here.')
}

/** Zips of earlier versions stay in the folder. */
async function newestZip(): Promise<string> {
  const zips = (await readdir(OUTPUT)).filter(name => name.endsWith('-chrome.zip')).map(name => join(OUTPUT, name))
  const times = await Promise.all(zips.map(async file => ({ file, at: (await stat(file)).mtimeMs })))
  const newest = times.toSorted((a, b) => b.at - a.at)[0]
  if (newest === undefined) throw new Error(`There is no zip in ${OUTPUT}.`)
  return newest.file
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
