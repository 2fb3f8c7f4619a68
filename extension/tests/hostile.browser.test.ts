import { describePageContext } from '@fixpoint/protocol'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contextFromDraft } from '../src/draft.ts'
import type { MessageMap } from '../src/messages.ts'
import { SEND_EVERYTHING } from '../src/panel/settings.ts'
import { HOSTILE_TARGETS, hostilePage, OVERSIZED } from './hostile-pages.ts'
import { type PageServer, servePages } from './pages.ts'
import { eventually, Person, value } from './person.ts'

/** Every message there is, and who sends it. */
const MESSAGES = {
  ...{ draftsReady: 'panel', applyUpdate: 'panel', getActiveTab: 'panel', getDraft: 'panel', getPointing: 'panel', startPointing: 'panel' },
  ...{ stopPointing: 'panel', removePick: 'panel', annotate: 'panel', clearDraft: 'panel', readConsole: 'panel', takeScreenshot: 'panel' },
  ...{
    takeWholePage: 'panel',
    getRecording: 'panel',
    startRecording: 'panel',
    stopRecording: 'panel',
    removeStep: 'panel',
    discardRecording: 'panel'
  },
  ...{ draftChanged: 'background', pointingChanged: 'background', recordingChanged: 'background', tabChanged: 'background' },
  ...{
    picked: 'page',
    describeElement: 'page',
    componentChains: 'page',
    holdTimers: 'page',
    loadPickerTools: 'page',
    pointerEntered: 'page'
  },
  ...{ pointingEnded: 'page', stepDone: 'page' },
  ...{
    beginPointing: 'background',
    leavePointer: 'background',
    pickRenumbered: 'background',
    numberTaken: 'background',
    toggleFreeze: 'background',
    endPointing: 'background'
  },
  removeMarker: 'background'
} satisfies Record<keyof MessageMap, 'panel' | 'page' | 'background'>

/** Evaluates without Playwright's own script in the page, which these pages break. */
async function evaluatePlainly(page: Page, expression: string): Promise<unknown> {
  const session = await page.context().newCDPSession(page)
  const { result } = await session.send('Runtime.evaluate', { expression, returnByValue: true })
  await session.detach()
  return result.value
}

interface Answer {
  name: string
  /** Time in ms from the click until the pick is in the draft. */
  answeredAfter: number
  bytes: number
  tokens: number
  cut: string[]
  problems: string[]
}

function printTable(rows: readonly Answer[]): void {
  const lines = rows.map(
    ({ name, answeredAfter, bytes, tokens, cut, problems }) =>
      `${name.padEnd(36)} ${String(Math.round(answeredAfter)).padStart(6)} ms ${String(bytes).padStart(7)} bytes ${String(tokens).padStart(6)} tokens  ${[...cut, ...problems].join('; ')}`
  )
  console.log(`Hostile pages, from the click to the pick in the draft:\n${lines.join('\n')}`)
}

