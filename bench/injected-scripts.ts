import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import { Person } from '../extension/tests/person.ts'

/** One call that put code into the page. */
const injectionsSchema = z.array(z.object({ files: z.array(z.string()), functions: z.string() }))

/**
 * Begins to point in real Chromium and notes everything that the extension puts into the page until then: files, and functions that are
 * sent as text.
 * @param extensionFolder the built extension
 * @returns what it is, and its size in bytes
 */
export async function injectedAtStart(extensionFolder: string): Promise<{ name: string; bytes: number }[]> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Plain</title><p>Plain')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  const person = await Person.start({ extensionFolder })
  try {
    const { tabId } = await person.open(`http://127.0.0.1:${address.port}/`)
    const worker = await person.browser.worker()
    await worker.evaluate(`(() => {
      const injected = globalThis.injected = []
      const original = chrome.scripting.executeScript
      chrome.scripting.executeScript = injection => {
        injected.push({ files: injection.files ?? [], functions: injection.func ? injection.func.toString() + JSON.stringify(injection.args ?? []) : '' })
        return original(injection)
      }
    })()`)
    await person.startPointing(tabId)
    const injections = injectionsSchema.parse(await worker.evaluate('globalThis.injected'))
    if (injections.length === 0) throw new Error('Nothing was seen to be put into the page.')
    const functions = injections.reduce((sum, injection) => sum + Buffer.byteLength(injection.functions), 0)
    const files = injections.flatMap(injection => injection.files)
    const sizes = files.map(async file => ({ name: file.slice(1), bytes: (await readFile(join(extensionFolder, file))).byteLength }))
    return [...(await Promise.all(sizes)), { name: 'functions sent as text', bytes: functions }]
  } finally {
    await person.close()
    server.close()
  }
}
