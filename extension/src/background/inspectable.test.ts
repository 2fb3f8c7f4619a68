import { describe, expect, it } from 'vitest'
import { addressProblem } from './inspectable.ts'
import { injectionError } from './page-scripts.ts'

describe('addressProblem', () => {
  it.each([
    'chrome://settings/',
    'about:blank',
    'file:///etc/passwd',
    'view-source:https://shop.example/',
    'data:text/html,x',
    'blob:https://shop.example/123',
    'chrome-extension://aaaabbbbccccddddeeeeffffgggghhhh/x.html',
    'devtools://devtools/bundled/x.html',
    'https://chromewebstore.google.com/detail/x',
    'ftp://shop.example/',
    'nonsense'
  ])('says why %s cannot be inspected', address => {
    expect(addressProblem(address)).toMatchObject({ code: 'page_not_inspectable', message: expect.stringMatching(/\.$/) })
  })

  it.each(['http://localhost:5173/', 'https://shop.example/a?b#c'])('has nothing against %s', address => {
    expect(addressProblem(address)).toBeNull()
  })
})

describe('injectionError', () => {
  // The messages of Chromium 156.
  it.each([
    ['Cannot access a chrome:// URL', 'page_not_inspectable'],
    ['The extensions gallery cannot be scripted.', 'page_not_inspectable'],
    ['This page cannot be scripted due to an ExtensionsSettings policy.', 'page_not_inspectable'],
    ['Frame with ID 0 is showing error page', 'page_not_inspectable'],
    ['Cannot access contents of url "file:///a". Extension manifest must request permission to access this host.', 'page_not_inspectable'],
    ['Cannot access contents of the page. Extension manifest must request permission to access the respective host.', 'page_access_needed'],
    ['No tab with id: 7.', 'frame_changed'],
    ['No document with id ABC in tab with id 7', 'frame_changed'],
    ['Something new', 'page_not_inspectable']
  ])('%s → %s', (message, code) => {
    expect(injectionError(new Error(message)).code).toBe(code)
  })
})
