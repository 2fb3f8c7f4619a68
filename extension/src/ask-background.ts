import type { GetDataType, GetReturnType } from '@webext-core/messaging'
import { type MessageMap, sendMessage } from './messages.ts'

/** What Chrome says where the worker was ended before it answered. */
const CUT_OFF = /message (?:port|channel) closed|Could not establish connection|Receiving end does not exist|No response/i
const MOST_TRIES = 4
const TRY_AGAIN_MS = 250

/**
 * Asks the background, again where its worker was ended over the answer: the question itself starts the next one. For questions that may
 * be asked twice.
 * @param onCutOff is called where the background may have heard the question and been ended before it could say so.
 * @param patienceMs A question that comes in the moment in which the worker ends may wait for ever; after this time it is asked again.
 */
export async function askBackground<K extends keyof MessageMap>(
  type: K,
  data: GetDataType<MessageMap[K]>,
  { onCutOff, patienceMs }: { onCutOff?: () => void; patienceMs?: number } = {}
): Promise<GetReturnType<MessageMap[K]>> {
  for (let tries = 1; ; tries++) {
    try {
      const answer = sendMessage(type, data)
      return await (patienceMs === undefined || tries === MOST_TRIES ? answer : Promise.race([answer, cutOffAfter(patienceMs)]))
    } catch (error) {
      if (tries === MOST_TRIES || !CUT_OFF.test(String(error))) throw error
      onCutOff?.()
      await new Promise(resolve => setTimeout(resolve, TRY_AGAIN_MS))
    }
  }
}

async function cutOffAfter(ms: number): Promise<never> {
  await new Promise(resolve => setTimeout(resolve, ms))
  throw new Error(`No response within ${ms} ms.`)
}
