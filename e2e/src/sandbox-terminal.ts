/** A terminal in a session's sandbox, as a client on the wire has it. */
import { type FromTerminal, fromTerminalSchema, PROTOCOL_VERSION, TERMINAL_PATH, type ToTerminal } from '@fixpoint/protocol'
import type { ServerProcess } from './server-process.ts'

export class SandboxTerminal {
  readonly #socket: WebSocket
  readonly said: FromTerminal[] = []
  /** Everything that was printed. */
  output = ''
  bytes = 0
  /** Whether what is printed is said to be taken at once. */
  isReading = true
  isClosed = false
  readonly #decoder = new TextDecoder()
  #wake = Promise.withResolvers<void>()

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) {
        this.bytes += data.byteLength
        this.output += this.#decoder.decode(data, { stream: true })
        if (this.isReading) this.say({ kind: 'taken', bytes: data.byteLength })
      } else this.said.push(fromTerminalSchema.parse(JSON.parse(String(data))))
      this.#heard()
    })
    socket.addEventListener('close', () => {
      this.isClosed = true
      this.#heard()
    })
    socket.addEventListener('error', () => this.#heard())
  }

  /** Opens a WebSocket and greets with this; nothing of it has to be right. */
  static async greet(server: ServerProcess, greeting: unknown): Promise<SandboxTerminal> {
    const socket = new WebSocket(server.url.replace('http', 'ws') + TERMINAL_PATH)
    const terminal = new SandboxTerminal(socket)
    await terminal.until(() => socket.readyState !== socket.CONNECTING)
    if (greeting !== undefined) socket.send(JSON.stringify(greeting))
    await terminal.until(() => terminal.said.length > 0 || terminal.isClosed)
    return terminal
  }

  static async open(server: ServerProcess, sessionId: string): Promise<SandboxTerminal> {
    const terminal = await SandboxTerminal.greet(server, greetingFor(server, sessionId))
    if (terminal.said[0]?.kind !== 'opened') throw new Error(`the terminal did not open: ${JSON.stringify(terminal.said)}`)
    return terminal
  }

  get refusal(): string | undefined {
    const refused = this.said.find(message => message.kind === 'refused')
    return refused?.kind === 'refused' ? refused.problem.code : undefined
  }

  say(message: ToTerminal): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  type(text: string): void {
    this.#socket.send(new TextEncoder().encode(text))
  }

  /** Waits for a state; it is looked at whenever something comes. */
  async until(isThere: () => boolean, timeoutMs = 30_000): Promise<void> {
    const limit = setTimeout(() => this.#heard(), timeoutMs)
    const giveUpAt = performance.now() + timeoutMs
    try {
      while (!isThere()) {
        if (performance.now() >= giveUpAt)
          throw new Error(`this did not come: ${JSON.stringify(this.said)} ${JSON.stringify(this.output.slice(-500))}`)
        this.#wake = Promise.withResolvers<void>()
        if (this.#socket.readyState === this.#socket.CONNECTING) this.#socket.addEventListener('open', () => this.#heard(), { once: true })
        await this.#wake.promise
      }
    } finally {
      clearTimeout(limit)
    }
  }

  async shows(text: string): Promise<void> {
    await this.until(() => this.output.includes(text))
  }

  close(): void {
    this.#socket.close()
  }

  #heard(): void {
    this.#wake.resolve()
  }
}

export function greetingFor(server: ServerProcess, sessionId: string) {
  return { kind: 'open', token: server.token, protocolVersion: PROTOCOL_VERSION, sessionId, columns: 80, rows: 24 }
}
