import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeBrowser } from 'wxt/testing/fake-browser'
import type { PageDraft } from '../draft.ts'
import { recoverInterrupted } from './recover.ts'
import { forgetTab, storedDraft, storedPointing, storedRun, writeDraft } from './session-store.ts'

const picture = { dataUrl: 'data:image/webp;base64,AAAA', mediaType: 'image/webp', width: 10, height: 10, bytes: 3 } as const

function record(tabId: number, changedAt: number) {
  const draft: PageDraft = {
    tabId,
    revision: 1,
    url: 'https://shop.example/',
    title: 'Shop',
    capturedAt: '2026-11-21T08:00:00.000Z',
    viewport: { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
    colorScheme: 'light',
    frameworks: [],
    featureFlags: {},
    outline: [],
    picks: [],
    console: [],
    requests: [],
    masking: '[[],[]]',
    screenshot: picture,
    redactions: {},
    truncated: [],
    problems: []
  }
  return { draft, documentId: `D${tabId}`, lastNumber: 0, changedAt }
}

describe('recoverInterrupted', () => {
  beforeEach(() => fakeBrowser.reset())
  afterEach(() => vi.restoreAllMocks())

  it('ends what an earlier service worker has begun, and leaves pointing alone', async () => {
    // The fake browser words differently that no panel is open.
    vi.spyOn(console, 'error').mockReturnValue(undefined)
    const unfinished = record(1, 1)
    const pick = {
      number: 1,
      selectors: ['p'],
      tag: 'p',
      box: { x: 0, y: 0, width: 1, height: 1 },
      components: [],
      props: [],
      styles: {},
      isComplete: false
    }
    await writeDraft({ ...unfinished, draft: { ...unfinished.draft, picks: [pick] } })
    await storedPointing.write(1, { tabId: 1, status: 'capturing' })
    await storedPointing.write(2, { tabId: 2, status: 'pointing' })
    await recoverInterrupted()
    expect((await storedDraft.read(1))?.draft).toMatchObject({
      revision: 2,
      picks: [{ isComplete: true }],
      problems: [{ code: 'screenshot_unavailable' }]
    })
    expect(await storedPointing.read(1)).toBeNull()
    expect(await storedPointing.read(2)).toMatchObject({ status: 'pointing' })
  })
})

describe('the store of the browser session', () => {
  beforeEach(() => fakeBrowser.reset())
  afterEach(() => vi.restoreAllMocks())

  it('keeps drafts and runs for each tab, and forgets those of closed tabs', async () => {
    await writeDraft(record(1, 1))
    await writeDraft(record(2, 2))
    await storedRun.write(1, { runId: 'r', documents: [], documentId: 'D1' })
    await forgetTab(1)
    expect(await storedDraft.read(1)).toBeNull()
    expect(await storedRun.read(1)).toBeNull()
    expect((await storedDraft.read(2))?.draft.screenshot).toEqual(picture)
  })

  it('drops what another version has written', async () => {
    await chrome.storage.session.set({ 'draft:1': { draft: { tabId: 1 } } })
    expect(await storedDraft.read(1)).toBeNull()
    expect(await chrome.storage.session.get('draft:1')).toEqual({})
  })

  it('makes room by leaving out pictures of the oldest other drafts', async () => {
    await writeDraft(record(1, 1))
    await writeDraft(record(2, 2))
    const set = chrome.storage.session.set.bind(chrome.storage.session)
    let isFull = true
    vi.spyOn(chrome.storage.session, 'set').mockImplementation(async (items: object) => {
      if ('draft:3' in items && isFull) throw new Error('Session storage quota bytes exceeded.')
      isFull = false
      await set(items)
    })
    const written = await writeDraft(record(3, 3))
    expect(written.draft.screenshot).toEqual(picture)
    expect((await storedDraft.read(1))?.draft.screenshot).toBeUndefined()
    expect((await storedDraft.read(2))?.draft.screenshot).toEqual(picture)
  })

  it('leaves out the draft’s own pictures when nothing else is left, and says so', async () => {
    vi.spyOn(chrome.storage.session, 'set').mockImplementationOnce(async () => {
      throw new Error('Session storage quota bytes exceeded.')
    })
    const written = await writeDraft(record(3, 3))
    expect(written.draft.screenshot).toBeUndefined()
    expect(written.draft.truncated).toEqual(['Pictures: left out, because there was no room to keep them'])
    expect(await storedDraft.read(3)).toEqual(written)
  })

  it('passes on other errors', async () => {
    vi.spyOn(chrome.storage.session, 'set').mockRejectedValue(new Error('broken'))
    await expect(writeDraft(record(3, 3))).rejects.toThrow('broken')
  })
})
