import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PageServer, servePages } from './pages.ts'
import { eventually, Person, value } from './person.ts'

const PDF =
  '%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>'

describe('which pages can be inspected', () => {
  let person: Person
  let server: PageServer

  beforeAll(async () => {
    server = await servePages({
      '/': '<!doctype html><title>Page</title><h1>Page</h1>',
      '/a.pdf': { html: PDF, headers: { 'content-type': 'application/pdf' } }
    })
    person = await Person.start()
    // The tab that the browser starts with is another about:blank.
    await person.browser.context.pages()[0]?.goto(server.origin)
  })
  afterAll(async () => {
    await person.close()
    await server.close()
  })

  async function show(url: string): Promise<Page> {
    const page = await person.browser.context.newPage()
    await page.goto(url)
    await page.bringToFront()
    return page
  }

  async function activeTab() {
    const worker = await person.browser.worker()
    const windowId = Number(
      await worker.evaluate(
        'chrome.tabs.query({ active: true }).then(tabs => tabs.find(tab => !tab.url?.startsWith("chrome-extension:"))?.windowId)'
      )
    )
    return value(await person.ask('getActiveTab', { windowId }))
  }

  it('asks for access where the person has not clicked the icon yet', async () => {
    const page = await show(`${server.origin}/?first`)
    const tab = await activeTab()
    expect(tab.problem).toMatchObject({ code: 'page_access_needed' })
    expect(tab.url).toBeUndefined()
    expect(await person.ask('startPointing', { tabId: tab.tabId, requestId: '1' })).toMatchObject({
      ok: false,
      failure: { code: 'page_access_needed' }
    })
    await person.browser.clickAction(page)
    await eventually(async () => expect((await activeTab()).problem).toBeUndefined())
    expect(await activeTab()).toMatchObject({ url: `${server.origin}/?first`, title: 'Page' })
    await page.close()
  })

  it.each([
    ['chrome://version/', /Chrome’s own pages/],
    ['about:blank', /no access to this kind of page/],
    ['data:text/html,<h1>x</h1>', /no access to this kind of page/],
    ['file:///etc/os-release', /Files on this computer/],
    ['{origin}/a.pdf', /PDF/]
  ])('says why not: %s', async (address, reason) => {
    const page = await show(address.replace('{origin}', server.origin))
    await person.browser.clickAction(page)
    await eventually(async () => {
      const { problem, tabId } = await activeTab()
      expect(problem).toMatchObject({ code: 'page_not_inspectable', message: expect.stringMatching(reason) })
      expect(await person.ask('startPointing', { tabId, requestId: '2' })).toMatchObject({
        ok: false,
        failure: { code: 'page_not_inspectable' }
      })
      expect(await person.ask('takeScreenshot', { tabId })).toMatchObject({ ok: false, failure: { code: 'page_not_inspectable' } })
    })
    await page.close()
  })
})
