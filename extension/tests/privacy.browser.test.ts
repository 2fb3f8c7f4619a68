import type { Box } from '@fixpoint/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PageServer, servePages } from './pages.ts'
import { eventually, Person, value } from './person.ts'

// Every planted value ends in its own number, so that a failure names the place. Tokens are put together here, not real ones.
const fields = {
  text: 'AnnSecret01',
  password: 'Hunter2Secret02',
  email: 'ann.secret03@example.org',
  tel: '+49 151 5550104',
  number: '918273605',
  search: 'SearchSecret06',
  url: 'https://secret07.example',
  otp: '483907',
  card: '4000056655665508',
  cvc: '909',
  textarea: 'TextareaSecret10',
  option: 'OptionSecret11',
  editable: 'EditableSecret12',
  textbox: 'TextboxSecret13',
  wrapped: 'WrappedSecret14',
  openShadow: 'OpenShadowSecret15',
  closedShadow: 'ClosedShadowSecret16',
  frame: 'FrameSecret17',
  hidden: 'HiddenSecret18',
  typed: 'TypedLaterSecret19',
  foreign: 'ForeignSecret20',
  combobox: 'ComboSecret21'
}
const jwt = `eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIyMiJ9'}.c2lnbmF0dXJlMjI`
const tokens = {
  jwt,
  aws: `AKIA${'IOSFODNN7EXAMP23'}`,
  github: `ghp_${'16C7e42F292c6912E7710c838347Ae178B24'}`,
  slack: `xoxb-${'123456789012-secret25'}`,
  google: `AIza${'SyD-9tSrke72PouQMnMX-a7eZSW0jkFMB26'}`,
  stripe: `sk_live_${'4eC39HqLyjWDarjtT127'}`,
  card: '4242 4242 4242 4242',
  hex: '9e107d9d372bb6826bd81d3542a41929',
  bearer: 'Bearer abcdef123456secret30',
  gitlab: `glpat-${'xxxxxx-12345678secret31'}`,
  named: 'password: hunter32secret',
  database: 'postgres://root:secret33@db.internal/shop'
}
const elsewhere = {
  dataAttribute: 'DataSecret34',
  onclick: 'OnclickSecret35',
  href: 'HrefSecret36',
  comment: 'CommentSecret37',
  script: 'ScriptSecret38',
  meta: 'MetaSecret39',
  cookie: 'CookieSecret40',
  localStorage: 'StorageSecret41',
  query: 'QuerySecret42',
  fragment: 'FragmentSecret43',
  background: 'BackgroundSecret44'
}
const inAttributes = {
  ariaLabel: `ghp_${'16C7e42F292c6912E7710c838347Ae178B45'}`,
  alt: `ghp_${'16C7e42F292c6912E7710c838347Ae178B46'}`,
  title: `ghp_${'16C7e42F292c6912E7710c838347Ae178B47'}`,
  id: `ghp_${'16C7e42F292c6912E7710c838347Ae178B48'}`,
  testId: `ghp_${'16C7e42F292c6912E7710c838347Ae178B49'}`,
  documentTitle: `ghp_${'16C7e42F292c6912E7710c838347Ae178B50'}`,
  console: `ghp_${'16C7e42F292c6912E7710c838347Ae178B51'}`,
  rejection: `ghp_${'16C7e42F292c6912E7710c838347Ae178B52'}`
}

