import { FixpointError } from '@fixpoint/protocol'
import type { CDPSession } from 'playwright-core'
import type { z } from 'zod'
import { makePageTools, type PageTools } from './page-tools.ts'

const WORLD_NAME = 'fixpoint'
/** A page that replaces its document more often while it is looked at does not settle. */
const MAX_DOCUMENTS = 10

/** What Chromium says when the document, and with it the world, was replaced meanwhile. */
const WORLD_IS_GONE = /Cannot find context|context was destroyed|Inspected target navigated|No frame for given id|Could not find object/i

/** Calls the page tools in an isolated world of the page's document, in a new one when the document was replaced. */
export class PageWorld {
  readonly #session: CDPSession
  #contextId: number | undefined

  constructor(session: CDPSession) {
    this.#session = session
  }

  /**
   * @param schema of the answer: the document is the page's, so what comes from it is checked
   * @throws FixpointError verify_timeout when the page keeps replacing its document
   */
  async call<Name extends keyof PageTools, Answer>(
    schema: z.ZodType<Answer>,
    name: Name,
    ...input: Parameters<PageTools[Name]> extends [] ? [] : [Parameters<PageTools[Name]>[0]]
  ): Promise<Answer> {
    return await this.#retried(async contextId => {
      return schema.parse(await this.#callIn(contextId, name, [{ value: input[0] ?? null }]))
    })
  }

  /** Has the tools choose among elements that the browser found by role and accessible name. */
  async chooseByRole(schema: z.ZodType<{ isFound: boolean }>, target: Parameters<PageTools['choose']>[0]['target']): Promise<boolean> {
    const { role, accessibleName } = target
    if (role === undefined || accessibleName === undefined) return false
    return await this.#retried(async contextId => {
      const { root } = await this.#session.send('DOM.getDocument', { depth: 0 })
      const { nodes } = await this.#session.send('Accessibility.queryAXTree', { nodeId: root.nodeId, role, accessibleName })
      const backendNodeIds = nodes.flatMap(node => (node.backendDOMNodeId === undefined ? [] : [node.backendDOMNodeId]))
      const candidates = await Promise.all(
        backendNodeIds.map(async backendNodeId => {
          const { object } = await this.#session.send('DOM.resolveNode', { backendNodeId, executionContextId: contextId })
          return object.objectId === undefined ? [] : [{ objectId: object.objectId }]
        })
      )
      const answer = await this.#callIn(contextId, 'choose', [{ value: { target } }, ...candidates.flat()])
      return schema.parse(answer).isFound
    })
  }

  async #retried<Answer>(work: (contextId: number) => Promise<Answer>): Promise<Answer> {
    for (let documents = 0; documents < MAX_DOCUMENTS; documents += 1) {
      try {
        this.#contextId ??= await this.#enter()
        return await work(this.#contextId)
      } catch (error) {
        if (!(error instanceof Error) || !WORLD_IS_GONE.test(error.message)) throw error
        this.#contextId = undefined
      }
    }
    throw new FixpointError('verify_timeout', 'The page keeps loading itself anew.')
  }

  async #enter(): Promise<number> {
    const { frameTree } = await this.#session.send('Page.getFrameTree')
    const { executionContextId } = await this.#session.send('Page.createIsolatedWorld', {
      frameId: frameTree.frame.id,
      worldName: WORLD_NAME
    })
    await this.#session.send('Runtime.evaluate', {
      contextId: executionContextId,
      expression: `globalThis.pageTools = (${makePageTools.toString()})(); undefined`
    })
    return executionContextId
  }

  async #callIn(executionContextId: number, name: string, parameters: ({ value: unknown } | { objectId: string })[]): Promise<unknown> {
    const { result, exceptionDetails } = await this.#session.send('Runtime.callFunctionOn', {
      executionContextId,
      functionDeclaration: `(...parameters) => globalThis.pageTools.${name}(...parameters)`,
      arguments: parameters,
      awaitPromise: true,
      returnByValue: true
    })
    if (exceptionDetails !== undefined) {
      const message = exceptionDetails.exception?.description ?? exceptionDetails.text
      throw new FixpointError('internal', `The page could not be read (${name}): ${message}`)
    }
    return result.value
  }
}
