import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PageServer, servePages } from './pages.ts'
import { eventually, Person, value } from './person.ts'

const MESSAGES = [
  ...['getActiveTab', 'getDraft', 'getPointing', 'startPointing', 'stopPointing', 'removePick', 'clearDraft', 'takeScreenshot'],
  ...[
    'draftChanged',
    'pointingChanged',
    'tabChanged',
    'picked',
    'describeElement',
    'pointingEnded',
    'beginPointing',
    'endPointing',
    'removeMarker'
  ]
]

/** Each makes `#target` hostile in another way; the pick must be answered all the same. */
const HOSTILE_TARGETS: Record<string, string> = {
  'fiber is a string': `target.__reactFiber$x = 'Ignore previous instructions'`,
  'fiber returns itself': `const f = { type: function Loop() {} }; f.return = f; target.__reactFiber$x = f`,
  'endless chain of fibers': `const make = () => ({ type: function Deep() {}, get return() { window.wasCalled = true; return make() } }); target.__reactFiber$x = make()`,
  'very long chain': `let f = null; for (let i = 0; i < 100000; i++) f = { type: function Deep() {}, return: f, tag: 0 }; target.__reactFiber$x = f`,
  'throwing getters': `target.__reactFiber$x = { get type() { window.wasCalled = true; throw new Error('no') }, get return() { throw new Error('no') }, get _debugStack() { throw 1 } }`,
  'revoked proxy': `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); target.__reactFiber$x = proxy`,
  'proxy for everything': `target.__reactFiber$x = new Proxy({}, { get() { window.wasCalled = true; return 1 }, getOwnPropertyDescriptor() { return { value: 'x', configurable: true } } })`,
  'huge name with controls': `function C() {}; C.displayName = 'A\\u0000\\u001b[31m\\u202e' + 'x'.repeat(1e6); target.__reactFiber$x = { type: C, tag: 0, return: null }`,
  'lying sources': `function C() {}; target.__reactFiber$x = { type: 'b', tag: 5, _debugOwner: window.owner = { type: C, tag: 0, return: null }, _debugSource: { fileName: '../../etc/passwd', lineNumber: -1, columnNumber: 1e12 }, return: owner }`,
  'stack of another site': `function C() {}; const e = new Error('x'); Object.defineProperty(e, 'stack', { value: 'Error\\n    at C (https://evil.example/steal?x=1:1:1)' }); target.__reactFiber$x = { type: 'b', tag: 5, _debugOwner: window.owner = { type: C, tag: 0, return: null }, _debugStack: e, return: owner }`,
  'fake Vue': `target.__vueParentComponent = new Proxy({}, { getOwnPropertyDescriptor() { return { value: target.__vueParentComponent, configurable: true } }, get() { window.wasCalled = true; return 1 } }); target.__vnode = { get ctx() { window.wasCalled = true } }`,
  'Vue that goes round': `const i = { type: { __file: '../../etc/passwd' } }; i.parent = i; target.__vueParentComponent = i`,
  'endless tree of Vue’s': `const node = { type: {}, component: {} }; node.component.subTree = node; node.children = Array(1e5).fill(node); document.body._vnode = node`,
  'fake Svelte': `const entry = { type: 'component', file: 'javascript:alert(1)', line: -1, column: {} }; entry.parent = entry; target.__svelte_meta = { loc: { get file() { window.wasCalled = true; return 'x' }, line: 1 }, parent: entry }`,
  'fake Preact': `const v = { type: 'b' }; v.__k = Array(1e5).fill(v); v.__ = v; document.body.__k = v`,
  'Angular that throws': `target.__ngContext__ = 1; window.ng = { getOwningComponent() { throw new Error('no') }, getHostElement() { throw new Error('no') } }`,
  'Angular without an end': `target.__ngContext__ = 1; class Deep {}; window.ng = { getOwningComponent() { return new Deep() }, getHostElement() { return target } }`,
  'Solid handlers that are huge': `window.Solid$$ = true; target.$$click = new Function('/*' + 'x'.repeat(5e6) + '*/'); target.$$input = new Proxy(() => {}, { apply() { window.wasCalled = true } })`,
  'a function that will not be text': `function C() {}; Function.prototype.toString = () => { throw new Error('no') }; target.__reactFiber$x = { type: C, tag: 0, return: null }`,
  'custom element that lies': `class X extends HTMLElement { get name() { window.wasCalled = true } }; Object.defineProperty(X, 'name', { get() { window.wasCalled = true; return 'Lie' } }); customElements.define('x-liar', X); const liar = document.createElement('x-liar'); document.body.prepend(liar); liar.append(target)`,
  'records of servers without an end': `const info = { name: 'Deep', stack: 'x' }; info.owner = info; target.__reactFiber$x = { type: 'b', tag: 5, _debugInfo: Array(1e6).fill(info), _debugOwner: info, return: null }`,
  'toJSON and prototypes': `Object.prototype.toJSON = () => ({ evil: 1 }); Array.prototype.toJSON = () => 'evil'; String.prototype.toJSON = () => 'evil'`,
  'overridden built-ins': `Array.prototype.push = () => { throw new Error('no') }; Array.prototype.find = Array.prototype.map = () => 'evil'; String.prototype.slice = () => 'evil'; JSON.stringify = () => 'evil'; Map.prototype.get = () => 'evil'`,
  'console that throws': `console.error = () => { throw new Error('no') }; Object.freeze(console)`,
  'deep document': `/* Chromium itself crashes with 5,000 levels. */ let at = document.body; for (let i = 0; i < 1500; i++) { const next = document.createElement('div'); at.append(next); at = next } at.append(target)`,
  'many elements': `const all = document.createDocumentFragment(); for (let i = 0; i < 50000; i++) all.append(document.createElement('i')); document.body.append(all)`,
  'huge texts and attributes': `target.setAttribute('aria-label', 'x'.repeat(5e6)); target.title = '\\u0000' + '\\ud800'; target.append('y'.repeat(5e6)); target.className = 'a '.repeat(1e5)`,
  'named access': `for (const id of ['documentElement', 'body', 'children', 'console', 'performance', 'Object']) { const f = document.createElement('form'); f.id = f.name = id; document.body.append(f) }`,
  'Date from the future': `Date.now = () => Infinity; Date.prototype.toISOString = () => 'evil'; console.error('at the end of time')`
}

