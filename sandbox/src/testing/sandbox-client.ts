import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2'
import { type Duplex, duplexPair } from 'node:stream'
import { type ErrorCode, type Problem, problemSchema } from '@fixpoint/protocol'
import { type ExecFrame, type ExecInput, execFrameSchema, sandboxOperations } from '@fixpoint/protocol/sandbox'
import type { z } from 'zod'
import { serve } from '../serve.ts'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** A client as the server has one, with a sandbox at the other end of a pair of streams in the same process. */
export class SandboxClient {
  readonly session: ClientHttp2Session
  /** When the sandbox has ended. */
  readonly served: Promise<void>
  readonly #connection: Duplex

  static open(workspace: string): SandboxClient {
    const [here, there] = duplexPair()
    return new SandboxClient(
      here,
      serve(there, { workspace, chromium: '/usr/bin/chromium', codeServer: '/opt/fixpoint/vscode', environment: process.env })
    )
  }

  constructor(connection: Duplex, served: Promise<void>) {
    this.#connection = connection
    this.served = served
    this.session = connect('http://sandbox', {
      createConnection: () => connection,
      maxSessionMemory: 256,
      settings: { initialWindowSize: 4 * 1024 * 1024 }
    })
  }

  async close(): Promise<void> {
    // As when the server's end of the pipe is closed, whatever the session still wanted to say.
    this.#connection.end()
    this.session.destroy()
    await this.served
  }

  request(method: string, path: string, headers: Record<string, string> = {}): ClientHttp2Stream {
    return this.session.request({ ':method': method, ':path': path, ...headers }, { endStream: method === 'GET' })
  }

  async send(method: string, path: string, body: Buffer | string = ''): Promise<Answer> {
    const stream = this.request(method, path)
    if (method !== 'GET') stream.end(body)
    return await answerOf(stream)
  }

  /** @throws Refusal with the problem where the sandbox refuses */
  async call<Input extends z.ZodType, Output extends z.ZodType>(
    operation: { input: Input; output: Output },
    input: z.input<Input>
  ): Promise<z.output<Output>> {
    const name = Object.entries(sandboxOperations).find(([, candidate]) => Object.is(candidate, operation))?.[0]
    const { status, body } = await this.send('POST', `/v1/${name}`, JSON.stringify(input))
    const value: unknown = JSON.parse(body.toString())
    if (status !== 200) throw new Refusal(problemSchema.parse(value))
    return operation.output.parse(value)
  }

  /** The problem that the call is refused with. */
  async refusal<Input extends z.ZodType>(operation: { input: Input; output: z.ZodType }, input: z.input<Input>): Promise<Refusal> {
    try {
      await this.call(operation, input)
    } catch (error) {
      if (error instanceof Refusal) return error
      throw error
    }
    throw new Error('the call was not refused')
  }

  async execute(input: ExecInput): Promise<Execution> {
    const stream = this.request('POST', '/v1/exec')
    stream.end(JSON.stringify(input))
    const { status, body } = await answerOf(stream)
    if (status !== 200) throw new Refusal(problemSchema.parse(JSON.parse(body.toString())))
    return executionOf(body)
  }
}

interface Execution {
  frames: ExecFrame[]
  stdout: string
  stderr: string
  exit: ExecFrame & { kind: 'exit' }
}

function executionOf(body: Buffer): Execution {
  const lines = body.toString('utf8').split('\n').slice(0, -1)
  const frames = lines.map(line => execFrameSchema.parse(JSON.parse(line)))
  const textOf = (name: 'stdout' | 'stderr') =>
    frames.map(frame => (frame.kind === 'output' && frame.stream === name ? frame.text : '')).join('')
  const exit = frames.at(-1)
  if (exit?.kind !== 'exit') throw new Error('the answer has no exit frame at its end')
  return { frames, stdout: textOf('stdout'), stderr: textOf('stderr'), exit }
}

export async function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [headers] = await Promise.all([
    new Promise<IncomingHttpHeaders>((resolve, reject) => {
      stream.once('response', resolve)
      stream.once('error', reject)
    }),
    new Promise<void>((resolve, reject) => {
      stream.once('end', resolve)
      stream.once('error', reject)
    })
  ])
  return { status: Number(headers[':status']), headers, body: Buffer.concat(chunks) }
}

export class Refusal extends Error {
  readonly code: ErrorCode
  readonly problem: Problem

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`)
    this.code = problem.code
    this.problem = problem
  }
}
