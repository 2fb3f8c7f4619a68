import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type LookInput, look, type PictureRef } from '@fixpoint/protocol/sandbox'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listProcesses, signalProcess, withDescendants } from '../processes/process-table.ts'
import { SandboxClient } from '../testing/sandbox-client.ts'
import { serveSite } from '../testing/test-site.ts'

// One browser for all tests, as in a sandbox.
let client: SandboxClient
beforeAll(() => {
  client = SandboxClient.open('/tmp')
})
afterAll(async () => await client.close())

const VIEWPORT = { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 }

async function lookAt(port: number, input: Partial<LookInput> = {}) {
  return await client.call(look, { port, path: '/', viewport: VIEWPORT, ...input })
}

async function refusalOf(port: number, input: Partial<LookInput> = {}) {
  return await client.refusal(look, { port, path: '/', viewport: VIEWPORT, ...input })
}

async function fetchPicture({ pictureId }: PictureRef): Promise<Buffer> {
  const { status, body } = await client.send('GET', `/v1/pictures/${pictureId}`)
  expect(status).toBe(200)
  return body
}

async function pixelAt(picture: PictureRef, x: number, y: number): Promise<string> {
  const { data, width } = PNG.sync.read(await fetchPicture(picture))
  const [red, green, blue] = data.subarray((y * width + x) * 4)
  return `rgb(${red}, ${green}, ${blue})`
}

/** Kills the processes of the sandbox's browser that have the text in their command line. */
function killBrowserProcesses(commandLine: string): void {
  const all = listProcesses()
  // Its own ones: those of the sandboxes that other tests run on this machine are seen too.
  const own = withDescendants([process.pid], all)
  const browsers = all.filter(({ pid, environment }) => own.has(pid) && environment.includes('\0FIXPOINT_COMMAND=browser\0'))
  for (const pid of withDescendants(
    browsers.map(browser => browser.pid),
    all
  )) {
    if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(commandLine)) signalProcess(pid, 'SIGKILL')
  }
}