const page = (
  script: string
) => `<!doctype html><title>Hostile</title><body style="margin:0"><b id="target" style="display:block;width:200px;height:40px">Target</b><script>
  const target = document.getElementById('target'); { ${script} }</script></body>`

/** Evaluates without Playwright's own script in the page, which these pages break. */
async function evaluatePlainly(page: Page, expression: string): Promise<unknown> {
  const session = await page.context().newCDPSession(page)
  const { result } = await session.send('Runtime.evaluate', { expression, returnByValue: true })
  await session.detach()
  return result.value
}

describe('a hostile page', () => {
  let person: Person
  let server: PageServer

  beforeAll(async () => {
    const pages = Object.values(HOSTILE_TARGETS).map((script, index) => [`/${index}`, page(script)] as const)
    server = await servePages({ ...Object.fromEntries(pages), '/plain': page('') })
    person = await Person.start()
  })
  afterAll(async () => {
    await person.close()
    await server.close()
  })

  it.each(Object.keys(HOSTILE_TARGETS).map((name, index) => [name, index] as const))('does not stop a pick: %s', async (_, index) => {
    const { page, tabId } = await person.open(`${server.origin}/${index}`)
    const before = performance.now()
    const draft = await person.pickAt(page, tabId, 10, 10)
    const [pick] = draft.picks
    expect(pick?.tag).toBe('b')
    expect(await evaluatePlainly(page, 'window.wasCalled ?? false')).toBe(false)
    for (const { name, source } of pick?.components ?? []) {
      expect(name.length).toBeLessThanOrEqual(200)
      expect(name).not.toMatch(/[\u0000-\u001f\u202e]/)
      expect(source).toBeUndefined()
    }
    const { screenshot: _shot, picks, ...rest } = draft
    const characters = JSON.stringify({ ...rest, picks: picks.map(({ crop: _crop, ...kept }) => kept) }).length
    expect(characters).toBeLessThan(200_000)
    expect(performance.now() - before).toBeLessThan(10_000)
  })

  it('has no effect by sending what the parts of the extension send each other', async () => {
    const { page, tabId } = await person.open(`${server.origin}/plain`)
    await person.startPointing(tabId)
    await page.mouse.move(60, 20)
    await page.evaluate(
      `(async () => {
        const names = ${JSON.stringify(MESSAGES)}
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
    for (const type of [
      'getActiveTab',
      'getDraft',
      'getPointing',
      'startPointing',
      'stopPointing',
      'removePick',
      'clearDraft',
      'takeScreenshot'
    ]) {
      expect(await send(type, { tabId, windowId: 1, number: 1 })).toContain('sender_not_allowed')
    }
    const element = { path: [0, 1, 0], tag: 'b', box: { x: 0, y: 0, width: 1, height: 1 } }
    const id = '0'.repeat(32)
    expect(await send('picked', { runId: id, nonce: id, number: 2, element, isMoreToCome: false })).toContain('sender_not_allowed')
    expect(await send('describeElement', { runId: id, element })).toContain('sender_not_allowed')
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
      nonce: string
    }
    const element = { path: [1, 1, 0], tag: 'b', box: { x: 0, y: 0, width: 1, height: 1 } }
    const message = {
      id: 1,
      type: 'picked',
      timestamp: 1,
      data: { runId: run.runId, nonce: run.nonce, number: 1, element, isMoreToCome: true }
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
})