const FORM = `<!doctype html><html lang="en"><head><title>Form ${inAttributes.documentTitle}</title><meta name="csrf-token" content="${elsewhere.meta}"></head>
<body style="font:16px/1.4 monospace;margin:10px"><!-- ${elsewhere.comment} -->
<script>window.state = { token: '${elsewhere.script}' }; document.cookie = 'session=${elsewhere.cookie}'; localStorage.setItem('token', '${elsewhere.localStorage}')</script>
<main id="form" data-token="${elsewhere.dataAttribute}" onclick="void '${elsewhere.onclick}'" style="padding:20px;background-image:url(/bg.png?X-Amz-Signature=${elsewhere.background})">
<h1>Checkout of many ordinary words</h1>
<input value="${fields.text}"> <input type="password" value="${fields.password}"> <input type="email" value="${fields.email}"> <input type="tel" value="${fields.tel}">
<input type="number" value="${fields.number}"> <input type="search" value="${fields.search}"> <input type="url" value="${fields.url}">
<input autocomplete="one-time-code" value="${fields.otp}"> <input autocomplete="cc-number" value="${fields.card}"> <input autocomplete="cc-csc" value="${fields.cvc}">
<input type="hidden" value="${fields.hidden}"> <input id="typed"> <textarea>${fields.textarea}</textarea> <select><option>${fields.option}</option></select>
<div contenteditable>${fields.editable}</div> <div role="textbox">${fields.textbox}</div> <button role="combobox">${fields.combobox}</button>
<label>Card holder <input value="${fields.wrapped}"></label> <x-open></x-open> <x-closed></x-closed>
<iframe src="/frame" style="width:300px;height:60px"></iframe> <iframe src="{otherOrigin}/foreign" style="width:300px;height:60px"></iframe>
<p>You typed <span class="typed">${fields.password}</span></p>
<ul>${Object.entries(tokens)
  .map(([kind, token]) => `<li>${kind} <span class="token">${token}</span></li>`)
  .join('')}</ul>
<a href="/pay?token=${elsewhere.href}" aria-label="Pay ${inAttributes.ariaLabel}">Pay</a> <img alt="${inAttributes.alt}" src="/none.png">
<b title="${inAttributes.title}" id="${inAttributes.id}" data-testid="${inAttributes.testId}">Bold</b></main>
<script>
  customElements.define('x-open', class extends HTMLElement { constructor() { super(); this.attachShadow({ mode: 'open' }).innerHTML = '<input value="${fields.openShadow}">' } })
  customElements.define('x-closed', class extends HTMLElement { constructor() { super(); window.closedRoot = this.attachShadow({ mode: 'closed' }); closedRoot.innerHTML = '<input value="${fields.closedShadow}">' } })
</script></body></html>`

const LONG_PAGE_KEYS = 40
/** Elements of different numbers between the keys, so that they stand at all places of what is searched at once. */
const LONG_PAGE = `<!doctype html><title>Long</title><style>body{margin:0;font:7px/8px monospace;width:1200px}span{margin-right:4px}</style>
  <input value="Typed once" style="font:inherit;height:8px"> <input type="password" value="Hunter2Hunter2" style="font:inherit;height:8px"><p>Results for Typed once</p><p>${Array.from(
    { length: LONG_PAGE_KEYS },
    (_, index) =>
      `${'<span class="word">word</span>'.repeat(29 + (index % 5))} <b class="key">sk_live_${'4eC39HqLyjW'}<i>Darjt${String(index).padStart(5, '0')}</i></b> `
  ).join('')}</p>`

const planted = [...Object.values(fields), ...Object.values(tokens), ...Object.values(elsewhere), ...Object.values(inAttributes)]

