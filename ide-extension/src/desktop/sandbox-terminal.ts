import { fromTerminalSchema, PROTOCOL_VERSION, TERMINAL_LIMITS, TERMINAL_PATH, type ToTerminal } from '@fixpoint/protocol'
import * as vscode from 'vscode'

/** What was shown is said to be taken after this time: VS Code draws meanwhile, and a flood does not pile up before it. */
const TAKEN_AFTER_MS = 12

export interface TerminalConnection {
  serverUrl: string
  token: string
  sessionId: string
}

/** A shell in the session’s sandbox. It ends with its tab or its connection; Enter opens another one. */
export class SandboxTerminal implements vscode.Pseudoterminal {
  readonly #written = new vscode.EventEmitter<string>()
  readonly onDidWrite = this.#written.event
  readonly #closed = new vscode.EventEmitter<number>()
  readonly onDidClose = this.#closed.event
  readonly #connection: () => TerminalConnection | null
  #socket: WebSocket | null = null
  #size = { columns: 80, rows: 24 }
  #isOpen = false
  #untold = 0

  constructor(connection: () => TerminalConnection | null) {
    this.#connection = connection
  }

  open(dimensions: vscode.TerminalDimensions | undefined): void {
    if (dimensions) this.setDimensions(dimensions)
    this.#connect()
  }

  close(): void {
    const socket = this.#socket
    this.#socket = null
    socket?.close()
  }

  setDimensions({ columns, rows }: vscode.TerminalDimensions): void {
    this.#size = {
      columns: Math.min(Math.max(columns, 1), TERMINAL_LIMITS.columns),
      rows: Math.min(Math.max(rows, 1), TERMINAL_LIMITS.rows)
    }
    if (this.#isOpen) this.#say({ kind: 'resize', ...this.#size })
  }

  handleInput(text: string): void {
    if (this.#socket === null) {
      if (text.includes('\r')) this.#connect()
      return
    }
    if (!this.#isOpen) return
    const bytes = new TextEncoder().encode(text)
    for (let at = 0; at < bytes.length; at += TERMINAL_LIMITS.inputBytes) {
      this.#socket.send(bytes.slice(at, at + TERMINAL_LIMITS.inputBytes))
    }
  }

  #connect(): void {
    const connection = this.#connection()
    if (connection === null) {
      this.#end(vscode.l10n.t('No session is open.'))
      return
    }
    const { serverUrl, token, sessionId } = connection
    const socket = new WebSocket(serverUrl.replace(/^http/, 'ws') + TERMINAL_PATH)
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    this.#isOpen = false
    this.#untold = 0
    const decoder = new TextDecoder()
    let lastWords = vscode.l10n.t('The connection to the sandbox was lost.')
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ kind: 'open', token, protocolVersion: PROTOCOL_VERSION, sessionId, ...this.#size }))
    })
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (socket !== this.#socket) return
      if (data instanceof ArrayBuffer) {
        this.#written.fire(decoder.decode(data, { stream: true }))
        this.#take(socket, data.byteLength)
        return
      }
      const message = fromTerminalSchema.safeParse(parsed(data))
      if (!message.success) return
      if (message.data.kind === 'opened') {
        this.#isOpen = true
        this.#say({ kind: 'resize', ...this.#size })
      } else if (message.data.kind === 'refused') lastWords = message.data.problem.detail
      else {
        this.#socket = null
        this.#closed.fire(message.data.exitCode ?? 1)
      }
    })
    socket.addEventListener('close', () => {
      if (socket === this.#socket) this.#end(lastWords)
    })
  }

  /** Says in the terminal what has become of it. What is said may come from the server: it is text, and orders nothing. */
  #end(words: string): void {
    this.#socket = null
    this.#isOpen = false
    const plain = words.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
    this.#written.fire(`\r\n\u001b[33m${plain} ${vscode.l10n.t('Press Enter to open a new shell.')}\u001b[0m\r\n`)
  }

  #take(socket: WebSocket, bytes: number): void {
    const isWaiting = this.#untold > 0
    this.#untold += bytes
    if (isWaiting) return
    setTimeout(() => {
      const taken = this.#untold
      this.#untold = 0
      if (socket === this.#socket && taken > 0) this.#say({ kind: 'taken', bytes: taken })
    }, TAKEN_AFTER_MS)
  }

  #say(message: ToTerminal): void {
    this.#socket?.send(JSON.stringify(message))
  }
}

function parsed(data: unknown): unknown {
  try {
    return JSON.parse(String(data))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
