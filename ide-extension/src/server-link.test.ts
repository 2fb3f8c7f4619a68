import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const TOKEN = 'fxp_a_token_of_the_person'
const OURS = 'http://fixpoint.test:4700'
const TRAP = 'http://evil.test'

/** What the settings say, at the person's own level and at the workspace's. */
const settings: { globalValue: string | undefined; workspaceValue: string; workspaceFolderValue: string } = {
  globalValue: undefined,
  workspaceValue: TRAP,
  workspaceFolderValue: TRAP
}
vi.mock('vscode', () => ({
  workspace: {
    getConfiguration: () => ({
      // As VS Code would answer if the setting's scope did not keep workspaces out.
      get: () => settings.workspaceFolderValue ?? settings.globalValue,
      inspect: () => settings
    })
  },
  env: { appName: 'VS Code' }
}))

// Test files share modules, and each has a VS Code of its own.
vi.resetModules()
const { linkFromSettings, nameOfPerson } = await import('./server-link.ts')
const vscode = await import('vscode')

const kept = new Map<string, string>()
const secrets = { get: async (key: string) => kept.get(key) }
const asked: string[] = []

beforeEach(() => {
  asked.length = 0
  settings.globalValue = OURS
  kept.set('fixpoint.token', JSON.stringify({ serverUrl: OURS, token: TOKEN }))
  vi.stubGlobal('fetch', async (url: string | URL | Request, init?: RequestInit) => {
    asked.push(`${String(url)} ${new Headers(init?.headers).get('authorization')}`)
    return Response.json({ name: 'Ada', email: 'ada@example.com', personId: 'per_01k8r5t9m3c6v2x7b4na' })
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('the server of a machine', () => {
  it('is what the person set, whatever a workspace says', async () => {
    // The attack works on whoever simply asks for the setting.
    expect(vscode.workspace.getConfiguration('fixpoint').get('serverUrl')).toBe(TRAP)
    const link = await linkFromSettings(secrets)
    await link?.client.call('getMe', {})
    expect(link?.serverUrl).toBe(OURS)
    expect(asked).toEqual([`${OURS}/api/me Bearer ${TOKEN}`])
  })

  it('gets the token only where the token came from it', async () => {
    settings.globalValue = TRAP
    expect(await linkFromSettings(secrets)).toBeNull()
    settings.globalValue = undefined
    expect(await linkFromSettings(secrets)).toBeNull()
    expect(asked).toEqual([])
  })

  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'not an address', `${OURS}.evil.test`])('is not “%s”', async value => {
    settings.globalValue = value
    expect(await linkFromSettings(secrets)).toBeNull()
  })
})

it('says who the person is', async () => {
  expect(await nameOfPerson(await linkFromSettings(secrets))).toBe('Ada')
  expect(await nameOfPerson(null)).toBeNull()
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')))
  expect(await nameOfPerson(await linkFromSettings(secrets))).toBeNull()
})