describe('a hostile page', () => {
  let person: Person
  let server: PageServer

  beforeAll(async () => {
    const pages = Object.values(HOSTILE_TARGETS).map((script, index) => [`/${index}`, hostilePage(script)] as const)
    server = await servePages({ ...Object.fromEntries(pages), '/plain': hostilePage('') })
    person = await Person.start()
  })
  afterAll(async () => {
    printTable(rows)
    await person.close()
    await server.close()
  })
  const rows: Answer[] = []

  it.each(Object.keys(HOSTILE_TARGETS).map((name, index) => [name, index] as const))('does not stop a pick: %s', async (name, index) => {
    const { page, tabId } = await person.open(`${server.origin}/${index}`)
    await person.startPointing(tabId)
    await page.mouse.move(50, 20)
    await page.mouse.move(10, 10)
    const before = performance.now()
    await page.mouse.click(10, 10)
    await eventually(async () => expect(value(await person.ask('getDraft', { tabId }))?.picks).toHaveLength(1), 60_000)
    const answeredAfter = performance.now() - before
    const draft = await person.completeDraft(tabId)
    const [pick] = draft.picks
    expect(pick?.tag).toBe('b')
    expect(await evaluatePlainly(page, 'window.wasCalled ?? false')).toBe(false)
    for (const { name, source } of pick?.components ?? []) {
      expect(name.length).toBeLessThanOrEqual(200)
      expect(name).not.toMatch(/[\u0000-\u001f\u202e]/)
      expect(source).toBeUndefined()
    }
    const { context, tokens } = contextFromDraft(draft, SEND_EVERYTHING, { crops: new Map() }, null)
    const bytes = Buffer.byteLength(JSON.stringify(context))
    expect(bytes).toBeLessThanOrEqual(1_000_000)
    if (OVERSIZED.some(oversized => oversized === name)) expect(context.truncated).not.toEqual([])
    expect(tokens).toBeLessThanOrEqual(SEND_EVERYTHING.budget)
    // Nothing invisible, and no words of the page outside of texts.
    expect(describePageContext(context)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u200b\u202a-\u202e\u2060-\u2069\u{e0000}-\u{e007f}]/u)
    rows.push({ name, answeredAfter, bytes, tokens, cut: context.truncated, problems: draft.problems.map(({ code }) => code) })
    expect(performance.now() - before).toBeLessThan(90_000)
  })

  it('has no effect by sending what the parts of the extension send each other', async () => {
    const { page, tabId } = await person.open(`${server.origin}/plain`)
    await person.startPointing(tabId)
    await page.mouse.move(60, 20)
    await page.evaluate(
      `(async () => {
        const names = ${JSON.stringify(Object.keys(MESSAGES))}
        const element = { path: [0, 1, 0], tag: 'b', box: { x: 0, y: 0, width: 1, height: 1 } }
        const data = { tabId: ${tabId}, number: 1, runId: '0'.repeat(32), nonce: '0'.repeat(32), element, isMoreToCome: false, reason: 'cancelled', discardMarkers: true, nextNumber: 1 }
        for (const type of names) {
          const message = { id: 1, type, data, timestamp: Date.now() }
          for (const sent of [message, JSON.stringify(message), { type: '@webext-core/messaging/window', message, namespace: 'fixpoint' }]) {
            window.postMessage(sent, '*')
            new BroadcastChannel('fixpoint').postMessage(sent)
            for (const target of [window, document, document.documentElement, ...document.querySelectorAll('[popover]')]) {
              target.dispatchEvent(new CustomEvent(type, { detail: sent, bubbles: true }))
              target.dispatchEvent(new CustomEvent('@webext-core/messaging/custom-events', { detail: sent }))
              target.dispatchEvent(new MessageEvent('message', { data: sent, source: window }))
            }
          }
          try { await window.chrome?.runtime?.sendMessage?.('${person.browser.extensionId}', message) } catch {}
          try { window.chrome?.runtime?.connect?.('${person.browser.extensionId}') } catch {}
        }
      })()`
    )
    await page.waitForTimeout(500)
    expect(value(await person.ask('getDraft', { tabId }))).toBeNull()
    expect(value(await person.ask('getPointing', { tabId })).status).toBe('pointing')
    // The control: the person's own click has an effect.
    await page.mouse.click(60, 20)
    expect((await person.completeDraft(tabId)).picks).toHaveLength(1)
  })

  it('cannot ask for what only the panel may, not even with its process taken over', async () => {
    const { page, tabId } = await person.open(`${server.origin}/plain`)
    await person.pickAt(page, tabId, 20, 20)
    // As a content script: this is all that a taken-over page process could be.
    const worker = await person.browser.worker()
    const send = async (type: string, data: object) =>
      JSON.stringify(
        await worker.evaluate(
          `chrome.scripting.executeScript({ target: { tabId: ${tabId} }, args: [${JSON.stringify({ id: 1, type, data, timestamp: 1 })}],
            func: message => chrome.runtime.sendMessage(message) }).then(([{ result }]) => result)`
        )
      )
    for (const [type, sender] of Object.entries(MESSAGES)) {
      if (sender !== 'panel') continue
      const answer = await send(type, { tabId, windowId: 1, number: 1, requestId: '1', index: 0, revision: 1, annotated: null })
      expect([type, answer]).toEqual([type, expect.stringContaining('sender_not_allowed')])
    }
    const element = { path: [0, 1, 0], tag: 'b', box: { x: 0, y: 0, width: 1, height: 1 } }
    const id = '0'.repeat(32)
    expect(await send('picked', { runId: id, nonce: id, number: 2, kind: 'element', element, isMoreToCome: false })).toContain(
      'sender_not_allowed'
    )
    expect(await send('describeElement', { runId: id, element })).toContain('sender_not_allowed')
    expect(await send('componentChains', { runId: id, elements: [element] })).toContain('sender_not_allowed')
    expect(await send('holdTimers', { runId: id, isHeld: true })).toContain('sender_not_allowed')
    expect(await send('loadPickerTools', { runId: id })).toContain('sender_not_allowed')
    expect(await send('pointerEntered', { runId: id, at: Date.now() })).toContain('sender_not_allowed')
    expect(await send('pointingEnded', { runId: id, reason: 'cancelled' })).toContain('sender_not_allowed')
    expect(await send('picked', { runId: 1 })).toContain('invalid_message')
    expect(await send('picked', { runId: 'x'.repeat(300_000) })).toContain('capture_too_large')
    expect(value(await person.ask('getDraft', { tabId }))?.picks).toHaveLength(1)
    // Nor read what the extension keeps.
    const stored = await worker.evaluate(
      `chrome.scripting.executeScript({ target: { tabId: ${tabId} }, func: async () => {
        const read = async area => { try { return JSON.stringify(await chrome.storage[area].get(null)) } catch (error) { return 'refused' } }
        return [await read('session'), await read('local')] } }).then(([{ result }]) => result)`
    )
    expect(stored).toEqual(['refused', 'refused'])
  })

  it('cannot use a nonce twice', async () => {
    const { page, tabId } = await person.open(`${server.origin}/plain`)
    await person.startPointing(tabId)
    await page.mouse.move(60, 20)
    const worker = await person.browser.worker()
    const run = (await worker.evaluate(`chrome.storage.session.get('run:${tabId}').then(all => all['run:${tabId}'])`)) as {
      runId: string
      documents: { nonce: string }[]
    }
    const element = { path: [1, 1, 0], tag: 'b', box: { x: 0, y: 0, width: 1, height: 1 } }
    const message = {
      id: 1,
      type: 'picked',
      timestamp: 1,
      data: { runId: run.runId, nonce: run.documents[0]?.nonce, number: 1, kind: 'element', element, isMoreToCome: true }
    }
    const answers = await worker.evaluate(
      `chrome.scripting.executeScript({ target: { tabId: ${tabId} }, args: [${JSON.stringify(message)}],
        func: message => Promise.all([1, 2, 3].map(() => chrome.runtime.sendMessage(message))) }).then(([{ result }]) => result.map(answer => answer.res))`
    )
    // Taken once, and only once; the element does not exist in the picker, so that nothing comes of it.
    expect((answers as { ok: boolean }[]).map(({ ok }) => ok).sort()).toEqual([false, false, true])
    await page.keyboard.press('Escape')
    await eventually(async () => expect(value(await person.ask('getPointing', { tabId })).status).toBe('off'))
    expect(value(await person.ask('getDraft', { tabId }))).toBeNull()
  })

  it('may write itself anew while it is captured', async () => {
    const { page, tabId } = await person.open(`${server.origin}/plain`)
    await person.startPointing(tabId)
    await page.mouse.move(50, 20)
    await page.evaluate(`setTimeout(() => { document.open(); document.write('<title>New</title><p>New page'); document.close() }, 40)`)
    await page.mouse.click(60, 20)
    // Either the pick was taken before, or its loss is told; pointing ends and the extension goes on.
    await eventually(async () => expect(['off', 'pointing']).toContain(value(await person.ask('getPointing', { tabId })).status))
    await person.ask('stopPointing', { tabId })
    value(await person.ask('clearDraft', { tabId }))
    const draft = value(await person.ask('takeScreenshot', { tabId }))
    expect(draft.title).toBe('New')
  })
})
