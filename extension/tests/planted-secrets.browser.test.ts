import type { Box } from '@fixpoint/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contextFromDraft } from '../src/draft.ts'
import { SEND_EVERYTHING } from '../src/panel/settings.ts'
import { type PageServer, servePages } from './pages.ts'
import { eventually, Person, value } from './person.ts'

// Put together here, so that scanners of repositories do not take them for real ones. Each has its number in it.
const digits = (number: number, length: number) => String(number).padStart(length, '7')
const TOKENS: readonly ((number: number) => string)[] = [
  number => `ghp_${`16C7e42F292c6912E7710c838347Ae17${digits(number, 4)}`}`,
  number => `AKIA${`IOSFODNN7EXA${digits(number, 4)}`}`,
  number => `sk_live_${`4eC39HqLyjWDarjt${digits(number, 4)}`}`,
  number => `xoxb-${`123456789012-secret${digits(number, 4)}`}`,
  number => `eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIyMiJ9'}.c2lnbmF0dXJl${digits(number, 4)}`,
  number => `glpat-${`xxxxxx-1234567890${digits(number, 4)}`}`,
  number => `9e107d9d372bb6826bd81d3542a4${digits(number, 4)}`,
  number => `AIza${`SyD-9tSrke72PouQMnMX-a7eZSW0jkFMB${digits(number, 4)}`}`
]

let planted = 0
const byPlace = new Map<string, string[]>()
/** A secret that is known by its look. */
function token(place: string): string {
  const number = planted++
  return note(place, (TOKENS[number % TOKENS.length] ?? digits.bind(null, number))(number))
}
/** Something that only its place makes private. */
const typed = (place: string) => note(place, `Quixotry ${digits(planted++, 5)}`)
function note(place: string, secret: string): string {
  byPlace.set(place, [...(byPlace.get(place) ?? []), secret])
  return secret
}
const four = (make: (place: string) => string, place: string, write: (secret: string) => string) =>
  [1, 2, 3, 4].map(() => write(make(place))).join('')
const list = (make: (place: string) => string, place: string) => [1, 2, 3, 4].map(() => make(place))
/** Text that is shown, and whose place in the picture is looked at. */
const shown = (text: string) => `<span class="shown">${text}</span>`
const inHalves = (secret: string) => `<b>${secret.slice(0, 12)}</b><i>${secret.slice(12)}</i>`

const secretProps = {
  named: list(typed, 'property named for a secret'),
  valued: list(token, 'property with a token in it')
}
const typedTwice = list(typed, 'field whose value the page repeats')
const inHiddenState = list(token, 'script, comment, storage')
const consoleSecrets = list(token, 'console and rejections')
const requestSecrets = list(token, 'address of a failed request')
const flagSecrets = list(token, 'feature flags')
const addressSecrets = list(token, 'address of the page')
const frameConsole = list(token, 'console of a frame')
const customer = (place: string) => note(place, `KD-${digits(planted++, 6)}`)