describe('the picture', { timeout: 60_000 }, () => {
  test('shows the page in the viewport, with status and title', async () => {
    const port = await serveSite({ '/a': '<title>Hello</title><body style="margin:0;background:rgb(1,2,3)">' })
    const seen = await lookAt(port, { path: '/a?b=c#d' })
    expect(seen).toMatchObject({ url: `http://localhost:${port}/a?b=c#d`, httpStatus: 200, title: 'Hello', isStable: true })
    expect(seen.page).toMatchObject({ width: 800, height: 600 })
    expect(await pixelAt(seen.page, 10, 10)).toBe('rgb(1, 2, 3)')
  })

  test('is fetched once', async () => {
    const { page } = await lookAt(await serveSite({ '/': 'x' }))
    await fetchPicture(page)
    await expect.poll(async () => (await client.send('GET', `/v1/pictures/${page.pictureId}`)).status).toBe(404)
  })

  test('has the scale, the colour scheme and the scroll offset that were asked for', async () => {
    const port = await serveSite({
      '/': `<style>body{margin:0} @media (prefers-color-scheme:dark){i{background:rgb(9,9,9)}} i{position:absolute;top:1000px;width:50px;height:50px}
        @media (min-resolution:2dppx){i{width:100px}} @media not (prefers-reduced-motion){i{display:none}}</style><i></i><div style="height:3000px">`
    })
    const viewport = { ...VIEWPORT, deviceScaleFactor: 2, scrollY: 1_000 }
    const seen = await lookAt(port, { viewport, colorScheme: 'dark', picks: [{ number: 1, selectors: ['i'], tag: 'i' }] })
    expect(seen.page).toMatchObject({ width: 1_600, height: 1_200 })
    expect(seen.picks[0]?.box).toEqual({ x: 0, y: 0, width: 100, height: 50 })
    expect(await pixelAt(seen.page, 190, 90)).toBe('rgb(9, 9, 9)')
  })

  test('reaches a scroll offset that the page gets only later, and stays within a short one', async () => {
    const port = await serveSite({
      '/late': `<body style="margin:0"><script>fetch('/data').then(() => { document.body.innerHTML = '<div style="height:3000px"></div>' })</script>`,
      '/data': (_, response) => setTimeout(() => response.end('x'), 300),
      '/short': '<p>short</p>'
    })
    const pick = { number: 1, selectors: ['div'], tag: 'div' }
    const late = await lookAt(port, { path: '/late', viewport: { ...VIEWPORT, scrollY: 700 }, picks: [pick] })
    expect(late.picks[0]?.box?.y).toBe(-700)
    expect((await lookAt(port, { path: '/short', viewport: { ...VIEWPORT, scrollY: 700 } })).isStable).toBe(true)
  })

  test('can show the whole page', async () => {
    const port = await serveSite({ '/': '<body style="margin:0"><div style="height:2500px;background:linear-gradient(red,blue)">' })
    expect((await lookAt(port, { fullPage: true })).page).toMatchObject({ width: 800, height: 2_500 })
    const endless = await serveSite({ '/': '<div style="height:1000000px">' })
    expect((await lookAt(endless, { fullPage: true })).page.height).toBe(8_192)
  })

  test('is limited where it would be too large', async () => {
    const port = await serveSite({ '/': 'x' })
    const { page } = await lookAt(port, { viewport: { ...VIEWPORT, width: 4_000, height: 4_000, deviceScaleFactor: 8 } })
    expect(page.width * page.height).toBeLessThan(41_000_000)
  })

  test('is the same each time: clock, randomness, animations, transitions, caret', async () => {
    const port = await serveSite({
      '/': `<style>
          @keyframes grow { from { width: 10px } to { width: 300px } }
          .ends { animation: grow 5s forwards; background: red; height: 20px }
          .endless { animation: grow 1s infinite; background: blue; height: 20px; width: 50px }
          .moves { transition: margin-left 3s; height: 20px; width: 20px; background: green }
        </style>
        <p id="now"></p><div class="ends"></div><div class="endless"></div><div class="moves"></div>
        <input autofocus value="typed"><x-shadow></x-shadow>
        <script>
          now.textContent = [new Date().toISOString(), Date.now(), Date(), Math.random(), Math.random()].join(' ')
          requestAnimationFrame(() => { document.querySelector('.moves').style.marginLeft = '200px' })
          document.querySelector('.ends').animate([{ opacity: 0.2 }, { opacity: 1 }], { duration: 60_000, iterations: Infinity })
          const root = document.querySelector('x-shadow').attachShadow({ mode: 'closed' })
          root.innerHTML = '<style>@keyframes s { to { height: 90px } } div { animation: s 4s forwards; background: gold; width: 9px; height: 1px }</style><div></div>'
        </script>`
    })
    const picks = ['.ends', '.endless', '.moves', '#now'].map((selector, index) => ({
      number: index + 1,
      selectors: [selector],
      tag: 'div'
    }))
    const [first, second] = [await lookAt(port, { picks }), await lookAt(port, { picks })]
    expect(first.unstableReason).toBeUndefined()
    expect(first.picks.map(({ box }) => box?.width).slice(0, 3)).toEqual([300, 50, 20])
    expect(first.picks[2]?.box?.x).toBe(208)
    expect(first.picks[3]?.text).toMatch(
      /^2026-01-15T10:00:00\.000Z 1768471200000 Thu Jan 15 2026 10:00:00 GMT\+0000 \(.+\) 0\.\d+ 0\.\d+$/
    )
    expect(await fetchPicture(first.page)).toEqual(await fetchPicture(second.page))
  })

  test('the control: without the steady surroundings it is not', async () => {
    const port = await serveSite({
      '/': '<p id="now"></p><script>now.textContent = performance.now() + " " + crypto.randomUUID()</script>'
    })
    const [first, second] = [await lookAt(port), await lookAt(port)]
    expect((await fetchPicture(first.page)).equals(await fetchPicture(second.page))).toBe(false)
  })

  test('timers, debounced work and busy waiting go on although the clock stands', async () => {
    const port = await serveSite({
      '/': `<p id="out"></p><script>
        // As lodash does it: the timer compares times before it lets the call through.
        function debounce(run, wait) {
          let last = 0
          const expired = () => (Date.now() - last >= wait ? run() : setTimeout(expired, wait))
          return () => { last = Date.now(); setTimeout(expired, wait) }
        }
        const say = word => { out.textContent += word + ' ' }
        debounce(() => say('debounced'), 50)()
        let ticks = 0
        const timer = setInterval(() => { if (++ticks === 3) { clearInterval(timer); say('ticked' + new Date().getMilliseconds()) } }, 10)
        const until = Date.now() + 20
        while (Date.now() < until);
        say('waited')
        const begun = Date.now()
        const step = () => (Date.now() - begun > 100 ? say('framed') : requestAnimationFrame(step))
        step()
        class Moment extends Date {}
        say(new Moment(0).getTime() + (new Date() instanceof Date) + typeof Date.parse('2020-01-01') + (new Date().constructor === Date))
      </script>`
    })
    const seen = await lookAt(port, {
      actions: [{ action: 'wait', milliseconds: 300 }],
      picks: [{ number: 1, selectors: ['#out'], tag: 'p' }]
    })
    expect(seen.picks[0]?.text).toMatch(/^waited 1numbertrue/)
    for (const word of ['debounced', 'ticked', 'framed']) expect(seen.picks[0]?.text).toContain(word)
  })

  test('shows a page that has a network', async () => {
    const port = await serveSite({ '/': '<script>document.title = [navigator.onLine, Object.keys(navigator).length].join()</script>' })
    expect((await lookAt(port)).title).toBe('true,0')
  })

  test('waits for what the page loads: data, fonts, images in view', async () => {
    const png = PNG.sync.write(new PNG({ width: 40, height: 40 }))
    const late = (body: Buffer | string, type: string, wait: number) => (_: IncomingMessage, response: ServerResponse) =>
      void setTimeout(() => response.writeHead(200, { 'content-type': type }).end(body), wait)
    const port = await serveSite({
      '/': `<script>fetch('/data').then(r => r.text()).then(text => { document.querySelector('#out').textContent = text })</script>
        <p id="out"></p><img src="/image.png" loading="lazy"><div style="height:2000px"></div>`,
      '/data': late('loaded', 'text/plain', 400),
      '/image.png': late(png, 'image/png', 600)
    })
    const picks = [
      { number: 1, selectors: ['#out'], tag: 'p' },
      { number: 2, selectors: ['img'], tag: 'img' }
    ]
    const seen = await lookAt(port, { picks })
    expect(seen.picks[0]?.text).toBe('loaded')
    expect(seen.picks[1]?.box).toMatchObject({ width: 40, height: 40 })
  })

  test('does not wait for what never ends: events, long polls, sockets', async () => {
    const port = await serveSite({
      '/': `<script>new EventSource('/events'); fetch('/poll'); new WebSocket('ws://' + location.host + '/hmr')</script>text`,
      '/events': (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: x\n\n'),
      '/poll': () => {}
    })
    const seen = await lookAt(port)
    expect(seen.isStable).toBe(true)
    expect(seen.durationMs).toBeLessThan(25_000)
  })

  test('does what is asked for before it is taken', async () => {
    const port = await serveSite({
      '/': `<button onclick="out.textContent = 'clicked'">a</button><input oninput="typed.textContent = this.value">
        <b onmouseover="hovered.textContent = 'hovered'">b</b><p id="out"></p><p id="typed"></p><p id="hovered"></p><p id="key"></p>
        <script>addEventListener('keydown', event => { key.textContent = event.key })</script>`
    })
    const picks = ['#out', '#typed', '#hovered', '#key'].map((selector, index) => ({ number: index + 1, selectors: [selector], tag: 'p' }))
    const seen = await lookAt(port, {
      picks,
      actions: [
        { action: 'click', selector: 'button' },
        { action: 'fill', selector: 'input', value: 'tüped' },
        { action: 'press', key: 'Escape' },
        { action: 'hover', selector: 'b' },
        { action: 'wait', milliseconds: 10 }
      ]
    })
    expect(seen.picks.map(({ text }) => text)).toEqual(['clicked', 'tüped', 'hovered', 'Escape'])
  })

  test('an action that cannot be done is named', async () => {
    const port = await serveSite({ '/': '<button>a</button>' })
    const actions: NonNullable<LookInput['actions']> = [
      { action: 'click', selector: 'button' },
      { action: 'click', selector: '#missing' }
    ]
    const { code, problem } = await refusalOf(port, { actions })
    expect(code).toBe('invalid_parameter')
    expect(problem.field).toBe('actions.1')
    expect((await refusalOf(port, { actions: [{ action: 'press', key: 'NoSuchKey' }] })).problem.field).toBe('actions.0')
  })
})

describe('picks', { timeout: 60_000 }, () => {
  const PAGE = `<style>body{margin:0} button{width:100px;height:40px;position:absolute;padding:0;border:0}</style>
    <button class="buy" data-testid="buy" style="top:100px;left:100px">Buy now</button>
    <button class="other" style="top:200px;left:100px;background:rgb(200,0,0)">Other</button>
    <button style="top:300px;left:100px">Same text</button><button style="top:400px;left:300px">Same text</button>
    <div id="host"></div><iframe id="frame" style="position:absolute;top:50px;left:400px;border:10px solid;padding:5px" srcdoc="<style>body{margin:0}</style><p class=in>In the frame</p>"></iframe>
    <i style="display:none">hidden</i>
    <script>host.attachShadow({ mode: 'open' }).innerHTML = '<p class=in>In the shadow</p><x-inner></x-inner>'
      host.shadowRoot.querySelector('x-inner').attachShadow({ mode: 'open' }).innerHTML = '<b>Deeper</b>'</script>`

  test('are found by what they were picked with, through shadow roots and frames', async () => {
    const port = await serveSite({ '/': PAGE })
    const seen = await lookAt(port, {
      picks: [
        { number: 3, selectors: ['.buy'], tag: 'button' },
        { number: 4, selectors: ['#host', '.in'], tag: 'p' },
        { number: 5, selectors: ['#host', 'x-inner', 'b'], tag: 'b' },
        { number: 6, selectors: ['#frame', '.in'], tag: 'p' }
      ]
    })
    expect(seen.picks.map(({ number, foundBy, text }) => ({ number, foundBy, text }))).toEqual([
      { number: 3, foundBy: 'selector', text: 'Buy now' },
      { number: 4, foundBy: 'selector', text: 'In the shadow' },
      { number: 5, foundBy: 'selector', text: 'Deeper' },
      { number: 6, foundBy: 'selector', text: 'In the frame' }
    ])
    expect(seen.picks[0]?.box).toEqual({ x: 100, y: 100, width: 100, height: 40 })
    expect(seen.picks[3]?.box).toMatchObject({ x: 415, y: 81 })
  })

  test('are found by other evidence where the selectors lead nowhere or to several', async () => {
    const port = await serveSite({ '/': PAGE })
    const box = { x: 300, y: 390, width: 100, height: 40 }
    const seen = await lookAt(port, {
      picks: [
        { number: 1, selectors: ['.gone'], tag: 'button', testId: 'buy' },
        { number: 2, selectors: ['button'], tag: 'button', role: 'button', accessibleName: 'Other' },
        { number: 3, selectors: ['button'], tag: 'button', text: '  Same\ntext ', box },
        { number: 4, selectors: [':::'], tag: 'p', text: 'IN the shadow' },
        { number: 5, selectors: ['.gone'], tag: 'button', role: 'button', accessibleName: 'Same text', box },
        { number: 6, selectors: ['button'], tag: 'button', text: 'Same text' },
        { number: 7, selectors: ['.gone'], tag: 'button' }
      ]
    })
    expect(seen.picks.map(({ found, foundBy }) => (found ? foundBy : false))).toEqual([
      'test_id',
      'role_and_name',
      'text',
      'text',
      'role_and_name',
      false,
      false
    ])
    expect(seen.picks[2]?.box).toMatchObject({ x: 300, y: 400 })
    expect(seen.picks[4]?.box).toMatchObject({ x: 300, y: 400 })
    expect(seen.picks[6]).toEqual({ number: 7, found: false })
  })

  test('are described and cropped', async () => {
    const port = await serveSite({ '/': PAGE })
    const seen = await lookAt(port, {
      selector: '.buy',
      viewport: { ...VIEWPORT, deviceScaleFactor: 2 },
      picks: [
        { number: 1, selectors: ['.other'], tag: 'button' },
        { number: 2, selectors: ['i'], tag: 'i' }
      ]
    })
    const [other, hidden] = seen.picks
    expect(other?.styles).toMatchObject({ 'background-color': 'rgb(200, 0, 0)', width: '100px', position: 'absolute', display: 'block' })
    expect(Object.keys(other?.styles ?? {}).length).toBeGreaterThan(45)
    expect(other?.crop).toMatchObject({ width: 2 * (100 + 32), height: 2 * (40 + 32) })
    if (other?.crop !== undefined) expect(await pixelAt(other.crop, 40, 40)).toBe('rgb(200, 0, 0)')
    expect(hidden).toMatchObject({ found: true, box: { width: 0, height: 0 } })
    expect(hidden?.crop).toBeUndefined()
    expect(seen.element).toMatchObject({ width: 264, height: 144 })
  })

  test('outside of the view are cropped without moving the picture of the page', async () => {
    const port = await serveSite({
      '/': `<body style="margin:0;background:rgb(10,10,10)"><div style="height:100px;background:rgb(20,20,20)"></div>
        <div style="height:300px;overflow:auto"><div style="height:2000px"></div><i style="display:block;width:30px;height:30px;background:rgb(1,99,1)"></i></div>
        <div style="height:3000px"></div><b style="display:block;width:50px;height:50px;background:rgb(99,0,0)"></b>
        <u style="display:block;width:2000px;height:1500px;background:rgb(0,0,99)"></u>`
    })
    const picks = ['b', 'i', 'u'].map((tag, index) => ({ number: index + 1, selectors: [tag], tag }))
    const seen = await lookAt(port, { picks, viewport: { ...VIEWPORT, scrollY: 20 } })
    const alone = await lookAt(port, { viewport: { ...VIEWPORT, scrollY: 20 } })
    const page = await fetchPicture(seen.page)
    expect(page).toEqual(await fetchPicture(alone.page))
    const [below, inner, large] = seen.picks
    expect(below?.box?.y).toBe(3_380)
    if (below?.crop !== undefined) expect(await pixelAt(below.crop, 10, 30)).toBe('rgb(99, 0, 0)')
    if (inner?.crop !== undefined) expect(await pixelAt(inner.crop, 10, 20)).toBe('rgb(1, 99, 1)')
    expect([below?.crop?.width, inner?.crop?.width]).toEqual([66, 46])
    expect(large?.crop).toMatchObject({ width: 2_000, height: 1_516 })
  })

  test('a selector that is none is refused, one that matches nothing gives no crop', async () => {
    const port = await serveSite({ '/': PAGE })
    const { code, problem } = await refusalOf(port, { selector: 'a[' })
    expect([code, problem.field]).toEqual(['invalid_parameter', 'selector'])
    expect((await lookAt(port, { selector: '.gone' })).element).toBeUndefined()
  })

  test('a page cannot make its elements appear as others', async () => {
    const port = await serveSite({
      '/': `<p>true</p><script>
        Element.prototype.getBoundingClientRect = () => ({ x: 1, y: 1, width: 1, height: 1 })
        Document.prototype.querySelectorAll = document.querySelectorAll = () => []
        globalThis.getComputedStyle = () => ({ getPropertyValue: () => 'lie' })
        Object.defineProperty(HTMLElement.prototype, 'innerText', { get: () => 'lie' })
        JSON.stringify = () => '"lie"'; Array.prototype.map = () => []; Promise = undefined
      </script>`
    })
    const seen = await lookAt(port, { picks: [{ number: 1, selectors: ['p'], tag: 'p' }] })
    expect(seen.picks[0]).toMatchObject({ found: true, text: 'true', styles: { display: 'block' } })
    expect(seen.picks[0]?.box?.width).toBe(784)
  })
})

describe('what happened on the page', { timeout: 60_000 }, () => {
  test('is told: console, exceptions, requests that failed', async () => {
    const port = await serveSite({
      '/': `<link rel="icon" href="/favicon.ico"><img src="/missing.png"><script>
        console.log('not told'); console.warn('warned', 1); console.error('\\u001b[31mwrong\\u001b[0m')
        fetch('/broken', { method: 'POST' }); fetch('http://localhost:1/').catch(() => {})
        const aborted = new AbortController(); fetch('/slow', { signal: aborted.signal }).catch(() => {}); aborted.abort()
        setTimeout(() => { throw new Error('thrown') })
      </script>`,
      '/broken': (_, response) => response.writeHead(503).end(),
      '/slow': () => {}
    })
    const seen = await lookAt(port)
    const errors = seen.console.map(({ level, text }) => `${level}: ${text.split('\n')[0]}`)
    expect(errors).toContain('warning: warned 1')
    expect(errors).toContain('error: wrong')
    expect(errors).toContain('error: Error: thrown')
    expect(errors.join()).not.toMatch(/not told|favicon/)
    expect(seen.console.find(({ text }) => text === 'wrong')?.location).toMatch(new RegExp(`^http://localhost:${port}/:2:\\d+$`))
    const requests = seen.failedRequests.map(
      ({ url, method, status, failure }) => `${method} ${URL.parse(url)?.pathname} ${status ?? failure}`
    )
    expect(requests.sort()).toEqual(['GET / net::ERR_UNSAFE_PORT', 'GET /missing.png 404', 'POST /broken 503'])
  })

  test('a page with an error status is a page', async () => {
    const port = await serveSite({ '/': (_, response) => response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>broken</h1>') })
    expect(await lookAt(port)).toMatchObject({ httpStatus: 500, isStable: true, page: { width: 800 } })
  })
})

describe('hostile and broken pages', { timeout: 60_000 }, () => {
  test('a port on which nothing listens', async () => {
    const { code, problem } = await refusalOf(54_321)
    expect(code).toBe('verify_unreachable')
    expect(problem.detail).toContain('ERR_CONNECTION_REFUSED')
  })

  test.each(['//example.com/', '/\\example.com', '//localhost:1/'])('a path that leads elsewhere: %s', async path => {
    expect((await refusalOf(await serveSite({ '/': 'x' }), { path })).code).toBe('verify_target_invalid')
  })

  const redirectTo = (location: string) => ({
    '/': (_: IncomingMessage, response: ServerResponse) => response.writeHead(302, { location }).end()
  })
  test.each([
    ['by redirect', redirectTo('http://example.com/')],
    ['by redirect to another port', redirectTo('http://localhost:1234/')],
    ['by script', { '/': '<script>location.href = "http://example.com/"</script>' }],
    ['by refreshing', { '/': '<meta http-equiv="refresh" content="0;url=https://example.com/">' }],
    ['by a form', { '/': '<form action="http://localhost:1234/" method="post"></form><script>document.forms[0].submit()</script>' }]
  ])('a page that leads out %s', async (_, pages) => {
    expect((await refusalOf(await serveSite(pages))).code).toBe('verify_target_invalid')
  })

  test('a redirect to a file, which Chromium itself refuses', async () => {
    expect((await refusalOf(await serveSite(redirectTo('file:///etc/passwd')))).code).toBe('verify_unreachable')
  })

  test('a redirect within the project is followed', async () => {
    const port = await serveSite({
      '/': (_, response) => response.writeHead(302, { location: '/login' }).end(),
      '/login': '<title>Login</title>'
    })
    expect(await lookAt(port)).toMatchObject({ url: `http://localhost:${port}/login`, title: 'Login', httpStatus: 200 })
  })

  test('a page that replaces itself once is looked at in the end', async () => {
    const port = await serveSite({
      '/': '<script>setTimeout(() => location.replace("/next"), 20)</script>',
      '/next': '<title>Next</title>'
    })
    expect((await lookAt(port, { actions: [{ action: 'wait', milliseconds: 300 }] })).title).toBe('Next')
  })

  test('a page that never answers', async () => {
    expect((await refusalOf(await serveSite({ '/': () => {} }), { timeoutMs: 1_000 })).code).toBe('verify_timeout')
  })

  test('a page that is never done loading is shown as it is', async () => {
    const port = await serveSite({ '/': 'text<img src="/never.png">', '/never.png': () => {} })
    const seen = await lookAt(port, { timeoutMs: 60_000 })
    expect(seen.isStable).toBe(false)
    expect(seen.unstableReason).toContain('still loading')
  })

  test('a page that loads for ever is shown as it is', async () => {
    const port = await serveSite({
      '/': '<script>setInterval(() => fetch("/x"), 30)</script>text',
      '/x': (_, response) => void setTimeout(() => response.end(), 60)
    })
    const seen = await lookAt(port)
    expect(seen.isStable).toBe(false)
    expect(seen.unstableReason).toContain('/x')
  })

  test('a picture that never stands still', async () => {
    const port = await serveSite({
      '/': `<p id="out"></p><script>let n = 0; (function go() { out.textContent = ++n; requestAnimationFrame(go) })()</script>`
    })
    const seen = await lookAt(port)
    expect(seen.isStable).toBe(false)
    expect(seen.unstableReason).toContain('kept changing')
  })

  test('an endless loop', async () => {
    const port = await serveSite({ '/': '<script>setTimeout(() => { for (;;); }, 50)</script>', '/fine': 'x' })
    expect((await refusalOf(port, { timeoutMs: 2_000 })).code).toBe('verify_timeout')
    expect((await lookAt(port, { path: '/fine' })).isStable).toBe(true)
  })

  test('a crash', async () => {
    const asked = Promise.withResolvers<void>()
    const port = await serveSite({ '/': 'text<img src="/never.png">', '/never.png': () => asked.resolve(), '/fine': 'x' })
    const refused = refusalOf(port)
    await asked.promise
    killBrowserProcesses('--type=renderer')
    const { code, problem } = await refused
    expect([code, problem.detail]).toEqual(['verify_timeout', 'The page crashed.'])
    expect((await lookAt(port, { path: '/fine' })).isStable).toBe(true)
  })

  test('dialogs, one after the other', async () => {
    const port = await serveSite({
      '/': `<script>alert(1); confirm(2); prompt(3); addEventListener('beforeunload', event => event.preventDefault())</script><title>after</title>`,
      '/loop': '<script>for (;;) alert("again")</script>'
    })
    expect((await lookAt(port)).title).toBe('after')
    expect((await refusalOf(port, { path: '/loop', timeoutMs: 2_000 })).code).toBe('verify_timeout')
  })

  test('a flood of windows', async () => {
    const port = await serveSite({
      '/': `<a href="/" target="_blank">x</a><script>for (let i = 0; i < 100000; i++) window.open('/'); for (let i = 0; i < 1000; i++) document.querySelector('a').click()</script><title>after</title>`
    })
    const seen = await lookAt(port)
    expect(seen.title).toBe('after')
    expect(seen.durationMs).toBeLessThan(60_000)
  })

  test('a window that a click opens', async () => {
    const port = await serveSite({ '/': `<button onclick="window.open('/')">x</button>` })
    expect((await lookAt(port, { actions: [{ action: 'click', selector: 'button' }] })).isStable).toBe(true)
  })

  test('downloads', async () => {
    const port = await serveSite({
      '/': '<a href="/file" download>x</a><script>document.querySelector("a").click()</script><title>after</title>',
      '/file': (_, response) => response.writeHead(200, { 'content-disposition': 'attachment; filename=x.bin' }).end('x')
    })
    expect((await lookAt(port)).title).toBe('after')
    expect((await refusalOf(port, { path: '/file' })).code).toBe('verify_target_invalid')
  })

  test('a page that is larger than memory', async () => {
    const port = await serveSite({
      '/': '<canvas width="16384" height="16384" style="width:16384px;height:16384px"></canvas><div style="width:1e7px;height:1e7px">'
    })
    expect((await lookAt(port, { fullPage: true })).page).toMatchObject({ height: expect.any(Number) })
  })

  test('a thousand elements in a thousand shadow roots', async () => {
    const port = await serveSite({
      '/': `<script>for (let i = 0; i < 1000; i++) { const d = document.body.appendChild(document.createElement('div')); d.attachShadow({ mode: 'open' }).innerHTML = '<p>x</p>'.repeat(30) }</script>`
    })
    const seen = await lookAt(port, { picks: [{ number: 1, selectors: ['.gone'], tag: 'p', text: 'not there' }] })
    expect(seen.picks[0]?.found).toBe(false)
    expect(seen.durationMs).toBeLessThan(60_000)
  })
})

describe('the browser', { timeout: 60_000 }, () => {
  test('is started anew when it has died', async () => {
    const port = await serveSite({ '/': '<title>alive</title>' })
    await lookAt(port)
    killBrowserProcesses('')
    await expect.poll(async () => await lookAt(port).then(({ title }) => title, String), { timeout: 20_000 }).toBe('alive')
  })

  test('looks at several pages at once', async () => {
    const port = await serveSite(Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`/${index}`, `<title>${index}</title>`])))
    const seen = await Promise.all(Array.from({ length: 6 }, async (_, index) => await lookAt(port, { path: `/${index}` })))
    expect(seen.map(({ title }) => title)).toEqual(['0', '1', '2', '3', '4', '5'])
  })

  test('keeps nothing from one look to the next', async () => {
    const port = await serveSite({
      '/': `<p id="out"></p><script>out.textContent = (localStorage.seen ?? 'new') + document.cookie; localStorage.seen = 'again'; document.cookie = 'a=b'</script>`
    })
    const picks = [{ number: 1, selectors: ['#out'], tag: 'p' }]
    await lookAt(port, { picks })
    expect((await lookAt(port, { picks })).picks[0]?.text).toBe('new')
  })
})
