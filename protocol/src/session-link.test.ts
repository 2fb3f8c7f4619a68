import { expect, it } from 'vitest'
import { readSessionLink, sessionLink } from './session-link.ts'

const session = `ses_${'a'.repeat(20)}`

it('names a server and a session', () => {
  const made = new URL(sessionLink({ serverUrl: 'https://fixpoint.example', sessionId: session }))
  expect(readSessionLink(made.pathname, made.search)).toEqual({ serverUrl: 'https://fixpoint.example', sessionId: session })
  expect(readSessionLink('/open', `server=http%3A%2F%2F127.0.0.1%3A4700%2Fapi&session=${session}`)).toEqual({
    serverUrl: 'http://127.0.0.1:4700',
    sessionId: session
  })
})

it.each([
  ['/close', `server=http://a&session=${session}`],
  ['/open', `session=${session}`],
  ['/open', `server=javascript:alert(1)&session=${session}`],
  ['/open', `server=file:///etc&session=${session}`],
  ['/open', `server=https://fixpoint.example@evil.example&session=${session}`],
  ['/open', 'server=http://a&session=../../x'],
  ['/open', '']
])('%s?%s does not', (path, query) => {
  expect(() => readSessionLink(path, query)).toThrow('does not lead to a session')
})
