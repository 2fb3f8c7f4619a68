import { createApiClient, runningTurn, type SessionState } from '@fixpoint/protocol'
import { describe, expect, it, vi } from 'vitest'
import { HOSTILE_TEXTS } from '../../ui/src/fixtures/hostile-texts.ts'
import { Story } from '../../ui/src/fixtures/story.ts'
import type { ShownSession } from './followed-session.ts'

/** As much of VS Code as the items need. What it makes of texts is its own: strings are shown as they are, Markdown is not used. */
const showQuickPick = vi.fn(async (items: Promise<object[]>): Promise<undefined> => void (await items))
const statusItem = { text: '', tooltip: '', name: '', command: '', show: () => undefined, hide: () => undefined, dispose: () => undefined }
vi.mock('vscode', () => ({
  TreeItem: class {
    label: unknown
    constructor(label: unknown) {
      this.label = label
    }
  },
  MarkdownString: class {},
  ThemeIcon: Object.assign(class {}, { File: 'file' }),
  EventEmitter: class {
    event = () => undefined
    fire = () => undefined
  },
  Uri: {
    from: (parts: object) => parts,
    joinPath: (base: object, path: string) => ({ ...base, path })
  },
  TreeItemCollapsibleState: { None: 0, Collapsed: 1 },
  StatusBarAlignment: { Left: 1 },
  l10n: { t: (text: string) => text },
  commands: { executeCommand: async () => undefined },
  window: { createStatusBarItem: () => statusItem, showQuickPick }
}))

// Test files share modules, and each has a VS Code of its own.
vi.resetModules()
const vscode = await import('vscode')
const { TurnTree } = await import('./turn-tree.ts')
const { ChangedFiles } = await import('./changed-files.ts')
const { SessionStatus } = await import('./session-status.ts')
const { goToFile } = await import('./desktop/find-in-sandbox.ts')
const { plainLabel } = await import('./plain-label.ts')

/** A window that has none of the session’s files. */
const nowhere = { pathOf: () => null, root: () => null }
const client = createApiClient({ serverUrl: 'http://fixpoint.test', fetch: () => Promise.reject(new Error('nothing is asked')) })
const shown = (state: SessionState): ShownSession => ({ client, sessionId: state.sessionId, state, status: 'connected', problem: null })

/** Texts as they are, and nothing that VS Code would take for Markdown or markup. */
function expectPlain(item: object): void {
  for (const [name, value] of Object.entries(item)) {
    if (['label', 'description', 'tooltip'].includes(name)) expect([name, typeof value]).toEqual([name, 'string'])
  }
}

const stateWith = (text: string): SessionState => {
  const story = new Story().begin(text)
  story.turn(story.prompt(text)).sandbox().step().call('bash', text, text)
  return story.state()
}

describe('hostile texts', () => {
  it('are the labels of the trees, as they are', () => {
    for (const text of HOSTILE_TEXTS) {
      const state = stateWith(text)
      const followed = shown(state)
      const tree = new TurnTree(() => followed)
      const [prompt] = state.prompts
      if (prompt === undefined) throw new Error('there is no prompt')
      const item = tree.getTreeItem({ kind: 'prompt', prompt, turn: undefined, span: null })
      expect(item.label).toBe(text.split('\n')[0])
      expectPlain(item)
      const file = { path: `src/${text}`, status: 'added' as const, added: 1, removed: 0 }
      const fileItem = tree.getTreeItem({ kind: 'file', turnId: 'x', span: { from: 'a', to: 'b' }, file })
      expect(String(fileItem.label)).toBe(file.path.split('/').at(-1))
      expectPlain(fileItem)
      expectPlain(new ChangedFiles(() => followed, nowhere).getTreeItem(file))
    }
  })

  it('draw no icon in the status bar, which would', () => {
    const faked = '$(verified) Fixpoint: Verified'
    const state = stateWith(faked)
    expect(runningTurn(state)?.activity).toBe(faked)
    new SessionStatus().update(shown(state))
    expect(statusItem.text.match(/\$\([\w~-]+\)/g)).toEqual(['$(loading~spin)'])
    expect(statusItem.text).toContain(plainLabel(faked))
    // As it would be without it.
    expect(`$(loading~spin) ${faked}`.match(/\$\([\w~-]+\)/g)).toHaveLength(2)
  })

  it('draw no icon in the list of files, which would', async () => {
    const path = 'src/$(verified)/$(check) a.css'
    const asked = createApiClient({
      serverUrl: 'http://fixpoint.test',
      fetch: async () => Response.json({ paths: [path], truncated: false })
    })
    const session = { client: asked, sessionId: 'ses_01k8r5t9m3c6v2x7b4na' }
    await goToFile({ session, folder: vscode.Uri.from({ scheme: 'fixpoint', path: '/shop' }) })
    const [item] = (await showQuickPick.mock.lastCall?.[0]) ?? []
    expect(item).toMatchObject({ label: plainLabel('$(check) a.css'), description: plainLabel('src/$(verified)') })
    expect(JSON.stringify(item)).not.toMatch(/"(label|description)":"[^"]*\$\([\w~-]+\)/)
    expect(path.match(/\$\([\w~-]+\)/g)).toHaveLength(2)
  })
})
