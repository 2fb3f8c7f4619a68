import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOverlay } from './overlay-reader.ts'
import { type PageServer, servePages } from './pages.ts'
import { EXTENSION_FOLDER, eventually, Person, value } from './person.ts'

const PAGES = {
  '/turned': `<!doctype html><title>Turned</title><body style="margin:0;height:2000px"><div id="turned" style="position:absolute;left:200px;top:150px;width:200px;height:100px;rotate:30deg;background:#ddd">Turned</div>
    <div style="transform:scale(2);transform-origin:0 0;position:absolute;left:20px;top:400px"><p id="scaled" style="margin:0;width:100px;height:30px">Scaled</p></div>`,
  '/zoomed': `<!doctype html><html style="zoom:1.5"><title>Zoomed</title><body style="margin:0"><p id="zoomed" style="margin:40px;width:100px;height:20px">Zoomed</p>`,
  '/contrast': `<!doctype html><title>Contrast</title><style>body{margin:0;background:#fff}p{margin:0;padding:10px;width:300px}</style>
    <p id="fails" style="color:#999">Grey</p><p id="aa" style="color:#767676">Darker</p><p id="aaa" style="color:#000">Black</p>
    <p id="over" style="color:#fff;background:linear-gradient(red,blue)">Gradient</p>
    <div style="background:#000"><p id="dark" style="color:rgb(255 255 255 / 0.5)">Half</p></div>
    <div style="position:relative;height:40px"><div style="position:absolute;inset:0;background:#222"></div><p id="sibling" style="position:relative;color:#222">On a sibling</p></div>`,
  '/model': `<!doctype html><title>Model</title><body style="margin:0"><div id="box" style="margin:20px 10px 30px;border:2px solid;padding:8px 16px;width:200px;height:60px">Box</div>`,
  '/layers': `<!doctype html><title>Layers</title><body style="margin:0"><button id="under" style="position:absolute;left:50px;top:50px;width:200px;height:60px">Under</button>
    <canvas id="deep" style="position:absolute;left:40px;top:40px;width:240px;height:100px;z-index:-1;background:#eee"></canvas>
    <div id="veil" style="position:absolute;inset:0;background:rgb(0 0 0 / 0.2)"></div>
    <div style="position:absolute;left:400px;top:50px;width:100px;height:40px"><button id="faint" disabled style="pointer-events:none;width:100px;height:40px"><b id="word">Disabled</b></button></div>`,
  '/modal': `<!doctype html><title>Modal</title><body style="margin:0"><p id="behind" style="margin:0;position:absolute;left:300px;top:300px;width:100px;height:30px">Behind</p><dialog style="left:0;top:0;margin:0;width:600px;height:600px"><button id="inside">Inside</button>
    <div id="pop" popover="manual" style="left:200px;top:200px;margin:0;width:100px;height:50px;padding:0;border:0;background:#000"></div></dialog><script>document.querySelector('dialog').showModal()</script>`,
  '/hover': `<!doctype html><title>Hover</title><style>body{margin:0}nav{position:absolute;left:20px;top:20px;width:100px;height:30px;background:#ddd}
    ul{display:none;position:absolute;left:0;top:30px;margin:0;padding:0;list-style:none;background:#eee}li{width:160px;height:30px} nav:hover ul{display:block} @media (min-width:1px){nav:hover{outline:2px solid red}}
    @keyframes spin{to{rotate:360deg}}#spinner{position:absolute;left:400px;top:20px;width:50px;height:50px;background:#f00;animation:spin 1s linear infinite}</style>
    <nav>Menu<ul><li>One</li><li id="two">Two</li></ul></nav><div id="spinner"></div><output></output>
    <script>let count = 0; const tick = () => { document.querySelector('output').value = String(++count); setTimeout(tick, 20) }; tick()</script>`,
  '/moving': `<!doctype html><title>Moving</title><body style="margin:0"><x-moving></x-moving><script>
    const silence = new DataView(new ArrayBuffer(8044))
    const put = (at, text) => [...text].forEach((letter, index) => silence.setUint8(at + index, letter.charCodeAt(0)))
    put(0, 'RIFF'); silence.setUint32(4, 8036, true); put(8, 'WAVEfmt '); silence.setUint32(16, 16, true); silence.setUint16(20, 1, true); silence.setUint16(22, 1, true)
    silence.setUint32(24, 8000, true); silence.setUint32(28, 8000, true); silence.setUint16(32, 1, true); silence.setUint16(34, 8, true); put(36, 'data'); silence.setUint32(40, 8000, true)
    for (let at = 44; at < 8044; at++) silence.setUint8(at, 128)
    const address = URL.createObjectURL(new Blob([silence], { type: 'audio/wav' }))
    customElements.define('x-moving', class extends HTMLElement { constructor() { super(); const root = this.attachShadow({ mode: 'closed' })
      root.innerHTML = '<style>@keyframes grow{to{width:300px}}i{display:block;width:10px;height:9px;animation:grow 1s linear infinite}</style><i></i>'
        + '<svg width="9" height="9"><rect width="9" height="1"><animate attributeName="height" from="1" to="9" dur="1s" repeatCount="indefinite"/></rect></svg>'
        + '<video id="on" loop></video><audio id="off" loop></audio><video id="live"></video>'
      const [i, rect, on, off, video] = ['i', 'rect', '#on', '#off', '#live'].map(name => root.querySelector(name))
      window.onload = () => { on.src = off.src = address; on.muted = video.muted = true; on.playbackRate = 0.5; on.play()
        const canvas = document.createElement('canvas'); canvas.getContext('2d'); video.srcObject = canvas.captureStream(); video.play() }
      window.media = { on, off, video }
      window.moved = () => [getComputedStyle(i).width, rect.height.animVal.value, on.currentTime] } })</script>`,
  '/region': `<!doctype html><title>Region</title><style>body{margin:0}section{position:absolute;left:20px;top:20px;width:500px;height:300px}b,i{position:absolute;display:block;width:80px;height:40px;background:#cde}</style>
    <section id="board"><b id="a" style="left:10px;top:10px">A</b><b id="c" style="left:120px;top:10px"><span>C</span></b><b id="out" style="left:230px;top:10px">Out</b><i style="left:10px;top:200px"></i></section>`,
  '/text': `<!doctype html><title>Text</title><body style="margin:0;font:20px/30px monospace"><p id="words" style="margin:0">The <em>quick</em> brown fox <input value="typed secret"> jumps</p><p id="next" style="margin:0">Second line</p>`,
  '/graphics': `<!doctype html><title>Graphics</title><body style="margin:0"><canvas id="chart" width="300" height="200" style="position:absolute;left:20px;top:20px"></canvas>
    <svg width="200" height="200" style="position:absolute;left:400px;top:20px"><g id="group"><path id="slice" d="M10 10h100v100h-100z" fill="teal"/><text x="20" y="180">Words</text></g></svg>`,
  '/components': `<!doctype html><title>Components</title><body style="margin:0"><div id="app"><ul id="list"><li id="one"><b id="inner">One</b></li><li id="two"><b>Two</b></li></ul></div><script>
    const App = { type: function App() {}, tag: 0, return: null }, List = { type: function List() {}, tag: 0, return: App }
    const host = (id, above) => { document.querySelector(id).__reactFiber$x = { type: 'x', tag: 5, return: above } }
    host('#app', App); host('#list', List)
    for (const id of ['#one', '#two']) { const Item = { type: function Item() {}, tag: 0, return: List, _debugOwner: List, _debugSource: { fileName: 'src/List.jsx', lineNumber: 7, columnNumber: 5 } }; host(id, Item); host(id + ' b', Item) }</script>`,
  '/focus': `<!doctype html><html lang="en" class="a"><title>Focus</title><body style="margin:0" class="b"><input id="field" value="x"><iframe id="frame" srcdoc="<input id=inner>"></iframe><div style="height:300px;overflow:auto" id="scroller"><div style="height:2000px"><p style="margin-top:900px"><a href="#x" id="far">Far</a></p></div></div><x-box></x-box>
    <script>customElements.define('x-box', class extends HTMLElement { constructor() { super(); this.attachShadow({mode:'open'}).innerHTML = '<style>p{color:red}</style><p>In shadow</p>' } })</script>`,
  '/hostile': `<!doctype html><title>Hostile</title><script>
    window.seen = { roots: 0, hosts: [], events: [], points: 0 }
    const attach = Element.prototype.attachShadow
    Element.prototype.attachShadow = function (init) { seen.roots++; return attach.call(this, { ...init, mode: 'open' }) }
    Document.prototype.elementFromPoint = function () { seen.points++; return document.querySelector('#decoy') }
    document.elementFromPoint = Document.prototype.elementFromPoint
    Element.prototype.getBoundingClientRect = function () { return new DOMRect(0, 0, 1, 1) }
    EventTarget.prototype.addEventListener = function () {}
    new MutationObserver(records => { for (const { addedNodes } of records) for (const node of addedNodes) if (node.nodeType === 1 && node.hasAttribute('popover')) seen.hosts.push({ shadow: node.shadowRoot, inside: node.innerHTML, text: node.textContent, children: node.childNodes.length, parent: node.parentNode.localName }) }).observe(document, { childList: true, subtree: true })
    </script><style>* { outline: 5px solid red !important } ::backdrop { background: black !important } div::before { content: 'page' !important; position: fixed; inset: 0; background: black }</style>
    <body style="margin:0"><b id="decoy" style="position:absolute;left:600px;top:600px">Decoy</b><button id="real" style="position:absolute;left:50px;top:50px;width:100px;height:40px">Real</button>`
}

