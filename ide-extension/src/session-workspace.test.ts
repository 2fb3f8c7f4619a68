import { describe, expect, it } from 'vitest'
import { pathInSession, type Surroundings } from './session-workspace.ts'

const sessionId = 'ses_01k8r5t9m3c6v2x7b4na'
const other = 'ses_01k8r5t9m3c6v2x7b4nb'
const desktop: Surroundings = { isAtDoor: false, sessionId }
const door: Surroundings = { isAtDoor: true, sessionId }
const local = (path: string) => ({ scheme: 'file', authority: '', path })
const remote = (path: string) => ({ scheme: 'vscode-remote', authority: 'vscode-x.localhost', path })
const sandbox = (session: string, path: string) => ({ scheme: 'fixpoint', authority: session, path })

describe('the path of a file in the session', () => {
  it('is the one in the sandbox’s folder', () => {
    expect(pathInSession(remote('/workspace/src/a.css'), door)).toBe('src/a.css')
    expect(pathInSession(sandbox(sessionId, '/shop/src/a.css'), desktop)).toBe('src/a.css')
  })

  it('is not that of a file of the person’s own, whatever session was chosen', () => {
    for (const uri of [local('/home/ada/taxes/2025.txt'), remote('/home/ada/taxes/2025.txt'), remote('/workspace/a.css')]) {
      expect(pathInSession(uri, desktop)).toBeNull()
    }
  })

  it('is not that of another session, of another folder, or of a document that is no file', () => {
    expect(pathInSession(sandbox(other, '/shop/a.css'), desktop)).toBeNull()
    expect(pathInSession(remote('/tmp/a.css'), door)).toBeNull()
    expect(pathInSession(remote('/workspaces/a.css'), door)).toBeNull()
    expect(pathInSession({ scheme: 'fixpoint-commit', authority: '', path: '/workspace/a.css' }, door)).toBeNull()
    expect(pathInSession(remote('/workspace'), door)).toBeNull()
    expect(pathInSession(sandbox(sessionId, '/shop'), desktop)).toBeNull()
  })

  it('is none while there is no session', () => {
    expect(pathInSession(remote('/workspace/a.css'), { isAtDoor: true, sessionId: null })).toBeNull()
    expect(pathInSession(sandbox(sessionId, '/shop/a.css'), { isAtDoor: false, sessionId: null })).toBeNull()
  })
})