const body = `
<script>window.state = ${JSON.stringify(inHiddenState[0])}; localStorage.setItem('token', ${JSON.stringify(inHiddenState[1])}); document.cookie = 'token=' + ${JSON.stringify(inHiddenState[2])}</script>
<!-- ${inHiddenState[3]} -->
<main id="main" data-flags="">
<h1>Orders of many ordinary words</h1>
<p>${four(typed, 'text field', secret => `<input class="cover" value="${secret}">`)} ${four(typed, 'password field', secret => `<input type="password" class="cover" value="${secret}">`)}</p>
<p>${four(typed, 'text area', secret => `<textarea rows=1 class="cover">${secret}</textarea>`)} ${four(typed, 'list', secret => `<select class="cover"><option>${secret}</option></select>`)}</p>
<p>${four(typed, 'editable text', secret => `<span contenteditable class="cover">${secret}</span> `)} ${four(typed, 'role of a text box', secret => `<span role="textbox" class="cover">${secret}</span> `)}</p>
<p>${four(typed, 'search field', secret => `<input type="search" class="cover" value="${secret}">`)} ${four(typed, 'hidden field', secret => `<input type="hidden" value="${secret}">`)}</p>
<p>${typedTwice.map(secret => `<input class="cover" value="${secret}"> Results for ${shown(secret)}. `).join('')}</p>
<p><x-open></x-open> <x-closed></x-closed></p>
<p>${four(token, 'text', secret => `${shown(secret)} `)}</p>
<p>${four(token, 'text in halves', secret => `${shown(inHalves(secret))} `)}</p>
<p>${four(token, 'accessible name', secret => `<a href="#" aria-label="Pay ${secret}">Pay</a> `)} ${four(token, 'title', secret => `<abbr title="${secret}">Ref</abbr> `)}</p>
<p>${four(token, 'alternative text', secret => `<img class="cover" width=90 height=18 src="/none.png" alt="${secret}">`)} ${four(token, 'placeholder', secret => `<input class="cover" placeholder="${secret}">`)}</p>
<p>${four(token, 'id', secret => `<em id="${secret}">i</em>`)} ${four(token, 'class', secret => `<em class="${secret}">c</em>`)} ${four(token, 'test id', secret => `<em data-testid="${secret}">t</em>`)} ${four(token, 'data attribute', secret => `<em data-token="${secret}">d</em>`)}</p>
<p>${four(token, 'address of a link', secret => `<a href="/pay?token=${secret}">l</a>`)} ${four(token, 'address of a background', secret => `<u style="background-image:url(/b.png?X-Amz-Signature=${secret})">b</u>`)}</p>
<p>${four(customer, 'pattern of the project', secret => `Customer ${shown(secret)} `)}</p>
<p>${four(typed, 'element that the project hides', secret => `<q class="private-note cover">Note ${secret} </q> `)}</p>
<iframe src="/frame" class="frame"></iframe><iframe src="{otherOrigin}/foreign" class="frame cover"></iframe>
<b id="pick">Price 42.00</b>
</main>
<script>
  for (const [name, mode] of [['x-open', 'open'], ['x-closed', 'closed']]) customElements.define(name, class extends HTMLElement { constructor() { super(); const root = this.attachShadow({ mode }); (window.roots ??= []).push(root)
    root.innerHTML = mode === 'open' ? ${JSON.stringify(four(typed, 'open shadow root', secret => `<input value="${secret}">`))} : ${JSON.stringify(four(typed, 'closed shadow root', secret => `<input value="${secret}">`))} } })
  window.__FEATURE_FLAGS__ = { checkout: 'new', a: ${JSON.stringify(flagSecrets[0])}, b: ${JSON.stringify(flagSecrets[1])}, apiToken: ${JSON.stringify(flagSecrets[2])}, c: ${JSON.stringify(flagSecrets[3])} }
  function PriceTag() {}
  document.querySelector('#pick').__reactFiber$x = { tag: 0, type: PriceTag, return: null, memoizedProps: {
    amount: 42, currency: 'EUR', password: ${JSON.stringify(secretProps.named[0])}, apiKey: ${JSON.stringify(secretProps.named[1])}, user: { email: ${JSON.stringify(secretProps.named[2])}, sessionToken: ${JSON.stringify(secretProps.named[3])} },
    note: ${JSON.stringify(secretProps.valued[0])}, list: [${JSON.stringify(secretProps.valued[1])}], deep: { deeper: ${JSON.stringify(secretProps.valued[2])} }, text: 'see ' + ${JSON.stringify(secretProps.valued[3])} + ' there',
    search: ${JSON.stringify(typedTwice[0])}, get balance() { window.wasCalled = true; return 1 } } }
</script>`

const HTML = `<!doctype html><html lang="en"><head><title>Orders ${four(token, 'title of the page', secret => `${secret} `)}</title>
<style>body{font:11px/1.35 monospace;margin:6px}p{margin:2px 0}input,textarea,select{font:10px monospace;width:120px;height:16px;padding:0}.frame{width:320px;height:34px;border:0}</style></head><body>${body}</body></html>`