/** Everything of a page that one can compare: elements and attributes, shadow roots, sheets, focus, selection, scroll, own names. */
const SNAPSHOT = `(() => {
  const write = root => [...root.querySelectorAll('*')].map(element => element.shadowRoot ? element.localName + write(element.shadowRoot) : '').join('') + (root.innerHTML ?? root.documentElement.outerHTML)
  const active = document.activeElement
  return JSON.stringify({
    html: write(document),
    sheets: [document.adoptedStyleSheets.length, ...[...document.querySelectorAll('*')].map(element => element.shadowRoot?.adoptedStyleSheets.length ?? 0)].join(),
    focus: [active.localName, active.id, active.contentDocument?.activeElement?.id, active.contentDocument?.hasFocus()],
    selection: String(getSelection()),
    scroll: [...document.querySelectorAll('*')].map(element => element.scrollTop + ',' + element.scrollLeft).join(';'),
    names: Object.getOwnPropertyNames(window).length, symbols: Object.getOwnPropertySymbols(window).length,
    natives: [setTimeout, setInterval, requestAnimationFrame, clearTimeout, console.error, Element.prototype.attachShadow].map(String).join(),
    animations: document.getAnimations().map(({ playState, playbackRate }) => playState + playbackRate).join()
  })
})()`

describe('the picker', () => {
  let person: Person
  let server: PageServer

  beforeAll(async () => {
    server = await servePages(PAGES)
    person = await Person.start()
  })
  afterAll(async () => {
    await person.close()
    await server.close()
  })

  /** Opens a page, begins to point and moves the mouse to a place. */
  async function pointAt(path: string, x: number, y: number): Promise<{ page: Page; tabId: number }> {
    const opened = await person.open(`${server.origin}${path}`)
    await person.startPointing(opened.tabId)
    await moveTo(opened.page, x, y)
    return opened
  }

  async function moveTo(page: Page, x: number, y: number): Promise<void> {
    await page.mouse.move(x + 9, y + 9)
    await page.mouse.move(x, y)
  }

  const label = (page: Page, expected: RegExp) =>
    eventually(async () => {
      const drawing = await readOverlay(page)
      expect(drawing?.label ?? '').toMatch(expected)
      return drawing
    }, 4_000)

  async function leave(page: Page, tabId: number): Promise<void> {
    await page.keyboard.press('Escape')
    await eventually(async () => expect(value(await person.ask('getPointing', { tabId })).status).toBe('off'))
  }

  it('draws the outline turned and scaled as the element is', async () => {
    const { page, tabId } = await pointAt('/turned', 300, 200)
    const drawing = await label(page, /#turned · 200 × 100/)
    const real = await page.evaluate(
      '(({ x, y, width, height }) => ({ x, y, width, height }))(document.querySelector("#turned").getBoundingClientRect())'
    )
    expect(drawing?.boxes['outline']?.[0]).toMatchObject(near(real))
    await moveTo(page, 60, 420)
    expect((await label(page, /#scaled · 100 × 30/))?.boxes['outline']?.[0]).toMatchObject(near({ x: 20, y: 400, width: 200, height: 60 }))
    await leave(page, tabId)
  })

  it('draws in place on a page that is zoomed as a whole', async () => {
    const { page, tabId } = await pointAt('/zoomed', 90, 75)
    const drawing = await label(page, /#zoomed/)
    const real = await page.evaluate(
      '(({ x, y, width, height }) => ({ x, y, width, height }))(document.querySelector("#zoomed").getBoundingClientRect())'
    )
    expect(drawing?.boxes['outline']?.[0]).toMatchObject(near(real))
    expect(drawing?.zoom).toBe(1)
    await page.mouse.click(90, 75)
    expect((await person.completeDraft(tabId)).picks[0]).toMatchObject({ selectors: ['#zoomed'] })
  })

  it('says how well a text stands out from what is really behind it', async () => {
    const { page, tabId } = await pointAt('/contrast', 30, 20)
    const rows: [string, RegExp][] = [
      ['fails', /2\.8 ✕ AA needs 4\.5/],
      ['aa', /4\.5 ✓ AA$/],
      ['aaa', /21 ✓ AAA/],
      ['over', /over a picture/],
      ['dark', /5\.2 ✓ AA$/],
      ['sibling', /1 ✕ AA needs 4\.5/]
    ]
    for (const [id, expected] of rows) {
      const { x, y } = await middle(page, `#${id}`)
      await moveTo(page, x, y)
      await label(page, new RegExp(`#${id}`))
      await eventually(async () => expect((await readOverlay(page))?.parts).toContainEqual(expect.stringMatching(expected)), 4_000)
    }
    await leave(page, tabId)
  })

  it('shows the box model with its figures while Alt is held', async () => {
    const { page, tabId } = await pointAt('/model', 100, 60)
    await label(page, /#box/)
    expect((await readOverlay(page))?.boxes['model']).toBeUndefined()
    await page.keyboard.down('Alt')
    const drawing = await label(page, /margin 20 10 30 · border 2 · padding 8 16 · content 200 × 60/)
    expect(drawing?.boxes['model']?.[0]).toMatchObject(near({ x: 10, y: 20, width: 236, height: 80 }))
    await page.keyboard.up('Alt')
    await eventually(async () => expect((await readOverlay(page))?.boxes['model']).toBeUndefined())
    await leave(page, tabId)
  })

  it('goes through what lies under the pointer with brackets and wheel, and sees what takes no pointer', async () => {
    const { page, tabId } = await pointAt('/layers', 100, 80)
    await label(page, /#veil/)
    await page.keyboard.press(']')
    await label(page, /#under.* 2 of 3 here/)
    await page.keyboard.press(']')
    await label(page, /#deep.* 3 of 3 here/)
    // Nothing scrolls here, so that the wheel is free.
    await page.mouse.wheel(0, -100)
    await label(page, /#under.* 2 of 3/)
    await page.keyboard.press('Enter')
    expect((await person.completeDraft(tabId)).picks[0]).toMatchObject({ selectors: ['#under'] })
    value(await person.ask('clearDraft', { tabId }))
    await page.evaluate('document.querySelector("#veil").remove()')
    await person.startPointing(tabId)
    await moveTo(page, 405, 55)
    await label(page, /#faint/)
    await leave(page, tabId)
  })

  it('stands above dialogs and popovers that open later, and reaches what lies behind them', async () => {
    const { page, tabId } = await pointAt('/modal', 30, 30)
    await label(page, /#inside|dialog/)
    await page.evaluate('document.querySelector("#pop").showPopover()')
    await moveTo(page, 250, 225)
    await label(page, /#pop/)
    // The popover is one black surface: what is seen at its rim is drawn above it.
    await eventually(async () => {
      const shot = await page.screenshot({ clip: { x: 200, y: 200, width: 100, height: 50 } })
      const parts = [
        { x: 20, y: 10, width: 60, height: 30 },
        { x: 0, y: 0, width: 100, height: 50 }
      ]
      const [middle, all] = await person.contrasts(`data:image/png;base64,${shot.toString('base64')}`, parts, 1)
      expect([(middle ?? 255) < 5, (all ?? 0) > 60]).toEqual([true, true])
    })
    await moveTo(page, 350, 315)
    await label(page, /dialog/)
    await page.keyboard.press(']')
    await label(page, /#behind/)
    await page.keyboard.press('Enter')
    expect((await person.completeDraft(tabId)).picks[0]).toMatchObject({ selectors: ['#behind'] })
  })

  it('holds hover, animations and timers with the freeze key, and gives them back', async () => {
    const { page, tabId } = await person.open(`${server.origin}/hover`)
    const isOpen = () => page.evaluate('getComputedStyle(document.querySelector("ul")).display === "block"')
    const count = () => page.evaluate('Number(document.querySelector("output").value)')
    const angle = () => page.evaluate('getComputedStyle(document.querySelector("#spinner")).rotate')
    await page.mouse.move(50, 30)
    expect(await isOpen()).toBe(true)
    const withoutCount = (html: string) => html.replace(/<output>\d*<\/output>/, '<output></output>')
    const before = withoutCount(await page.content())
    await person.startPointing(tabId)
    await page.keyboard.press('f')
    await eventually(async () => expect((await readOverlay(page))?.mode).toMatch(/Frozen/))
    await page.mouse.move(600, 400)
    await page.mouse.move(620, 420)
    expect(await isOpen()).toBe(true)
    // The timer that ran out last is the last.
    await eventually(async () => {
      const [first, turned] = [await count(), await angle()]
      await page.waitForTimeout(150)
      expect([await count(), await angle()]).toEqual([first, turned])
    })
    await moveTo(page, 60, 100)
    await label(page, /#two/)
    const held = Number(await count())
    await leave(page, tabId)
    expect(withoutCount(await page.content())).toBe(before)
    await page.mouse.move(600, 400)
    await page.mouse.move(620, 420)
    await eventually(async () => expect(await isOpen()).toBe(false))
    await eventually(async () => expect(Number(await count())).toBeGreaterThan(held))
    expect(
      await page.evaluate('[String(setTimeout), document.getAnimations()[0].playbackRate, document.adoptedStyleSheets.length]')
    ).toEqual(['function setTimeout() { [native code] }', 1, 0])
  })

  it('holds what moves in closed shadow roots, pictures and media, and nothing is played that was not', async () => {
    const { page, tabId } = await person.open(`${server.origin}/moving`)
    const moved = () => page.evaluate<(string | number)[]>('moved()')
    const isMoving = async () => {
      const before = await moved()
      await page.waitForTimeout(100)
      return (await moved()).map((value, index) => value !== before[index])
    }
    const playing = () => page.evaluate('Object.values(media).map(({ paused, playbackRate }) => [paused, playbackRate])')
    const before = [
      [false, 0.5],
      [true, 1],
      [false, 1]
    ]
    await eventually(async () => expect([await isMoving(), await playing()]).toEqual([[true, true, true], before]))
    await person.startPointing(tabId)
    await page.keyboard.press('f')
    await eventually(async () => expect(await isMoving()).toEqual([false, false, false]))
    expect(await playing()).toEqual([
      [false, 0],
      [true, 1],
      [true, 1]
    ])
    await leave(page, tabId)
    await eventually(async () => expect([await isMoving(), await playing()]).toEqual([[true, true, true], before]))
  })

  it('picks a region with what lies in it, and its picture', async () => {
    const { page, tabId } = await pointAt('/region', 25, 25)
    await page.mouse.down()
    await page.mouse.move(120, 60)
    await page.mouse.move(230, 90)
    await label(page, /Region \| 205 × 65/)
    await page.mouse.up()
    const draft = await person.completeDraft(tabId)
    expect(draft.picks).toHaveLength(1)
    expect(draft.picks[0]).toMatchObject({
      selectors: ['#board'],
      region: {
        box: { x: 25, y: 25, width: 205, height: 65 },
        elements: [
          { selectors: ['#a'], tag: 'b', text: 'A' },
          { selectors: ['#c'], tag: 'b', text: 'C' }
        ],
        omitted: 0
      },
      crop: { method: 'visible-tab', width: 205, height: 65 }
    })
  })

  it('picks a text that was selected before, and one that is dragged over, without what was typed', async () => {
    const { page, tabId } = await person.open(`${server.origin}/text`)
    await page.evaluate('getSelection().selectAllChildren(document.querySelector("em"))')
    await person.startPointing(tabId)
    await label(page, /“quick”/)
    await page.keyboard.press('Enter')
    const first = await person.completeDraft(tabId)
    expect(first.picks[0]).toMatchObject({ selectors: [expect.stringContaining('em')], selection: { text: 'quick', start: 0, end: 5 } })
    expect(await page.evaluate('String(getSelection())')).toBe('quick')
    value(await person.ask('clearDraft', { tabId }))
    await page.evaluate('getSelection().removeAllRanges()')
    await person.startPointing(tabId)
    await page.keyboard.press('t')
    const { x } = await middle(page, 'em')
    await page.mouse.move(1, 15)
    await page.mouse.down()
    await page.mouse.move(x, 15)
    await page.mouse.move(400, 46, { steps: 3 })
    await page.mouse.up()
    const second = await person.completeDraft(tabId)
    expect(second.picks[0]?.selection?.text).toBe('The quick brown fox jumps Second line')
    expect(JSON.stringify(second.picks)).not.toContain('typed secret')
    expect(await page.evaluate('String(getSelection())')).toBe('')
  })

  it('walks from component to component with Shift', async () => {
    const { page, tabId } = await pointAt('/components', 52, 25)
    await label(page, /#inner/)
    // Item is of a package and has no place; List, which wrote it, has.
    const { parts } = (await label(page, /List/)) ?? {}
    expect([parts?.[0], parts?.at(-1)]).toEqual(['Item', 'src/List.jsx:7'])
    const way: [string, RegExp][] = [
      ['ArrowUp', /#one/],
      ['ArrowRight', /#two/],
      ['ArrowUp', /#list/],
      ['ArrowUp', /#app/],
      ['ArrowDown', /#list/],
      ['ArrowDown', /#one/]
    ]
    for (const [key, expected] of way) {
      await page.keyboard.press(`Shift+${key}`)
      await label(page, expected)
    }
    await leave(page, tabId)
  })

  it('picks a place in a canvas and a part of an SVG', async () => {
    const { page, tabId } = await pointAt('/graphics', 120, 90)
    await page.keyboard.down('Shift')
    await page.mouse.click(120, 90)
    await page.keyboard.up('Shift')
    await moveTo(page, 450, 70)
    await page.mouse.click(450, 70)
    const { picks, outline } = await person.completeDraft(tabId)
    expect(outline.map(({ pick, text }) => [pick, text.split(' ')[0]]).filter(([pick]) => pick !== undefined)).toEqual([
      [1, 'canvas#chart'],
      [2, 'path#slice']
    ])
    expect(picks).toMatchObject([
      { selectors: ['#chart'], point: { x: 100, y: 70 } },
      { selectors: ['#slice'], tag: 'path', box: { x: 410, y: 30, width: 100, height: 100 } }
    ])
    expect(picks[1]?.crop).toMatchObject({ width: 100, height: 100 })
    value(await person.ask('clearDraft', { tabId }))
  })

  it('leaves the page exactly as it was: elements, sheets, focus in a frame, selection, scroll, names', async () => {
    const { page, tabId } = await person.open(`${server.origin}/focus`)
    await page.frameLocator('#frame').locator('#inner').focus()
    const before = await page.evaluate(SNAPSHOT)
    await person.startPointing(tabId)
    await page.mouse.move(100, 200)
    await page.mouse.move(120, 220)
    for (const key of ['f', 'Tab', 'Tab', 'Tab', 'ArrowUp', 'Shift+ArrowUp', 'Shift+ArrowDown', ']', '[', 't', 't', 'Alt', 'f'])
      await page.keyboard.press(key)
    await page.evaluate('document.querySelector("#scroller").scrollTop')
    await leave(page, tabId)
    await eventually(async () => expect(await readOverlay(page)).toBeNull())
    await eventually(async () => expect(await page.evaluate(SNAPSHOT)).toBe(before))
    // The control: one attribute more is seen.
    await page.evaluate('document.body.dataset.x = 1')
    expect(await page.evaluate(SNAPSHOT)).not.toBe(before)
  })

  it('works by the keyboard alone: Tab to what one means, Space adds, Enter ends', async () => {
    const { page, tabId } = await person.open(`${server.origin}/focus`)
    await person.startPointing(tabId)
    await page.keyboard.press('Tab')
    await label(page, /#field/)
    await page.keyboard.press('Space')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await label(page, /#far/)
    await page.keyboard.press('Enter')
    const draft = await person.completeDraft(tabId)
    expect(draft.picks.map(({ tag }) => tag)).toEqual(['input', 'a'])
    value(await person.ask('clearDraft', { tabId }))
  })

  it('keeps what was drawn beside the screenshot, and says when another one has come', async () => {
    const { page, tabId } = await person.open(`${server.origin}/model`)
    const { screenshot } = value(await person.ask('takeScreenshot', { tabId }))
    if (!screenshot) throw new Error('There is no screenshot.')
    const marks = [{ kind: 'arrow' as const, color: '#e5243b', from: { x: 10, y: 10 }, to: { x: 90, y: 90 } }]
    const drawn = value(await person.ask('annotate', { tabId, annotated: { ...screenshot, marks } }))
    expect(drawn).toMatchObject({ screenshot, annotated: { marks, isCurrent: true } })
    const later = await person.pick(page, tabId, '#box')
    expect(later.annotated).toMatchObject({ marks, isCurrent: false })
    expect(value(await person.ask('annotate', { tabId, annotated: null }))?.annotated).toBeUndefined()
    value(await person.ask('clearDraft', { tabId }))
  })

  it('cannot be seen into, led astray or painted over by the page', async () => {
    const { page, tabId } = await pointAt('/hostile', 100, 70)
    const drawing = await label(page, /#real/)
    expect(drawing?.boxes['outline']?.[0]).toMatchObject(near({ x: 50, y: 50, width: 100, height: 40 }))
    expect(await page.evaluate('seen')).toEqual({
      roots: 0,
      hosts: [{ shadow: null, inside: '', text: '', children: 0, parent: 'html' }],
      events: [],
      points: 0
    })
    // Neither the page's backdrop nor its pseudo-elements cover anything.
    const picture = `data:image/png;base64,${(await page.screenshot({ clip: { x: 300, y: 300, width: 40, height: 40 } })).toString('base64')}`
    expect(await person.contrasts(picture, [{ x: 4, y: 4, width: 30, height: 30 }], 1)).toEqual([0])
    await page.mouse.click(100, 70)
    expect((await person.completeDraft(tabId)).picks[0]).toMatchObject({ selectors: ['#real'] })
    // A page that turns the overlay to lead the person astray loses it.
    await person.startPointing(tabId)
    await page.evaluate('document.querySelector("html > [popover]").style.setProperty("transform", "translate(50px, 0)", "important")')
    await eventually(async () =>
      expect(value(await person.ask('getPointing', { tabId }))).toMatchObject({ status: 'off', failure: { code: 'frame_changed' } })
    )
  })
})

describe('frames of another site that the person has given access to', () => {
  let person: Person
  let server: PageServer
  let folder: string

  beforeAll(async () => {
    server = await servePages({
      '/': `<!doctype html><title>Shop</title><body style="margin:0"><h1 id="top" style="margin:0;height:60px">Shop</h1>
        <iframe src="{otherOrigin}/pay" style="margin-left:70px;width:400px;height:300px;border:5px solid"></iframe>`,
      '/pay': `<!doctype html><title>Pay</title><body style="margin:0"><button id="pay" style="position:absolute;left:20px;top:30px;width:120px;height:40px" onclick="parent.postMessage('clicked','*')">Pay now</button>
        <input value="4242 4242 4242 4242" style="position:absolute;left:20px;top:90px;width:200px"><iframe src="{origin}/inner" style="position:absolute;left:20px;top:140px;width:200px;height:100px;border:0"></iframe>`,
      '/inner': `<!doctype html><title>Inner</title><body style="margin:0"><p id="deep" style="margin:10px;width:100px;height:20px">Deep inside</p>`
    })
    // What the person’s consent comes to: the site is among those that the extension may see.
    folder = await mkdtemp(join(tmpdir(), 'fixpoint-extension-'))
    await cp(EXTENSION_FOLDER, folder, { recursive: true })
    const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))
    await writeFile(
      join(folder, 'manifest.json'),
      JSON.stringify({ ...manifest, host_permissions: ['http://localhost/*', 'http://127.0.0.1/*'] })
    )
    person = await Person.start({ extensionFolder: folder })
  })
  afterAll(async () => {
    await person.close()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('are pointed into, with places and selectors from the top, and notice nothing', async () => {
    const { page, tabId } = await person.open(server.origin)
    await page.evaluate('window.addEventListener("message", event => { window.fromFrame = event.data })')
    await person.startPointing(tabId)
    await page.mouse.move(30, 30)
    await page.mouse.move(40, 40)
    await eventually(async () => expect((await readOverlay(page))?.label).toMatch(/#top/))
    await page.mouse.move(150, 100)
    await page.mouse.move(155, 120)
    // The outline of the top document goes when the pointer is in the frame.
    await eventually(async () => expect((await readOverlay(page))?.label).toBe(''))
    await page.keyboard.down('Shift')
    await page.mouse.click(155, 120)
    await page.keyboard.up('Shift')
    await page.mouse.move(40, 40)
    await page.mouse.move(45, 45)
    await page.mouse.click(45, 45)
    const draft = await person.completeDraft(tabId)
    expect(draft.picks).toMatchObject([
      { number: 1, selectors: ['body > iframe', '#pay'], tag: 'button', text: 'Pay now', box: { x: 95, y: 95, width: 120, height: 40 } },
      { number: 2, selectors: ['#top'] }
    ])
    expect(draft.picks[0]?.crop).toMatchObject({ method: 'html2canvas' })
    expect(JSON.stringify(draft)).not.toContain('4242')
    expect(await page.evaluate('window.fromFrame ?? null')).toBeNull()
    // The frame is in the picture, and in it what was typed is covered.
    const [button, field] = await person.contrasts(
      draft.screenshot?.dataUrl ?? '',
      [
        { x: 95, y: 95, width: 120, height: 40 },
        { x: 100, y: 160, width: 180, height: 10 }
      ],
      1
    )
    expect([(button ?? 0) > 50, (field ?? 255) < 10]).toEqual([true, true])
    value(await person.ask('clearDraft', { tabId }))
  })

  it('are pointed into by a quick hand too: that the pointer was elsewhere before is old news', async () => {
    const { page, tabId } = await person.open(server.origin)
    await person.startPointing(tabId)
    await page.mouse.move(40, 40)
    await eventually(async () => expect((await readOverlay(page))?.label).toMatch(/#top/))
    const inTop = Date.now()
    await page.waitForTimeout(50)
    await page.mouse.move(150, 100)
    await page.mouse.move(155, 120)
    await page.mouse.down()
    // On a busy machine it comes when the button in the frame is held down.
    await person.tellDocuments(tabId, 'leavePointer', { at: inTop })
    await page.mouse.up()
    const draft = await person.completeDraft(tabId)
    expect(draft.picks).toMatchObject([{ selectors: ['body > iframe', '#pay'] }])
    value(await person.ask('clearDraft', { tabId }))
  })

  it('are pointed into also where one is in another', async () => {
    const { page, tabId } = await person.open(server.origin)
    const draft = await person.pickAt(page, tabId, 75 + 20 + 10 + 30, 65 + 140 + 10 + 10)
    expect(draft.picks).toMatchObject([
      { selectors: ['body > iframe', 'body > iframe', '#deep'], box: { x: 105, y: 215, width: 100, height: 20 } }
    ])
  })
})

function near(box: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(box as Record<string, number>).map(([name, length]) => [name, expect.closeTo(length, 0)]))
}

async function middle(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const box = await page.locator(selector).boundingBox()
  if (!box) throw new Error(`${selector} is not shown.`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}
