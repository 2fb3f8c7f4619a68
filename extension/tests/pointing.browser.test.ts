import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PageDraft } from '../src/draft.ts'
import { type PageServer, servePages } from './pages.ts'
import { eventually, Person, value } from './person.ts'

// Records everything that a page could notice: events of the person, changes of the document, listeners' effects.
const WITNESS = `<script>
  window.noticed = { events: [], mutations: [] }
  const types = ['pointerdown','pointerup','pointermove','mousedown','mouseup','mousemove','mouseover','click','auxclick','contextmenu','keydown','keyup','focusin']
  for (const type of types) document.addEventListener(type, event => noticed.events.push(type + (event.isTrusted ? '' : ' (made)')), true)
  const tell = records => { for (const record of records) {
    const nodes = [...record.addedNodes, ...record.removedNodes].map(node => node.nodeName + (node.nodeType === 1 && node.hasAttribute('popover') ? '[popover]' : ''))
    noticed.mutations.push(record.type + ' ' + record.target.nodeName + ' ' + (record.attributeName ?? nodes.join(',')))
  } }
  new MutationObserver(tell).observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
</script>`

const SHOP = `<!doctype html><html lang="en"><head><title>Shop</title>${WITNESS}</head><body>
<main><h1>Mugs</h1><section class="card" style="width:300px"><h2>Blue mug</h2><p class="price">$12.00</p>
<button data-testid="add" onclick="window.clicks=(window.clicks||0)+1">Add to cart</button> <button disabled id="sold-out">Sold out</button></section>
<a href="/elsewhere" id="link">Elsewhere</a> <i aria-label='say "hi"'>quoted</i></main></body></html>`