describe('120 planted secrets', () => {
  let person: Person
  let server: PageServer
  const foreign = four(typed, 'frame of another site', secret => `${secret} `)
  const inFrame = four(typed, 'frame of the same site', secret => `<input value="${secret}" style="width:70px">`)
  const all = () => [...byPlace.values()].flat()

  beforeAll(async () => {
    server = await servePages({
      '/': HTML,
      '/frame': `<!doctype html><body style="margin:0">${inFrame}<script>window.say = () => console.error(${JSON.stringify(frameConsole.join(' '))})</script>`,
      '/foreign': `<!doctype html><body style="margin:0;font:10px monospace">${foreign}`
    })
    person = await Person.start()
    const rules = { selectors: ['.private-note'], patterns: ['KD-\\d{6}'] }
    const worker = await person.browser.worker()
    await worker.evaluate(`chrome.storage.local.set(${JSON.stringify({ [`masking:${server.origin}`]: rules })})`)
  })
  afterAll(async () => {
    await person.close()
    await server.close()
  })

  const open = () =>
    person.open(
      `${server.origin}/?token=${addressSecrets[0]}&q=${addressSecrets[1]}&code=${addressSecrets[2]}#access_token=${addressSecrets[3]}`
    )

  it('are in none of the texts, and what is no secret is', async () => {
    expect(byPlace.size).toBeGreaterThanOrEqual(30)
    expect(all().length).toBeGreaterThanOrEqual(120)
    const { page, tabId } = await open()
    await person.startPointing(tabId)
    await page.evaluate(`
      console.error('failed with', ${JSON.stringify(consoleSecrets[0])}); console.warn('twice %s', ${JSON.stringify(consoleSecrets[1])})
      Promise.reject(new Error(${JSON.stringify(consoleSecrets[2])})); setTimeout(() => { throw new Error(${JSON.stringify(consoleSecrets[3])}) })
      frames[0].say()
      Promise.all(${JSON.stringify(requestSecrets)}.map((secret, index) => fetch('/missing?token=' + secret + '&n=' + index, { method: 'POST' }))); undefined`)
    await eventually(async () => expect(server.requests.filter(({ path }) => path === '/missing')).toHaveLength(4))
    const box = await page.locator('#pick').boundingBox()
    if (!box) throw new Error('The pick is not shown.')
    await page.mouse.move(box.x + 2, box.y + 2)
    await page.mouse.click(box.x + 3, box.y + 3)
    await person.completeDraft(tabId)
    const draft = value(await person.ask('readConsole', { tabId }))
    if (!draft) throw new Error('There is no draft.')
    const { context } = contextFromDraft(draft, { ...SEND_EVERYTHING, budget: 32_000 }, { crops: new Map() }, null)
    const text = JSON.stringify([context, { ...draft, screenshot: undefined, picks: draft.picks.map(({ crop: _, ...pick }) => pick) }])
    const leaks = [...byPlace].flatMap(([place, secrets]) =>
      secrets.filter(secret => text.includes(secret)).map(secret => `${place}: ${secret}`)
    )
    expect(leaks).toEqual([])
    // Nor the second half of those that were written in two.
    for (const secret of byPlace.get('text in halves') ?? []) expect(text).not.toContain(secret.slice(12))
    expect(text).toContain('Orders of many ordinary words')
    expect(context.picks[0]).toMatchObject({ text: 'Price 42.00' })
    expect(context.picks[0]?.props[0]).toMatchObject({ component: 'PriceTag' })
    expect(context.picks[0]?.props[0]?.props).toMatch(
      /^amount=42 currency="EUR" password=\[redacted\] apiKey=\[redacted\].* balance=\[getter\]$/
    )
    expect(context.featureFlags).toMatchObject({ checkout: '"new"', apiToken: '[redacted]' })
    expect(context.requests.filter(({ url }) => url.includes('/missing'))).toHaveLength(4)
    expect(context.requests.find(({ url }) => url.includes('/missing'))).toMatchObject({ method: 'POST', initiator: 'fetch', status: 404 })
    expect(context.console.some(({ frame }) => frame === `${server.origin}/frame`)).toBe(true)
    expect(context.redactions).toMatchObject({ 'form value': expect.any(Number), 'project rule': expect.any(Number) })
    expect(await page.evaluate('window.wasCalled ?? false')).toBe(false)
    // The control: the page has them all.
    const content = `${await page.content()} ${page.url()} ${inFrame} ${foreign} ${frameConsole} ${consoleSecrets} ${requestSecrets}`
    const missing = all().filter(secret => !content.includes(secret) && !(byPlace.get('text in halves') ?? []).includes(secret))
    expect(missing).toEqual([])
  })

  it('cannot be read in the picture', async () => {
    const { page, tabId } = await open()
    const boxes: Box[] = await page.evaluate(`(() => {
      const inset = ({ x, y, width, height }) => ({ x: x + 3, y: y + 3, width: width - 6, height: height - 6 })
      const found = [...document.querySelectorAll('.cover, .shown')].flatMap(e => [...e.getClientRects()].map(inset))
      for (const root of roots) for (const field of root.querySelectorAll('input')) found.push(inset(field.getBoundingClientRect()))
      return found.filter(box => box.width > 4 && box.height > 2 && box.y + box.height < innerHeight && box.x + box.width < innerWidth)
    })()`)
    expect(boxes.length).toBeGreaterThan(60)
    const draft = value(await person.ask('takeScreenshot', { tabId }))
    const contrasts = await person.contrasts(draft.screenshot?.dataUrl ?? '', boxes, 1)
    expect(contrasts.filter(contrast => contrast > 14)).toEqual([])
    // The control: without covers the same places are full of letters.
    const plain = await person.plainPicture(page)
    const uncovered = await person.contrasts(plain, boxes, 1)
    expect(uncovered.filter(contrast => contrast < 40).length).toBeLessThan(boxes.length * 0.05)
  })

  it('are sent where the project’s rules and the search are off, which the control shows', async () => {
    const worker = await person.browser.worker()
    await worker.evaluate(`chrome.storage.local.remove(${JSON.stringify(`masking:${server.origin}`)})`)
    const { page, tabId } = await open()
    const draft = await person.pick(page, tabId, '.private-note')
    expect(draft.picks[0]?.text).toContain('Quixotry')
    const [first] = byPlace.get('pattern of the project') ?? []
    expect(JSON.stringify(draft.outline)).toContain(first)
  })
})
