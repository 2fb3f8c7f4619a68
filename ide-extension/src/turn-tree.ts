import { canBeUndone, type FileChange, FixpointError, type PromptState, type TurnState } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import { filesOf, type Span, spanOfTurn } from './changes.ts'
import type { ShownSession } from './followed-session.ts'
import { plainMessage } from './plain-label.ts'

export type TurnNode =
  | { kind: 'prompt'; prompt: PromptState; turn: TurnState | undefined; span: Span | null }
  | { kind: 'file'; turnId: string; span: Span; file: FileChange }

const ICONS: Record<PromptState['status'], string> = {
  queued: 'clock',
  running: 'loading~spin',
  done: 'check',
  failed: 'error',
  stopped: 'debug-stop',
  withdrawn: 'circle-slash'
}

const VERDICT_ICONS = { verified: 'verified', looks_wrong: 'warning', unverified: 'question' } as const

/** The session’s prompts, with what each changed. */
export class TurnTree implements vscode.TreeDataProvider<TurnNode> {
  readonly #changed = new vscode.EventEmitter<TurnNode | undefined>()
  readonly onDidChangeTreeData = this.#changed.event
  readonly #session: () => ShownSession | null

  constructor(session: () => ShownSession | null) {
    this.#session = session
  }

  refresh(): void {
    this.#changed.fire(undefined)
  }

  async getChildren(node?: TurnNode): Promise<TurnNode[]> {
    const session = this.#session()
    if (session === null) return []
    const { state } = session
    if (node === undefined) {
      return state.prompts.map(prompt => {
        const turn = state.turns.find(candidate => candidate.turnId === prompt.turnId)
        return { kind: 'prompt', prompt, turn, span: turn ? spanOfTurn(state, turn.turnId) : null }
      })
    }
    if (node.kind === 'file' || node.span === null || node.turn === undefined) return []
    const { span, turn } = node
    try {
      return (await filesOf(session, span)).map(file => ({ kind: 'file', turnId: turn.turnId, span, file }))
    } catch (error) {
      // VS Code puts what a tree throws into a notification of its own.
      throw error instanceof FixpointError ? new FixpointError(error.code, plainMessage(error.message), { cause: error }) : error
    }
  }

  getTreeItem(node: TurnNode): vscode.TreeItem {
    return node.kind === 'prompt' ? promptItem(node) : fileItem(node)
  }
}

function promptItem({ prompt, turn, span }: Extract<TurnNode, { kind: 'prompt' }>): vscode.TreeItem {
  const item = new vscode.TreeItem(
    prompt.text.split('\n')[0] ?? '',
    span === null ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed
  )
  const verdict = turn?.proof?.verdict.value
  item.id = prompt.promptId
  item.description = describeTurn(prompt, turn)
  item.tooltip = `${prompt.author.name}: ${prompt.text}`
  item.iconPath = new vscode.ThemeIcon(verdict === undefined ? ICONS[prompt.status] : VERDICT_ICONS[verdict])
  item.contextValue = [turn?.proof ? 'proof' : '', span ? 'changes' : '', turn && canBeUndone(turn) ? 'undoable' : '']
    .filter(Boolean)
    .join(' ')
  item.accessibilityInformation = { label: `${prompt.text}, ${item.description}` }
  if (turn?.proof) item.command = { command: 'fixpoint.openProof', title: '', arguments: [{ kind: 'prompt', prompt, turn, span }] }
  return item
}

function describeTurn(prompt: PromptState, turn: TurnState | undefined): string {
  if (turn?.undone) return vscode.l10n.t('Undone')
  if (turn?.status === 'running') return turn.activity
  if (turn?.acceptedBy) return vscode.l10n.t('Accepted')
  return turn?.proof === undefined ? prompt.author.name : verdictWord(turn.proof.verdict.value)
}

export function verdictWord(verdict: keyof typeof VERDICT_ICONS): string {
  const words = {
    verified: vscode.l10n.t('Verified'),
    looks_wrong: vscode.l10n.t('Looks wrong'),
    unverified: vscode.l10n.t('Unverified')
  }
  return words[verdict]
}

function fileItem(node: Extract<TurnNode, { kind: 'file' }>): vscode.TreeItem {
  const { file } = node
  const item = new vscode.TreeItem(file.path.split('/').at(-1) ?? file.path)
  item.description = file.path.split('/').slice(0, -1).join('/')
  item.tooltip = `${file.path}${file.added === null ? '' : ` +${file.added} −${file.removed ?? 0}`}`
  item.resourceUri = vscode.Uri.from({ scheme: 'fixpoint-file', path: `/${file.path}` })
  item.iconPath = vscode.ThemeIcon.File
  item.command = { command: 'fixpoint.showFileChange', title: '', arguments: [node] }
  return item
}
