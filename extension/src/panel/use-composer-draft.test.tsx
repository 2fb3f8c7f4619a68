// @vitest-environment happy-dom
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fakeBrowser } from 'wxt/testing/fake-browser'
import { emptyDraft, storedDraftOf } from './composer-draft.ts'
import { defaultChoiceSetting } from './storage.ts'
import { type UpdateDraft, useComposerDraft } from './use-composer-draft.ts'

let root: Root
let shown: string | null
let update: UpdateDraft

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  fakeBrowser.reset()
  root = createRoot(document.createElement('div'))
})
afterEach(async () => {
  await act(async () => root.unmount())
  vi.restoreAllMocks()
})

function Probe({ place }: { place: string }) {
  const [draft, change] = useComposerDraft(place)
  shown = draft?.text ?? null
  update = change
  return null
}

const stored = (place: string) => storedDraftOf(chrome.storage.session, place)
const show = (place: string) => act(async () => root.render(<Probe place={place} />))

/** Holds back what is read, as a busy browser does. */
function holdReads(): () => void {
  const gate = Promise.withResolvers<void>()
  vi.spyOn(defaultChoiceSetting, 'read').mockImplementation(() => gate.promise.then(() => null))
  return () => gate.resolve()
}

test('what is written before the stored draft was read is kept, with the rest of what was stored', async () => {
  await stored('http://a').write({ ...emptyDraft(), text: 'before', sessionId: 'ses_00000000000000000001' })
  const release = holdReads()
  await show('http://a')
  expect(shown).toBeNull()
  act(() => update({ text: 'early' }))
  act(() => update(known => ({ text: `${known.text} and earlier` })))
  await act(async () => release())
  expect(shown).toBe('early and earlier')
  expect(await stored('http://a').read()).toMatchObject({ text: 'early and earlier', sessionId: 'ses_00000000000000000001' })
})

test('it stays where it was written, also when another page is shown before the draft was read', async () => {
  await stored('http://a').write({ ...emptyDraft(), text: 'of a' })
  const release = holdReads()
  await show('http://a')
  act(() => update({ text: 'early, of a' }))
  await show('http://b')
  await act(async () => release())
  expect(shown).toBe('')
  expect((await stored('http://a').read())?.text).toBe('early, of a')
  expect(await stored('http://b').read()).toBeNull()
})
