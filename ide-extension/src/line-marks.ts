import type { PromptState, TurnState } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import { filesOf, spanOfTurn } from './changes.ts'
import { textAt } from './commit-files.ts'
import type { FollowedSession } from './followed-session.ts'
import { lineOrigins, type Version } from './line-origins.ts'
import type { SessionWorkspace } from './session-workspace.ts'
import { verdictWord } from './turn-tree.ts'

interface Origin {
  prompt: PromptState
  turn: TurnState
  /** Number of the step that wrote it. */
  step: number
}

export interface LineMarksOptions {
  session: () => FollowedSession | null
  workspace: SessionWorkspace
  extensionUri: vscode.Uri
  log: vscode.LogOutputChannel
}

const LONGEST_FILE = 20_000
const PAUSE_MS = 250

/**
 * Marks the lines of open editors that a turn of the session wrote. Who hovers over such a line sees where it is from: VS Code gives
 * extensions no hover in the margin itself.
 */
export class LineMarks implements vscode.Disposable {
  readonly #mark: vscode.TextEditorDecorationType
  readonly #session: () => FollowedSession | null
  readonly #workspace: SessionWorkspace
  readonly #log: vscode.LogOutputChannel
  /** Files of each span, and texts at commits: neither ever changes. */
  readonly #known = new Map<string, Promise<unknown>>()
  readonly #listening: vscode.Disposable
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor({ session, workspace, extensionUri, log }: LineMarksOptions) {
    this.#session = session
    this.#workspace = workspace
    this.#log = log
    this.#mark = vscode.window.createTextEditorDecorationType({
      gutterIconPath: vscode.Uri.joinPath(extensionUri, 'media', 'agent-line.svg'),
      gutterIconSize: 'contain',
      overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.infoForeground'),
      overviewRulerLane: vscode.OverviewRulerLane.Left
    })
    this.#listening = vscode.Disposable.from(
      vscode.window.onDidChangeVisibleTextEditors(() => this.update()),
      vscode.workspace.onDidChangeTextDocument(() => this.update()),
      vscode.workspace.onDidChangeConfiguration(change => change.affectsConfiguration('fixpoint.lineMarks') && this.update())
    )
  }

  update(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      for (const editor of vscode.window.visibleTextEditors) {
        this.#show(editor).catch((error: unknown) => this.#log.warn(`line marks: ${String(error)}`))
      }
    }, PAUSE_MS)
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#listening.dispose()
    this.#mark.dispose()
  }

  async #show(editor: vscode.TextEditor): Promise<void> {
    const { document } = editor
    const path = this.#workspace.pathOf(document.uri)
    const session = this.#session()
    const isWanted = vscode.workspace.getConfiguration('fixpoint', document.uri).get('lineMarks', true)
    if (path === null || session === null || !isWanted || document.lineCount > LONGEST_FILE) {
      editor.setDecorations(this.#mark, [])
      return
    }
    const versions = await this.#versionsOf(session, path)
    if (versions.length < 2) {
      editor.setDecorations(this.#mark, [])
      return
    }
    const origins = lineOrigins([...versions, { text: document.getText(), origin: null }])
    const decorations = origins.flatMap((origin, line) =>
      origin === null ? [] : [{ range: document.lineAt(line).range, hoverMessage: hoverOf(origin) }]
    )
    editor.setDecorations(this.#mark, decorations)
  }

  async #versionsOf(session: FollowedSession, path: string): Promise<Version<Origin>[]> {
    const { state } = session
    const versions: Version<Origin>[] = []
    for (const turn of state.turns) {
      const span = spanOfTurn(state, turn.turnId)
      const prompt = state.prompts.find(candidate => candidate.promptId === turn.promptId)
      if (span === null || prompt === undefined) continue
      const files = await this.#once(`${span.from} ${span.to}`, () => filesOf(session, span))
      if (!files.some(file => file.path === path)) continue
      const read = (commit: string) => this.#once(`${commit}:${path}`, () => textAt(session, commit, path))
      // What was there before: the session’s beginning, or what people made of it since the turn before.
      versions.push({ text: await read(span.from), origin: null })
      for (const { commit, parent, step } of turn.checkpoints) {
        const own = await this.#once(`${parent} ${commit}`, () => filesOf(session, { from: parent, to: commit }))
        if (own.some(file => file.path === path)) versions.push({ text: await read(commit), origin: { prompt, turn, step } })
      }
    }
    return versions
  }

  #once<T>(key: string, load: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key)
    // The key says what was loaded, so what is kept under it is of its type.
    if (known !== undefined) return known as Promise<T>
    const loading = load()
    this.#known.set(key, loading)
    loading.catch(() => this.#known.delete(key))
    return loading
  }
}

/** Texts of people and agents, as texts: nothing in them becomes a link, a picture or a command. */
function hoverOf({ prompt, turn, step }: Origin): vscode.MarkdownString {
  const hover = new vscode.MarkdownString()
  hover.appendText(prompt.text)
  hover.appendMarkdown('\n\n')
  const when = new Date(turn.startedAt).toLocaleString(vscode.env.language)
  const facts = [prompt.author.name, when, vscode.l10n.t('step {0}', step), ...(turn.proof ? [verdictWord(turn.proof.verdict.value)] : [])]
  hover.appendText(facts.join(' · '))
  return hover
}
