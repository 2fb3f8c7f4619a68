import type { CDPSession } from 'playwright'
import { z } from 'zod'

const replySchema = z.object({ id: z.number(), result: z.unknown().optional(), error: z.object({ message: z.string() }).optional() })
const evaluationSchema = z.object({
  result: z.object({ value: z.unknown().optional() }),
  exceptionDetails: z.object({ text: z.string(), exception: z.object({ description: z.string().optional() }).optional() }).optional()
})

/** Something that Chromium runs and Playwright does not show, or not as it is now: spoken to through the browser's session. */
export class DevToolsTarget {
  readonly #session: CDPSession
  readonly #sessionId: string
  readonly #waiting = new Map<number, (reply: z.infer<typeof replySchema>) => void>()
  #lastId = 0

  private constructor(session: CDPSession, sessionId: string) {
    this.#session = session
    this.#sessionId = sessionId
    session.on('Target.receivedMessageFromTarget', ({ sessionId: from, message }) => {
      const reply = from === sessionId ? replySchema.safeParse(JSON.parse(message)) : null
      if (reply?.success) this.#waiting.get(reply.data.id)?.(reply.data)
    })
  }

  static async attach(session: CDPSession, targetId: string): Promise<DevToolsTarget> {
    const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: false })
    return new DevToolsTarget(session, sessionId)
  }

  /** Evaluates an expression; promises are awaited, the value comes back as JSON. */
  async evaluate(expression: string): Promise<unknown> {
    const reply = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true, userGesture: true })
    const { result, exceptionDetails } = evaluationSchema.parse(reply)
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  async send(method: string, params: object): Promise<unknown> {
    const id = ++this.#lastId
    const answered = new Promise<z.infer<typeof replySchema>>(resolve => this.#waiting.set(id, resolve))
    const message = JSON.stringify({ id, method, params })
    await this.#session.send('Target.sendMessageToTarget', { sessionId: this.#sessionId, message })
    const reply = await answered
    this.#waiting.delete(id)
    if (reply.error) throw new Error(`${method}: ${reply.error.message}`)
    return reply.result
  }
}