describe('pointing', () => {
  let person: Person
  let server: PageServer

  beforeAll(async () => {
    server = await servePages({
      '/': SHOP,
      '/busy': `<!doctype html><title>Busy</title><h1>Busy</h1><iframe src="/inside"></iframe><script>
        window.loaded = 0
        ;(async () => { for (let i = 0; i < 300; i += 20)
          await Promise.all([...Array(20).keys()].map(j => fetch('/inside?n=' + (i + j)).then(() => window.loaded++))) })()</script>`,
      '/dialog': `<!doctype html><title>Dialog</title><button id="under">Under</button><dialog><button id="over">In the dialog</button></dialog>
        <script>document.querySelector('dialog').showModal()</script>`,
      '/frame': `<!doctype html><title>Frame</title><body style="margin:0"><div style="height:60px"></div>
        <iframe src="/inside" style="margin-left:70px;width:300px;height:150px;border:5px solid;padding:3px"></iframe>
        <iframe src="{otherOrigin}/foreign" id="foreign" style="width:200px;height:100px"></iframe></body>`,
      '/inside': `<!doctype html><body style="margin:0"><p style="margin:10px;width:100px;height:20px" id="inner" onclick="top.clicks=1">Inner text</p></body>`,
      '/outline': `<!doctype html><title>Outline</title><body style="margin:0"><div><div><div><div><div><div><ul id="list"><li id="one">One</li><li id="radix-:r1:" data-testid="two">Two</li></ul></div></div></div></div></div></div><div id="shell"><template shadowrootmode="open"><header style="height:30px">Header of the shell</header></template></div><script>
        const List = { type: function List() {}, tag: 0, return: null }
        const [one, two] = document.querySelectorAll('li')
        one.__reactFiber$x = two.__reactFiber$x = { type: 'li', tag: 5, _debugOwner: List, _debugSource: { fileName: 'src/List.jsx', lineNumber: 7, columnNumber: 5 }, return: List }</script>`,
      '/around-app': `<!doctype html><title>Around</title><body style="margin:0"><iframe src="/app" style="width:300px;height:150px;border:0"></iframe>`,
      '/app': `<!doctype html><body style="margin:0"><b id="in-app" style="display:block;height:60px">In the app</b><script src="/app.js"></script>`,
      '/app.js': {
        html: `function InFrame() { return 'what the app in the frame draws' }
          window.__svelte = { v: new Set(['4']) }
          document.querySelector('#in-app').__reactFiber$x = { type: 'b', tag: 5, return: { type: InFrame, tag: 0, return: null } }`,
        headers: { 'content-type': 'text/javascript' }
      },
      '/foreign': `<!doctype html><button style="width:100%;height:80px" onclick="parent.postMessage('clicked','*')">Foreign</button>`,
      '/shadow': `<!doctype html><title>Shadow</title><x-open></x-open><x-closed></x-closed><script>
        customElements.define('x-open', class extends HTMLElement { constructor() { super(); this.attachShadow({mode:'open'}).innerHTML = '<p class="in-open">Open shadow</p>' } })
        customElements.define('x-closed', class extends HTMLElement { constructor() { super(); this.attachShadow({mode:'closed'}).innerHTML = '<p class="in-closed">Closed shadow</p>' } })
        </script>`,
      '/strict': {
        html: `<!doctype html><title>Strict</title><h1 id="strict">Strict page</h1>`,
        headers: {
          'content-security-policy':
            "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'; sandbox allow-same-origin allow-scripts"
        }
      },
      '/stops-at-document': `<!doctype html><title>Stops</title><button id="target">Target</button><script>
        for (const type of ['pointerdown','pointerup','pointermove','mousemove','mousedown','mouseup','click','keydown'])
          document.addEventListener(type, event => { event.stopImmediatePropagation(); event.preventDefault() }, true)</script>`,
      '/stops-at-window': `<!doctype html><title>Stops</title><style>body{margin:0}button,p{display:block;width:300px;height:60px;margin:20px}</style><p>Text</p><button id="target">Target</button><script>
        for (const type of ['pointerdown','pointerup','pointermove','pointerover','pointerout','pointerenter','pointerleave','mousemove','mouseover','mouseout','mouseenter','mouseleave','mousedown','mouseup','click'])
          window.addEventListener(type, event => event.stopImmediatePropagation(), true)</script>`,
      '/covered': `<!doctype html><title>Covered</title><style>article{position:relative;width:300px;padding:20px}a::after{content:'';position:absolute;inset:0}</style>
        <article><h2><a href="/elsewhere">Blue mug</a></h2><p class="reviews">1 reviews</p></article>`,
      '/removes': `<!doctype html><title>Removes</title><h1>Page</h1><script>
        new MutationObserver(records => { for (const record of records) for (const node of record.addedNodes)
          if (node.nodeType === 1 && node.hasAttribute('popover')) setTimeout(() => node.remove(), 300) }).observe(document.documentElement, { childList: true })</script>`
    })
    person = await Person.start()
  })
  afterAll(async () => {
    await person.close()
    await server.close()
  })

  async function noticed(page: Page): Promise<{ events: string[]; mutations: string[] }> {
    return page.evaluate('JSON.parse(JSON.stringify(noticed))')
  }

  it('picks the clicked element, and the page notices neither the mouse nor the click', async () => {
    const { page, tabId } = await person.open(server.origin)
    await page.evaluate('noticed.events.length = 0')
    const draft = await person.pick(page, tabId, '[data-testid="add"]')
    expect(draft.picks).toMatchObject([
      {
        number: 1,
        selectors: ['button[data-testid="add"]'],
        tag: 'button',
        testId: 'add',
        role: 'button',
        accessibleName: 'Add to cart',
        text: 'Add to cart'
      }
    ])
    expect(draft.outline.find(line => line.pick === 1)?.text).toMatch(/^button\[data-testid="add"\] "Add to cart" @\d+,\d+ \d+×\d+/)
    expect(await page.evaluate('window.clicks ?? 0')).toBe(0)
    expect((await noticed(page)).events).toEqual([])
    // The control: without pointing the same click arrives.
    await page.click('[data-testid="add"]')
    expect(await page.evaluate('window.clicks')).toBe(1)
  })

  it('picks what is seen where a link covers its whole card, and the link where the link is seen', async () => {
    const { page, tabId } = await person.open(`${server.origin}/covered`)
    // The control: the browser itself finds the link there.
    expect(
      await page.evaluate(
        `(({ x, y }) => document.elementFromPoint(x + 5, y + 5).localName)(document.querySelector('p').getBoundingClientRect())`
      )
    ).toBe('a')
    expect((await person.pick(page, tabId, 'p')).picks).toMatchObject([{ tag: 'p', text: '1 reviews' }])
    value(await person.ask('clearDraft', { tabId }))
    expect((await person.pick(page, tabId, 'a')).picks).toMatchObject([{ tag: 'a', text: 'Blue mug' }])
  })

  it('leaves everything as it was after Escape', async () => {
    const { page, tabId } = await person.open(server.origin)
    const before = await page.content()
    const styles = await page.evaluate('document.adoptedStyleSheets.length')
    await page.evaluate('noticed.events.length = noticed.mutations.length = 0')
    await person.startPointing(tabId)
    await page.mouse.move(60, 60)
    await page.mouse.move(150, 150, { steps: 5 })
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Escape')
    await eventually(async () => expect(value(await person.ask('getPointing', { tabId })).status).toBe('off'))
    expect(await page.content()).toBe(before)
    expect(await page.evaluate('document.adoptedStyleSheets.length')).toBe(styles)
    expect(await noticed(page)).toEqual({ events: [], mutations: ['childList HTML DIV[popover]', 'childList HTML DIV[popover]'] })
    expect(await page.evaluate('Object.getOwnPropertySymbols(window).length')).toBe(0)
    expect(await page.evaluate('Function.prototype.toString.call(console.error)')).toBe('function error() { [native code] }')
    expect(value(await person.ask('getDraft', { tabId }))).toBeNull()
    await page.click('[data-testid="add"]')
    expect(await page.evaluate('window.clicks')).toBe(1)
  })

  it('hears the console from the beginning of pointing until the draft is sent, and then gives it back', async () => {
    const { page, tabId } = await person.open(server.origin)
    await page.evaluate(`console.error('before pointing')`)
    await person.startPointing(tabId)
    await page.evaluate(`console.error('while pointing')`)
    await page.click('[data-testid="add"]')
    await person.completeDraft(tabId)
    // What a button does that is said to do nothing shows when it is pressed after it was pointed at.
    await page.evaluate(`console.error('after the pick')`)
    const texts = (draft: PageDraft | null) => draft?.console.map(({ text }) => text)
    expect(texts(value(await person.ask('readConsole', { tabId })))).toEqual(['while pointing', 'after the pick'])
    expect(texts(value(await person.ask('readConsole', { tabId })))).toEqual(['while pointing', 'after the pick'])
    value(await person.ask('clearDraft', { tabId }))
    expect(await page.evaluate('Function.prototype.toString.call(console.error)')).toBe('function error() { [native code] }')
    expect(await page.evaluate('Object.getOwnPropertySymbols(window).length')).toBe(0)
  })

  it('tells of requests that failed after the browser had stopped keeping what it measures, in frames too', async () => {
    const { page, tabId } = await person.open(`${server.origin}/busy`)
    await page.waitForFunction('window.loaded === 300')
    await person.startPointing(tabId)
    await page.evaluate(`fetch('/missing-in-page', { method: 'DELETE' })`)
    await page.evaluate(`document.querySelector('iframe').contentWindow.eval("fetch('/missing-in-frame')")`)
    await expect.poll(() => server.requests.filter(({ path }) => path.startsWith('/missing-in-')).length).toBe(2)
    await page.click('h1')
    const draft = await person.completeDraft(tabId)
    const missing = draft.requests.map(({ method, url, status }) => `${status} ${method} ${new URL(url).pathname}`)
    expect(missing.filter(request => request.includes('/missing-in-')).sort()).toEqual([
      '404 DELETE /missing-in-page',
      '404 GET /missing-in-frame'
    ])
    expect(draft.truncated.join()).toMatch(/Failed requests: of \d+ before Fixpoint came the browser has kept nothing/)
    // The page's own buffer is as it was.
    expect(await page.evaluate(`performance.getEntriesByType('resource').length`)).toBe(250)
  })

  it('adds picks with Shift, numbers them on the page, and takes them off again', async () => {
    const { page, tabId } = await person.open(server.origin)
    await person.startPointing(tabId)
    await page.mouse.move(20, 20)
    await page.keyboard.down('Shift')
    for (const selector of ['h1', '.price']) await page.locator(selector).click({ force: true, noWaitAfter: true })
    await page.keyboard.up('Shift')
    await page.locator('[data-testid="add"]').click({ force: true })
    const draft = await person.completeDraft(tabId)
    expect(draft.picks.map(({ number, tag }) => [number, tag])).toEqual([
      [1, 'h1'],
      [2, 'p'],
      [3, 'button']
    ])
    expect(await page.locator('html > div[popover]').count()).toBe(1)
    const fewer = value(await person.ask('removePick', { tabId, number: 2 }))
    expect(fewer?.picks.map(({ number }) => number)).toEqual([1, 3])
    expect(fewer?.outline).not.toContain('[2]')
    // Numbers are not given twice.
    const more = await person.pick(page, tabId, 'h2')
    expect(more.picks.map(({ number }) => number)).toEqual([1, 3, 4])
    value(await person.ask('clearDraft', { tabId }))
    expect(value(await person.ask('getDraft', { tabId }))).toBeNull()
    expect(await page.locator('html > div[popover]').count()).toBe(0)
  })

  it('works by the keyboard alone', async () => {
    const { page, tabId } = await person.open(server.origin)
    await page.focus('#link')
    await person.startPointing(tabId)
    // body → main → h1 → its neighbour → inside it → its neighbour
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowRight', 'Enter'])
      await page.keyboard.press(key)
    const draft = await person.completeDraft(tabId)
    expect(draft.picks.map(({ tag, text }) => [tag, text])).toEqual([['p', '$12.00']])
    expect(new URL(page.url()).pathname).toBe('/')
    expect(await page.evaluate('document.activeElement.id')).toBe('link')
  })

  it('picks disabled controls and does not follow links', async () => {
    const { page, tabId } = await person.open(server.origin)
    expect((await person.pick(page, tabId, '#sold-out')).picks[0]).toMatchObject({ selectors: ['#sold-out'] })
    await person.ask('clearDraft', { tabId })
    expect((await person.pick(page, tabId, '#link')).picks[0]).toMatchObject({ selectors: ['#link'], role: 'link' })
    expect(new URL(page.url()).pathname).toBe('/')
    await person.ask('clearDraft', { tabId })
    const [quoted] = (await person.pick(page, tabId, 'i')).picks
    expect(quoted).toMatchObject({ selectors: ['i[aria-label="say \\"hi\\""]'], accessibleName: 'say "hi"' })
    expect(await page.locator(quoted?.selectors[0] ?? '').count()).toBe(1)
  })

  it('takes no events that scripts have made', async () => {
    const { page, tabId } = await person.open(server.origin)
    await person.startPointing(tabId)
    await page.mouse.move(60, 60)
    await page.evaluate(`for (let i = 0; i < 100; i++) {
      const target = document.querySelector('[data-testid="add"]')
      for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'])
        target.dispatchEvent(new (type.startsWith('pointer') ? PointerEvent : MouseEvent)(type, { bubbles: true, clientX: 100, clientY: 150, button: 0 }))
      target.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
      target.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    }`)
    await page.waitForTimeout(300)
    expect(value(await person.ask('getDraft', { tabId }))).toBeNull()
    expect(value(await person.ask('getPointing', { tabId })).status).toBe('pointing')
    // They are the page's own business: it gets them all.
    expect(await page.evaluate('window.clicks')).toBe(100)
    await page.keyboard.press('Escape')
  })

  it('draws above dialogs and picks in them', async () => {
    const { page, tabId } = await person.open(`${server.origin}/dialog`)
    expect((await person.pick(page, tabId, '#over')).picks[0]).toMatchObject({ selectors: ['#over'] })
  })

  it('picks inside same-origin frames, with boxes of the top window', async () => {
    const { page, tabId } = await person.open(`${server.origin}/frame`)
    // 70 + border 5 + padding 3 + margin 10; 60 + 5 + 3 + 10
    const draft = await person.pickAt(page, tabId, 70 + 8 + 10 + 50, 60 + 8 + 10 + 10)
    expect(draft.picks[0]).toMatchObject({ tag: 'p', text: 'Inner text', box: { x: 88, y: 78, width: 100, height: 20 } })
    expect(draft.picks[0]?.selectors).toEqual(['body > iframe:nth-of-type(1)', '#inner'])
    expect(await page.evaluate('window.clicks ?? 0')).toBe(0)
  })

  it('looks for the components of a same-origin frame in what that frame has loaded', async () => {
    const { page, tabId } = await person.open(`${server.origin}/around-app`)
    const draft = await person.pickAt(page, tabId, 20, 20)
    expect(draft.picks[0]).toMatchObject({ tag: 'b', components: [{ name: 'InFrame', source: { file: 'app.js' } }] })
    expect(draft.frameworks).toContain('Svelte 4')
  })

  it('tells of the surroundings where they are written, and of landmarks in shadow roots where they are', async () => {
    const { page, tabId } = await person.open(`${server.origin}/outline`)
    const { outline } = await person.pick(page, tabId, '#one')
    expect(outline.find(({ text }) => text.includes('"Two"'))).toMatchObject({
      text: expect.stringMatching(/^li\[data-testid="two"\]/),
      place: 'src/List.jsx:7'
    })
    expect(outline.find(({ text }) => text.includes('Header of the shell'))?.text).toMatch(/^header \(banner\) .* @0,\d+ \d+×30/)
  })

  it('picks a frame of another site as a whole, without a click in it', async () => {
    const { page, tabId } = await person.open(`${server.origin}/frame`)
    await page.evaluate('window.addEventListener("message", event => { window.fromFrame = event.data })')
    const draft = await person.pick(page, tabId, '#foreign')
    // The panel offers to point inside.
    expect(draft.picks[0]).toMatchObject({ tag: 'iframe', selectors: ['#foreign'], frameOrigin: server.otherOrigin })
    expect(await page.evaluate('window.fromFrame ?? null')).toBeNull()
  })

  it('picks in open and closed shadow roots', async () => {
    const { page, tabId } = await person.open(`${server.origin}/shadow`)
    expect((await person.pick(page, tabId, 'x-open')).picks[0]).toMatchObject({
      selectors: ['body > x-open', 'p.in-open'],
      text: 'Open shadow'
    })
    await person.ask('clearDraft', { tabId })
    expect((await person.pick(page, tabId, 'x-closed')).picks[0]).toMatchObject({ text: 'Closed shadow', tag: 'p' })
  })

  it('works under a strict content security policy with Trusted Types', async () => {
    const { page, tabId } = await person.open(`${server.origin}/strict`)
    const violations: string[] = []
    page.on('console', message => violations.push(message.text()))
    await page.evaluate(
      `window.violated = []; document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => violated.push(violatedDirective + ' ' + blockedURI))`
    )
    expect((await person.pick(page, tabId, '#strict')).picks[0]).toMatchObject({ selectors: ['#strict'], text: 'Strict page' })
    expect(violations.filter(text => /security policy|trusted ?type|trustedhtml/i.test(text))).toEqual([])
    expect(await page.evaluate('violated')).toEqual([])
    // The control: what the page itself may not do is told.
    await page.evaluate(`{ const style = document.createElement('style'); style.textContent = 'p {}'; document.head.append(style) }`)
    await expect.poll(() => page.evaluate('violated.length')).toBe(1)
    expect(violations.filter(text => /security policy/i.test(text))).toHaveLength(1)
  })

  it.each(['/stops-at-document', '/stops-at-window'])('works where the page stops events: %s', async path => {
    const { page, tabId } = await person.open(`${server.origin}${path}`)
    await page.mouse.move(5, 5)
    await person.startPointing(tabId)
    const box = await page.locator('#target').boundingBox()
    if (!box) throw new Error('no target')
    for (let step = 0; step < 12; step++) {
      await page.mouse.move(30, 30 + ((step * 40) % 120))
      await page.waitForTimeout(60)
    }
    await page.mouse.move(box.x + 10, box.y + 10, { steps: 3 })
    await page.mouse.click(box.x + 10, box.y + 10)
    expect((await person.completeDraft(tabId)).picks[0]).toMatchObject({ selectors: ['#target'] })
  })

  it('ends with a reason when the page removes the overlay', async () => {
    const { page, tabId } = await person.open(`${server.origin}/removes`)
    await person.startPointing(tabId)
    await page.mouse.move(60, 60)
    await eventually(async () => {
      expect(value(await person.ask('getPointing', { tabId }))).toMatchObject({ status: 'off', failure: { code: 'frame_changed' } })
    })
  })

  it('forgets the run when the page is left, and keeps the draft', async () => {
    const { page, tabId } = await person.open(server.origin)
    await person.pick(page, tabId, 'h1')
    await person.startPointing(tabId)
    await page.reload()
    await eventually(async () => expect(value(await person.ask('getPointing', { tabId })).status).toBe('off'))
    expect(value(await person.ask('getDraft', { tabId }))?.picks).toHaveLength(1)
  })

  it('begins once for a request that is asked again, also where the person has picked since', async () => {
    const { page, tabId } = await person.open(server.origin)
    const start = { tabId, requestId: crypto.randomUUID() }
    expect(value(await person.ask('startPointing', start)).status).toBe('pointing')
    await person.endServiceWorker()
    expect(value(await person.ask('startPointing', start)).status).toBe('pointing')
    await page.locator('h2').click({ force: true })
    await person.completeDraft(tabId)
    expect(value(await person.ask('startPointing', start)).status).toBe('off')
    // The control: another request begins.
    expect(value(await person.ask('startPointing', { ...start, requestId: crypto.randomUUID() })).status).toBe('pointing')
    expect(value(await person.ask('stopPointing', { tabId })).status).toBe('off')
  })

  it('goes on after the service worker was ended', async () => {
    const { page, tabId } = await person.open(server.origin)
    await person.startPointing(tabId)
    await page.mouse.move(60, 60)
    await person.endServiceWorker()
    await page.locator('h2').click({ force: true })
    expect((await person.completeDraft(tabId)).picks[0]).toMatchObject({ tag: 'h2' })
  })
})
