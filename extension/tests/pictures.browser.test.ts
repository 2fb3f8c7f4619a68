import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PageServer, servePages } from './pages.ts'
import { Person, value } from './person.ts'

const box = (css: string, extra = '') =>
  `<!doctype html><title>Picture</title><style>body{margin:0;background:#fff} #box{width:200px;height:100px;${css}}</style><div id="box"></div>${extra}`

describe('pictures', () => {
  let person: Person
  let server: PageServer

  beforeAll(async () => {
    server = await servePages({
      '/': box('background:linear-gradient(90deg,red 50%,blue 50%)'),
      '/oklch': box('background:oklch(0.7 0.2 140)'),
      '/color-mix': box('background:color-mix(in oklab, red, blue)'),
      '/many': box('background:green', '<i></i>'.repeat(5_100)),
      '/tall': box('background:green;height:4500px'),
      '/below': `${box('background:green;margin-top:3000px')}`,
      '/dark': `<!doctype html><html style="color-scheme:dark"><title>Dark</title><body style="background:#101014;color:#eee"><h1>Dark page</h1>`,
      '/claims-dark': `<!doctype html><html class="dark"><title>White</title><body style="background:#fff"><h1>Says dark, shows white</h1>`,
      '/long': `<!doctype html><title>Long</title><style>body{margin:0;background:#fff} header,footer{position:fixed;left:0;right:0;height:40px;background:#f00} header{top:0} footer{bottom:0;background:#00f} nav{position:sticky;top:0;height:30px;background:#ff0}</style><div style="height:60px"></div><nav></nav><header></header><footer></footer><div style="height:3000px;background:#0a0"></div><p><input value="Quixotry"></p>`,
      '/shell': `<!doctype html><title>Shell</title><style>html,body{margin:0;height:100%;overflow:hidden} body{display:grid;grid-template:40px 1fr 30px/150px 1fr} header,footer{grid-column:1/3;background:#f00} footer{background:#00f} aside{background:#ff0;overflow:auto} main{overflow:auto;scroll-behavior:smooth;background:#fff}</style><header></header><aside><div style="height:2000px"></div></aside><main><div style="height:1400px;background:#0a0"></div><input value="Quixotry"></main><footer></footer>`,
      '/other': '<!doctype html><title>Other</title>',
      '/constructors': `<!doctype html><title>Side effects</title><h1>Side effects</h1><x-counted></x-counted><img src="/none.png" onerror="window.errors=(window.errors||0)+1"><script>
        customElements.define('x-counted', class extends HTMLElement { constructor() { super(); window.made = (window.made || 0) + 1 } })</script>`
    })
    person = await Person.start()
  })
  afterAll(async () => {
    await person.close()
    await server.close()
  })

  it('draws an element by html2canvas', async () => {
    const { page, tabId } = await person.open(server.origin)
    const draft = await person.pick(page, tabId, '#box')
    expect(draft.picks[0]?.crop).toMatchObject({ method: 'html2canvas', width: 200, height: 100 })
    expect(draft.picks[0]?.crop?.note).toBeUndefined()
    const crop = draft.picks[0]?.crop?.dataUrl ?? ''
    const [left, all] = await person.contrasts(
      crop,
      [
        { x: 4, y: 4, width: 90, height: 90 },
        { x: 0, y: 0, width: 200, height: 100 }
      ],
      1
    )
    expect(left).toBeLessThan(20)
    expect(all).toBeGreaterThan(200)
    expect(draft.screenshot).toMatchObject({ width: await page.evaluate('innerWidth'), height: await page.evaluate('innerHeight') })
  })

  it.each(['/oklch', '/color-mix'])('falls back to html2canvas-pro where html2canvas throws: %s', async path => {
    const { page, tabId } = await person.open(`${server.origin}${path}`)
    const { picks } = await person.pick(page, tabId, '#box')
    expect(picks[0]?.crop).toMatchObject({ method: 'html2canvas-pro', note: expect.stringMatching(/html2canvas: .*color/) })
  })

  it('cuts the element out of the screenshot where the page is too large to be drawn', async () => {
    const { page, tabId } = await person.open(`${server.origin}/many`)
    const { picks } = await person.pick(page, tabId, '#box')
    expect(picks[0]?.crop).toMatchObject({
      method: 'visible-tab',
      width: 200,
      height: 100,
      note: expect.stringContaining('more than 5000 elements')
    })
    expect(await person.contrasts(picks[0]?.crop?.dataUrl ?? '', [{ x: 1, y: 1, width: 198, height: 98 }], 1)).toEqual([
      expect.toSatisfy(value => value < 8)
    ])
  })

  it('says when only a part of the element is in the picture', async () => {
    const { page, tabId } = await person.open(`${server.origin}/tall`)
    const { picks } = await person.pickAt(page, tabId, 50, 50)
    expect(picks[0]?.crop).toMatchObject({ method: 'visible-tab', note: expect.stringContaining('only the part inside the window') })
  })

  it('does not run the page’s code to draw it', async () => {
    const { page, tabId } = await person.open(`${server.origin}/constructors`)
    await page.waitForFunction('window.errors === 1')
    const { picks } = await person.pick(page, tabId, 'h1')
    expect(picks[0]?.crop?.method).toBe('html2canvas')
    await page.waitForTimeout(300)
    expect(await page.evaluate('[made, errors]')).toEqual([1, 1])
  })

  it('takes no picture of another tab', async () => {
    const { page, tabId } = await person.open(server.origin)
    const other = await person.browser.context.newPage()
    await other.goto(`${server.origin}/other`)
    const draft = value(await person.ask('takeScreenshot', { tabId }))
    expect(draft.screenshot).toBeUndefined()
    expect(draft.problems).toMatchObject([{ code: 'screenshot_unavailable' }])
    await other.close()
    await page.bringToFront()
    expect(value(await person.ask('takeScreenshot', { tabId })).screenshot).toBeDefined()
  })

  it('puts the whole page together, with what is fixed only once, and gives the page back', async () => {
    const { page, tabId } = await person.open(`${server.origin}/long`)
    await page.evaluate('scrollTo(0, 500)')
    const before = await page.content()
    const draft = value(await person.ask('takeWholePage', { tabId }))
    expect(await page.evaluate('scrollY')).toBe(500)
    expect(await page.content()).toBe(before)
    const height = Number(await page.evaluate('document.documentElement.scrollHeight'))
    const width = Number(await page.evaluate('innerWidth'))
    const scale = Math.min(1, 1280 / width)
    expect(draft.screenshot).toMatchObject({ extent: 'page', height: Math.round(height * scale) })
    // The green middle is of one colour: no header, footer or navigation in it.
    const [green] = await person.contrasts(draft.screenshot?.dataUrl ?? '', [{ x: 20, y: 110, width: width - 60, height: 2900 }], scale)
    expect(green).toBeLessThan(12)
    expect(draft.redactions).toMatchObject({ 'form value': expect.any(Number) })
  })

  it('puts together what an app has in an area that scrolls by itself, and says what it leaves', async () => {
    const { page, tabId } = await person.open(`${server.origin}/shell`)
    await page.evaluate(`document.querySelector('main').scrollTo({ top: 300, behavior: 'instant' })`)
    const before = await page.content()
    const draft = value(await person.ask('takeWholePage', { tabId }))
    expect(await page.evaluate(`document.querySelector('main').scrollTop`)).toBe(300)
    expect(await page.content()).toBe(before)
    const [width = 0, height = 0, hidden = 0] = await page.evaluate<number[]>(
      `[innerWidth, innerHeight, document.querySelector('main').scrollHeight - document.querySelector('main').clientHeight]`
    )
    const scale = Math.min(1, 1280 / width)
    expect(draft.screenshot).toMatchObject({ extent: 'page', height: Math.round((height + hidden) * scale) })
    const all = height + hidden
    const parts = {
      header: [0, 0, width, 40],
      aside: [0, 40, 130, 200],
      green: [150, 40, width - 170, 1400],
      footer: [0, all - 30, width, 30]
    }
    const boxes = Object.values(parts).map(([x = 0, y = 0, across = 0, down = 0]) => ({
      x: x + 4,
      y: y + 4,
      width: across - 8,
      height: down - 8
    }))
    const contrasts = await person.contrasts(draft.screenshot?.dataUrl ?? '', boxes, scale)
    for (const contrast of contrasts) expect(contrast).toBeLessThan(12)
    expect(draft.redactions).toMatchObject({ 'form value': expect.any(Number) })
    expect(draft.truncated).toContain('Picture of the whole page: one more area scrolls by itself and is as it stands')
  })

  it.each([
    ['/', 'light'],
    ['/dark', 'dark'],
    ['/claims-dark', 'light']
  ])('knows what colours the page really shows: %s', async (path, scheme) => {
    const { tabId } = await person.open(`${server.origin}${path}`)
    expect(value(await person.ask('takeScreenshot', { tabId })).colorScheme).toBe(scheme)
  })
})

describe('pictures on a dense screen', () => {
  it('are at most 2,560 pixels wide', async () => {
    const server = await servePages({ '/': box('background:green') })
    const person = await Person.start({ deviceScaleFactor: 3 })
    try {
      const { page, tabId } = await person.open(server.origin)
      const draft = await person.pick(page, tabId, '#box')
      expect(draft.viewport.deviceScaleFactor).toBe(3)
      expect(draft.screenshot?.width).toBe(2_560)
      expect(draft.picks[0]?.crop).toMatchObject({ width: 400, height: 200 })
    } finally {
      await person.close()
      await server.close()
    }
  })
})
