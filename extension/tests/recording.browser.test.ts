import type { Step } from '@fixpoint/protocol'
import { describeStep } from '@fixpoint/protocol'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Recording } from '../src/recording.ts'
import { type PageServer, servePages } from './pages.ts'
import { eventually, Person, value } from './person.ts'

const TYPED = { mail: 'ada.lovelace@example.test', password: 'c0rrect-horse-battery', note: 'my knee hurts since May', otp: '483920' }

// Repeats everything that is typed, in names, in places and in addresses, as the worst of pages.
const SHOP = `<!doctype html><html lang="en"><head><title>Shop</title></head><body>
<h1>Cart</h1>
<form action="/search"><label>E-mail <input id="mail" name="mail"></label> <label>Password <input id="password" type="password" name="password"></label>
<label>Note <textarea id="note" name="q"></textarea></label>
<label><input type="checkbox" id="gift"> As a gift</label>
<select id="size" aria-label="Size"><option>small</option><option>secret-size-xl</option></select>
<button id="save">Save</button></form>
<p id="echo">nothing</p><button id="next" type="button">Next</button>
<button id="vanish" type="button" onpointerdown="" onclick="this.remove()"><b>Van</b>ish</button>
<button id="fail" type="button" onclick="console.error('it broke for ' + document.querySelector('#mail').value); fetch('/missing?token=abcdef0123456789abcdef0123456789')">Fail</button>
<button id="spa" type="button" onclick="history.pushState({}, '', '/cart/' + encodeURIComponent(document.querySelector('#note').value) + '?page=2')">Route</button>
<x-closed></x-closed><a href="/second?page=2&token=abcdef0123456789abcdef0123456789" id="link">To the second page</a>
<iframe src="/inside" title="Inside" style="width:200px;height:60px"></iframe>
<script>
  customElements.define('x-closed', class extends HTMLElement { constructor() { super(); this.attachShadow({ mode: 'closed' }).innerHTML = '<button>In a closed root</button>' } })
  document.addEventListener('input', () => {
    const typed = [...document.querySelectorAll('input:not([type=checkbox]),textarea')].map(field => field.value).join(' ')
    document.querySelector('#echo').textContent = document.querySelector('#next').textContent = 'Next for ' + typed
    document.querySelector('#next').setAttribute('data-testid', typed)
  })
</script></body></html>`

