// @vitest-environment happy-dom
import { FixpointError } from '@fixpoint/protocol'
import { act, type ReactNode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fakeBrowser } from 'wxt/testing/fake-browser'
import { onMessage } from '../messages.ts'
import { success } from '../outcome.ts'
import { waitingUpdateState } from './storage.ts'
import { UpdateLine } from './UpdateLine.tsx'
import { isVersionRefusal, VersionRefusal } from './VersionRefusal.tsx'

let root: Root
const tooOld = new FixpointError('client_too_old', 'The client speaks version 1, the server 2.').toFailure()
const tooNew = new FixpointError('protocol_unsupported', 'The client speaks version 2, the server 1.', {
  hint: 'Update the server.'
}).toFailure()

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  fakeBrowser.reset()
  const place = document.createElement('div')
  document.body.replaceChildren(place)
  root = createRoot(place)
})

afterEach(async () => {
  await act(async () => root.unmount())
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const show = (node: ReactNode) => act(async () => root.render(node))
const text = () => document.body.textContent ?? ''
const button = (name: string) => [...document.querySelectorAll('button')].find(candidate => candidate.textContent === name)
const press = (name: string) => act(async () => button(name)?.click())
const wait = (version: string, isWanted = false) => act(async () => waitingUpdateState.write({ version, since: 1, isWanted }))

test('the line is there while an update waits, and says when it was chosen', async () => {
  const asked = vi.fn(async () => {
    await waitingUpdateState.write({ version: '2.0.0', since: 1, isWanted: true })
    return success(null)
  })
  const stop = onMessage('applyUpdate', asked)
  await show(<UpdateLine />)
  expect(text()).toBe('')
  await wait('2.0.0')
  expect(text()).toBe('Version 2.0.0 is ready.Update now')
  // A real button: it is reached and pressed with the keyboard.
  expect(button('Update now')).toMatchObject({ type: 'button', tabIndex: 0, disabled: false })
  await press('Update now')
  expect(asked).toHaveBeenCalledOnce()
  expect(text()).toBe('Updating as soon as nothing is being sent…')
  await act(async () => waitingUpdateState.write(null))
  expect(text()).toBe('')
  stop()
})

test('an extension that is too old for the server is told so, and can look for an update', async () => {
  const look = vi.fn(async () => ({ status: 'no_update' }))
  vi.stubGlobal('chrome', { ...fakeBrowser, runtime: { ...fakeBrowser.runtime, requestUpdateCheck: look } })
  await show(<VersionRefusal failure={tooOld} serverUrl="http://127.0.0.1:4700" onRetry={() => undefined} />)
  expect(text()).toContain('This client is too old for the server')
  expect(text()).toContain('The client speaks version 1, the server 2.')
  await press('Look for an update')
  expect(look).toHaveBeenCalledOnce()
  expect(text()).toContain('There is no update yet.')
  // Once there is one, the line above offers it.
  await wait('2.0.0')
  expect(button('Look for an update')).toBeUndefined()
})

test('that the browser could not look is told', async () => {
  vi.spyOn(console, 'error').mockReturnValue(undefined)
  const look = vi.fn().mockRejectedValue(new Error('no network'))
  vi.stubGlobal('chrome', { ...fakeBrowser, runtime: { ...fakeBrowser.runtime, requestUpdateCheck: look } })
  await show(<VersionRefusal failure={tooOld} serverUrl="http://127.0.0.1:4700" onRetry={() => undefined} />)
  await press('Look for an update')
  expect(text()).toContain('The browser could not look for an update.')
})

test('a server that is older than the extension is for others to update', async () => {
  const retry = vi.fn()
  await show(<VersionRefusal failure={tooNew} serverUrl="http://127.0.0.1:4700" onRetry={retry} />)
  expect(text()).toContain('Whoever runs the server updates it.')
  expect(button('Look for an update')).toBeUndefined()
  await press('Try again')
  expect(retry).toHaveBeenCalledOnce()
})

test('pairing again is offered for other refusals', () => {
  expect([tooOld, tooNew].map(isVersionRefusal)).toEqual([true, true])
  expect(isVersionRefusal(new FixpointError('token_invalid', 'no').toFailure())).toBe(false)
})