describe('what people typed and secrets', () => {
  let person: Person
  let server: PageServer

  beforeAll(async () => {
    server = await servePages({
      '/': FORM,
      '/long': LONG_PAGE,
      '/frame': `<!doctype html><body style="margin:0"><input value="${fields.frame}">`,
      '/foreign': `<!doctype html><body style="margin:0"><input value="${fields.foreign}">`
    })
    person = await Person.start()
  })
  afterAll(async () => {
    await person.close()
    await server.close()
  })

  async function openForm() {
    const address = `${server.origin}/?token=${elsewhere.query}&size=2&q=${fields.search}#access_token=${elsewhere.fragment}`
    const opened = await person.open(address)
    await opened.page.locator('#typed').pressSequentially(fields.typed)
    return opened
  }

  /** Where the planted texts stand in the window: fields and tokens, a little inside their boxes. */
  async function plantedBoxes(page: Awaited<ReturnType<typeof openForm>>['page']): Promise<Box[]> {
    const boxes: Box[] = await page.evaluate(`(() => {
      const inset = ({ x, y, width, height }, dx = 0, dy = 0) => ({ x: x + dx + 3, y: y + dy + 3, width: width - 6, height: height - 6 })
      const found = [...document.querySelectorAll('input:not([type=hidden]), textarea, select, [contenteditable], [role], .typed, img')].map(e => inset(e.getBoundingClientRect()))
      const [near, far] = [...document.querySelectorAll('iframe')].map(e => e.getBoundingClientRect())
      const { width, height } = document.querySelector('iframe').contentDocument.querySelector('input').getBoundingClientRect()
      found.push(inset(far), inset({ x: near.x + 2, y: near.y + 2, width, height }))
      found.push(inset(document.querySelector('x-open').shadowRoot.querySelector('input').getBoundingClientRect()))
      found.push(inset(closedRoot.querySelector('input').getBoundingClientRect()))
      for (const token of document.querySelectorAll('.token')) {
        // In these the words before the secret are allowed to be seen.
        const text = token.firstChild, hidden = { 'password: hunter32secret': 10, 'Bearer abcdef123456secret30': 7, 'postgres://root:secret33@db.internal/shop': 16 }[text.data] ?? 0
        const range = document.createRange(); range.setStart(text, hidden); range.setEnd(text, text.data.startsWith('postgres') ? 24 : text.data.length)
        found.push(inset(range.getBoundingClientRect()))
      }
      return found
    })()`)
    return boxes
  }

  it('are in none of the texts', async () => {
    expect(planted.length).toBeGreaterThanOrEqual(50)
    const { page, tabId } = await openForm()
    await person.startPointing(tabId)
    await page.evaluate(
      `console.error('failed for ${fields.password} with ${inAttributes.console}'); Promise.reject(new Error('${inAttributes.rejection}')); undefined`
    )
    await page.mouse.move(5, 5)
    await page.keyboard.down('Shift')
    for (const selector of ['label', 'b', 'a', 'ul', '[contenteditable]', 'button', 'input[type=email]', 'iframe']) {
      const box = await page.locator(selector).first().boundingBox()
      if (!box) throw new Error(selector)
      await page.mouse.move(box.x + 4, box.y + 4)
      await page.mouse.click(box.x + 4, box.y + 4)
    }
    await page.keyboard.up('Shift')
    await page.locator('h1').click({ force: true })
    const draft = await person.completeDraft(tabId)
    expect(draft.picks).toHaveLength(9)
    const text = JSON.stringify({ ...draft, screenshot: undefined, picks: draft.picks.map(({ crop: _, ...pick }) => pick) })
    const leaked = planted.filter(secret => text.includes(secret) || text.includes(secret.split(/[ :@]/).at(-1) ?? secret))
    expect(leaked.filter(secret => secret !== tokens.database)).toEqual([])
    expect(text).not.toContain('secret33')
    // What is no secret is there all the same.
    expect(text).toContain('Checkout of many ordinary words')
    expect(draft.url).toBe(`${server.origin}/?token=redacted&size=2&q=redacted#access_token=redacted`)
    expect(draft.console.map(({ text }) => text)).toEqual(['failed for [redacted] with [redacted]', expect.stringContaining('[redacted]')])
    expect(draft.redactions).toMatchObject({
      'form value': expect.any(Number),
      password: expect.any(Number),
      'card field': 2,
      'one-time code': 1
    })
    // The control: the page does show them.
    expect(await page.content()).toContain(tokens.github)
  })

  it('cannot be read in the screenshot', async () => {
    const { page, tabId } = await openForm()
    const draft = value(await person.ask('takeScreenshot', { tabId }))
    const boxes = await plantedBoxes(page)
    expect(boxes.length).toBeGreaterThan(30)
    const contrasts = await person.contrasts(draft.screenshot?.dataUrl ?? '', boxes, 1)
    // WebP is lossy: some levels of noise on one colour are not letters.
    expect(contrasts.filter(contrast => contrast > 12)).toEqual([])
    // The control: without covers the same places are full of letters.
    const plain = await person.plainPicture(page)
    const uncovered = await person.contrasts(plain, boxes, 1)
    expect(uncovered.filter(contrast => contrast < 60)).toEqual([])
    // Nothing of the covers is left.
    expect(await page.locator('html > div[popover]').count()).toBe(0)
  })

  it('are found wherever they stand in a long page, also where elements split them', async () => {
    const { page, tabId } = await person.open(`${server.origin}/long`)
    const draft = value(await person.ask('takeScreenshot', { tabId }))
    // Text boxes, with one more for each key that is split.
    expect(draft.redactions).toMatchObject({ 'stripe key': 2 * LONG_PAGE_KEYS, 'form value': 2, password: 1 })
    const boxes: Box[] = await page.evaluate(`[...document.querySelectorAll('.key')].map(e => e.getBoundingClientRect().toJSON())`)
    const contrasts = await person.contrasts(draft.screenshot?.dataUrl ?? '', boxes, 1)
    expect(boxes).toHaveLength(LONG_PAGE_KEYS)
    expect(contrasts.filter(contrast => contrast > 12)).toEqual([])
    // The control: what stands between them is not covered.
    const others: Box[] = await page.evaluate(
      `[...document.querySelectorAll('.word')].slice(0, 20).map(e => e.getBoundingClientRect().toJSON())`
    )
    expect((await person.contrasts(draft.screenshot?.dataUrl ?? '', others, 1)).filter(contrast => contrast < 60)).toEqual([])
  })

  it('cannot be read in the picture of an element', async () => {
    const { page, tabId } = await openForm()
    await page.evaluate('for (const frame of document.querySelectorAll("iframe")) frame.remove()')
    const { picks } = await person.pickAt(page, tabId, 20, 20)
    const [pick] = picks
    expect(pick).toMatchObject({ selectors: ['#form'], crop: { method: 'html2canvas' } })
    const box = pick?.box ?? { x: 0, y: 0, width: 0, height: 0 }
    const selector = 'input:not([type=hidden]):not(label input), textarea, select, [contenteditable], [role=textbox]'
    const parts: Box[] = await page.evaluate(
      `[...document.querySelectorAll('${selector}')].map(e => e.getBoundingClientRect()).map(r => ({ x: r.x + 4 - ${box.x}, y: r.y + 4 - ${box.y}, width: r.width - 8, height: r.height - 8 }))`
    )
    const contrasts = await person.contrasts(pick?.crop?.dataUrl ?? '', parts, (pick?.crop?.width ?? 0) / box.width)
    expect(contrasts.filter(contrast => contrast > 24)).toEqual([])
  })

  it.each([
    ['selector', { selectors: ['p', 'p:::first'], patterns: [] }],
    ['pattern', { selectors: [], patterns: ['KD-\\d{6}', '(unclosed'] }],
    ['pattern of everything', { selectors: [], patterns: ['.*'] }]
  ])('are not captured at all where a rule of the project is no %s', async (_, rules) => {
    const { page, tabId } = await openForm()
    const worker = await person.browser.worker()
    const key = JSON.stringify(`masking:${server.origin}`)
    await worker.evaluate(`chrome.storage.local.set({ [${key}]: ${JSON.stringify(rules)} })`)
    try {
      expect(await person.ask('takeScreenshot', { tabId })).toMatchObject({ ok: false, failure: { code: 'masking_rule_invalid' } })
      await person.startPointing(tabId)
      await page.mouse.move(30, 30)
      await page.mouse.click(20, 20)
      await eventually(async () =>
        expect(value(await person.ask('getPointing', { tabId }))).toMatchObject({
          status: 'off',
          failure: { code: 'masking_rule_invalid' }
        })
      )
      expect(value(await person.ask('getDraft', { tabId }))).toBeNull()
    } finally {
      await worker.evaluate(`chrome.storage.local.remove(${key})`)
    }
    // The control: without the rule the same page is captured.
    expect(value(await person.ask('takeScreenshot', { tabId })).outline.length).toBeGreaterThan(0)
  })

  it('stay covered when a field moves while the picture is taken', async () => {
    const { page, tabId } = await openForm()
    // Every other frame it is where it was: what is looked at before and after the picture alone may be the same.
    await page.evaluate(`(() => {
      let frames = 0
      const move = () => { document.querySelector('main').style.marginTop = (++frames % 2) * 200 + 'px'; requestAnimationFrame(move) }
      move()
    })()`)
    const draft = value(await person.ask('takeScreenshot', { tabId }))
    expect(draft.screenshot).toBeUndefined()
    expect(draft.problems).toMatchObject([{ code: 'screenshot_unavailable' }])
  })
})