describe('recording steps', () => {
  let person: Person
  let server: PageServer

  beforeAll(async () => {
    server = await servePages({
      '/': SHOP,
      '/second': '<!doctype html><title>Second</title><button id="there">There</button><a id="back" href="/">Back</a>',
      '/search': '<!doctype html><title>Results</title><h1>Results</h1>',
      '/inside': '<!doctype html><button id="inner">Inner</button>',
      '/fakes': `<!doctype html><title>Fakes</title><button id="target">Target</button><input id="field"><script>
        window.fake = () => {
          const button = document.querySelector('#target'), field = document.querySelector('#field')
          for (let i = 0; i < 50; i++) {
            button.click()
            button.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, detail: 1 }))
            field.dispatchEvent(new InputEvent('input', { bubbles: true, data: 'x' }))
            field.dispatchEvent(new Event('change', { bubbles: true }))
            field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
            navigation.dispatchEvent(new Event('navigate'))
          }
          for (const type of ['stepDone', 'startRecording', 'stopRecording', 'discardRecording', 'removeStep']) {
            window.postMessage({ type, data: { recordingId: '0'.repeat(32), number: 1, step: { kind: 'navigation', url: 'https://evil.example' }, redactions: {} } }, '*')
            document.dispatchEvent(new CustomEvent(type, { detail: {} }))
          }
        }</script>`
    })
    person = await Person.start()
  })
  afterAll(async () => {
    await person.close()
    await server.close()
  })

  const recorded = async (tabId: number): Promise<Recording> => {
    const recording = value(await person.ask('getRecording', { tabId }))
    if (!recording) throw new Error('nothing is recorded')
    return recording
  }
  const words = async (tabId: number) => (await recorded(tabId)).steps.map((step, index) => describeStep(step, index === 0))
  const placeOf = (step: Step | undefined) => (step && 'element' in step ? step.element.selectors : [])
  /** Waits until the last step is this one. */
  const step = (tabId: number, last: string) => eventually(async () => expect((await words(tabId)).at(-1)).toBe(last))

  async function begin(path = '/'): Promise<{ page: Page; tabId: number }> {
    const opened = await person.open(`${server.origin}${path}`)
    value(await person.ask('startRecording', { tabId: opened.tabId }))
    return opened
  }

  it('tells what the person did, by names, and never what they typed or chose, wherever the page repeats it', async () => {
    const { page, tabId } = await begin()
    for (const [field, text] of [
      ['mail', TYPED.mail],
      ['password', TYPED.password],
      ['note', TYPED.note]
    ] as const) {
      await page.click(`#${field}`)
      await page.keyboard.type(text)
    }
    await page.getByText('As a gift').click()
    await page.focus('#size')
    await page.keyboard.press('ArrowDown')
    await page.click('#next')
    await page.click('#next')
    await step(tabId, 'Clicked “Next for [redacted] [redacted] [redacted]” (button) twice')
    await page.click('x-closed')
    await page.click('#vanish b')
    await step(tabId, 'Clicked “Vanish” (button)')
    await page.frameLocator('iframe').locator('#inner').click()
    await page.click('#spa')
    await step(tabId, `Went to ${server.origin}/cart/redacted?page=2`)
    expect(await words(tabId)).toEqual([
      `Began at ${server.origin}/`,
      'Typed into “E-mail” (textbox)',
      'Typed into “Password” (input)',
      'Typed into “Note” (textbox)',
      'Changed “As a gift” (checkbox)',
      'Changed “Size” (combobox)',
      'Clicked “Next for [redacted] [redacted] [redacted]” (button) twice',
      'Clicked “In a closed root” (button)',
      'Clicked “Vanish” (button)',
      'Clicked “Inner” (button)',
      'Clicked “Route” (button)',
      `Went to ${server.origin}/cart/redacted?page=2`
    ])
    const { steps } = await recorded(tabId)
    expect(placeOf(steps[6])).toEqual(['#next'])
    expect(placeOf(steps[7])).toEqual(['body > x-closed', 'button'])
    expect(placeOf(steps[9])).toEqual(['iframe[title="Inside"]', '#inner'])

    await page.click('#fail')
    await eventually(async () => expect(JSON.stringify((await recorded(tabId)).requests)).toContain('/missing?token=redacted'))
    value(await person.ask('stopRecording', { tabId }))
    const all = await recorded(tabId)
    expect(all.status).toBe('stopped')
    expect(all.console.map(({ text }) => text)).toContain('it broke for [redacted]')
    // What is sent is nothing but this and the draft.
    const stored = JSON.stringify([all, value(await person.ask('getDraft', { tabId }))])
    for (const secret of [...Object.values(TYPED), 'secret-size-xl', 'abcdef0123456789abcdef0123456789', encodeURIComponent(TYPED.note)]) {
      expect(stored).not.toContain(secret)
    }
    expect(value(await person.ask('getDraft', { tabId }))?.screenshot).toBeDefined()
    // Nothing of it stays in the page.
    await page.click('#next')
    await page.waitForTimeout(300)
    expect((await recorded(tabId)).steps).toHaveLength(13)
    expect(await page.evaluate('Function.prototype.toString.call(console.error)')).toBe('function error() { [native code] }')
    value(await person.ask('clearDraft', { tabId }))
    expect(value(await person.ask('getRecording', { tabId }))).toBeNull()
  })

  it('goes on over navigations, also where the service worker is ended, and says no more of an address than may be said', async () => {
    const { page, tabId } = await begin()
    await page.click('#link')
    await page.waitForURL('**/second**')
    await eventually(async () => expect(await words(tabId)).toHaveLength(3))
    expect((await words(tabId)).slice(1)).toEqual([
      'Clicked “To the second page” (link)',
      `Went to ${server.origin}/second?page=2&token=redacted`
    ])
    await person.endServiceWorker()
    // Also where it was ended before the recorder was in the new page: the badge says when it is.
    await eventually(async () => expect(await person.badge(tabId)).toBe('REC'))
    await page.click('#there')
    await step(tabId, 'Clicked “There” (button)')
    await person.endServiceWorker()
    // A step that leaves the page goes with it, unless somebody is there to hear it: the recorder and the panel start the next one at once.
    await recorded(tabId)
    await page.click('#back')
    await page.waitForURL(`${server.origin}/`)
    await eventually(
      async () =>
        expect((await words(tabId)).slice(3)).toEqual(['Clicked “There” (button)', 'Clicked “Back” (link)', `Went to ${server.origin}/`]),
      15_000
    )
    await page.click('#note')
    await page.keyboard.type(TYPED.note)
    await page.click('#save')
    await page.waitForURL('**/search?**')
    await eventually(async () => expect((await words(tabId)).at(-1)).toMatch(/^Went to .*\/search\?mail=&password=&q=redacted/))
    await page.goto(`${server.origin}/second`)
    // A click in the first moments of a page, before the recorder is in it, is not heard; the badge goes with the old page.
    await eventually(async () => expect(await person.badge(tabId)).toBe('REC'))
    await page.click('#there')
    await step(tabId, 'Clicked “There” (button)')
    expect(JSON.stringify(await recorded(tabId))).not.toMatch(/knee/)
    value(await person.ask('discardRecording', { tabId }))
    expect(value(await person.ask('getRecording', { tabId }))).toBeNull()
  })

  it('takes nothing that the page makes up, and what is pointed at is no step', async () => {
    const { page, tabId } = await begin('/fakes')
    await page.evaluate('fake()')
    await page.waitForTimeout(300)
    expect(await words(tabId)).toEqual([`Began at ${server.origin}/fakes`])
    await person.startPointing(tabId)
    await page.mouse.move(5, 5)
    const box = await page.locator('#target').boundingBox()
    if (!box) throw new Error('no target')
    await page.mouse.move(box.x + 5, box.y + 5, { steps: 2 })
    await page.mouse.click(box.x + 5, box.y + 5)
    await person.completeDraft(tabId)
    expect(await words(tabId)).toHaveLength(1)
    // The control: the same by a person is one.
    await page.click('#target')
    await step(tabId, 'Clicked “Target” (button)')
    value(await person.ask('clearDraft', { tabId }))
  })
})
