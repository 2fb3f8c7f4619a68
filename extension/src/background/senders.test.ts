import { FixpointError } from '@fixpoint/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { success } from '../outcome.ts'
import { guarded, isBackground, isContentScript, isExtensionPage, refusals } from './senders.ts'

const ID = 'dmlpgeomecbdojbpnbhejhlgpnojgldc'
const OTHER = 'a'.repeat(32)
const tab: chrome.tabs.Tab = {
  id: 7,
  index: 0,
  windowId: 1,
  pinned: false,
  highlighted: true,
  active: true,
  incognito: false,
  selected: true,
  discarded: false,
  autoDiscardable: true,
  groupId: -1,
  frozen: false,
  lastAccessed: 0
}
const panel = { id: ID, origin: `chrome-extension://${ID}`, url: `chrome-extension://${ID}/sidepanel.html` }
const picker = { id: ID, tab, frameId: 0, documentId: 'D1', origin: 'https://shop.example', url: 'https://shop.example/' }

describe('senders', () => {
  it('are pages of the extension', () => {
    expect(isExtensionPage(panel, ID)).toBe(true)
    expect(isExtensionPage({ ...panel, tab }, ID)).toBe(true)
    expect(isExtensionPage(picker, ID)).toBe(false)
    expect(isExtensionPage({ ...panel, id: OTHER }, ID)).toBe(false)
    expect(isExtensionPage({ ...panel, origin: 'https://shop.example' }, ID)).toBe(false)
    expect(isExtensionPage({ ...panel, url: `https://shop.example/chrome-extension://${ID}/` }, ID)).toBe(false)
    expect(isExtensionPage({}, ID)).toBe(false)
  })

  it('are the service worker, which has no tab', () => {
    const worker = { id: ID, origin: `chrome-extension://${ID}`, url: `chrome-extension://${ID}/background.js` }
    expect(isBackground(worker, ID)).toBe(true)
    expect(isBackground(picker, ID)).toBe(false)
    expect(isBackground({ ...picker, frameId: 3 }, ID)).toBe(false)
    expect(isBackground({ ...worker, id: OTHER }, ID)).toBe(false)
  })

  it('are scripts in a tab', () => {
    expect(isContentScript(picker, ID)).toBe(true)
    expect(isContentScript({ ...picker, frameId: 3 }, ID)).toBe(true)
    expect(isContentScript({ ...picker, frameId: undefined }, ID)).toBe(false)
    expect(isContentScript({ ...picker, documentId: undefined }, ID)).toBe(false)
    expect(isContentScript({ ...picker, id: OTHER }, ID)).toBe(false)
    expect(isContentScript({ ...panel, tab, frameId: 0, documentId: 'D1' }, ID)).toBe(false)
    expect(isContentScript(panel, ID)).toBe(false)
  })
})

describe('guarded', () => {
  const answer = vi.fn(async ({ tabId }: { tabId: number }) => success(tabId))
  const guard = guarded(sender => isExtensionPage(sender, ID), z.object({ tabId: z.number() }), answer)

  beforeEach(() => {
    answer.mockClear()
    refusals.sender_not_allowed = refusals.invalid_message = refusals.capture_too_large = 0
  })

  it('lets well-formed messages of the right sender through', async () => {
    expect(await guard({ data: { tabId: 7 }, sender: panel })).toEqual({ ok: true, value: 7 })
  })

  it('drops and counts messages of others before looking into them', async () => {
    expect(await guard({ data: { tabId: 7 }, sender: picker })).toMatchObject({ ok: false, failure: { code: 'sender_not_allowed' } })
    expect(answer).not.toHaveBeenCalled()
    expect(refusals).toEqual({ sender_not_allowed: 1, invalid_message: 0, capture_too_large: 0 })
  })

  it.each([undefined, null, 7, 'x', [], {}, { tabId: '7' }])('drops and counts what is not well formed: %j', async data => {
    expect(await guard({ data, sender: panel })).toMatchObject({ ok: false, failure: { code: 'invalid_message' } })
    expect(answer).not.toHaveBeenCalled()
    expect(refusals.invalid_message).toBe(1)
  })

  it('drops what is too large', async () => {
    expect(await guard({ data: { tabId: 7, more: 'x'.repeat(300_000) }, sender: panel })).toMatchObject({
      ok: false,
      failure: { code: 'capture_too_large' }
    })
    expect(answer).not.toHaveBeenCalled()
  })

  it('answers errors as failures', async () => {
    answer.mockRejectedValueOnce(new FixpointError('element_gone', 'It is gone.'))
    expect(await guard({ data: { tabId: 7 }, sender: panel })).toMatchObject({
      ok: false,
      failure: { code: 'element_gone', message: 'It is gone.' }
    })
  })
})
