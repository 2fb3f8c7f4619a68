import { createGoogle } from '@ai-sdk/google'
import {
  APICallError,
  generateText,
  isStepCount,
  type ModelMessage,
  modelMessageSchema,
  NoObjectGeneratedError,
  Output,
  RetryError,
  streamText,
  tool
} from 'ai'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Reply, Script } from './script.ts'
import { type ScriptedModel, type ScriptedModelOptions, startScriptedModel } from './server.ts'
import { tinyPng } from './test-pictures.ts'

const running: ScriptedModel[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(model => model.close()))
})

async function start(script: Script, options: Omit<ScriptedModelOptions, 'script'> = {}) {
  const server = await startScriptedModel({ script, ...options })
  running.push(server)
  const model = createGoogle({ baseURL: server.url, apiKey: server.apiKey })('gemini-3.5-flash')
  return { server, model }
}

/** A script that always says the same, at once. */
const always =
  (reply: Reply): Script =>
  () => ({ thinkMs: 0, msPerWord: 0, ...reply })

/** Looks a word up, then says what it found. */
const lookUpScript: Script = ({ openMessages: [message] }) => {
  const [result] = message.results
  if (!result)
    return {
      thinkMs: 0,
      msPerWord: 0,
      parts: [{ thought: 'I should look.' }, { text: 'I look it up.' }, { call: 'lookUp', arguments: { word: 'tern' } }]
    }
  return { thinkMs: 0, msPerWord: 0, parts: [{ text: `Found: ${JSON.stringify(result.response)}` }] }
}

const lookUp = tool({
  description: 'Look up a word',
  // A default is filled in by the client, so the call comes back with an argument more.
  inputSchema: z.object({ word: z.string(), language: z.string().default('en') }),
  execute: async ({ word }) => `${word}: a sea bird`
})

describe('a conversation through @ai-sdk/google', () => {
  it('goes through text, a call, its result and a final answer', async () => {
    const { server, model } = await start(lookUpScript)
    const result = streamText({ model, tools: { lookUp }, stopWhen: isStepCount(5), prompt: 'What is a tern?', maxRetries: 0 })
    const parts: string[] = []
    for await (const part of result.stream) parts.push(part.type)
    expect(await result.text).toContain('tern: a sea bird')
    const steps = await result.steps
    expect(steps.map(step => step.finishReason)).toEqual(['tool-calls', 'stop'])
    expect(steps[0]?.text).toBe('I look it up.')
    expect(parts.filter(type => type === 'text-delta').length).toBeGreaterThan(4)
    expect((await result.usage).inputTokens).toBeGreaterThan(0)
    expect(server.rejections).toEqual([])
    expect(server.requests).toHaveLength(2)
  })

  it('gets back the signature of its call, and of its last text', async () => {
    const { server, model } = await start(lookUpScript)
    const messages: ModelMessage[] = [{ role: 'user', content: 'What is a tern?' }]
    const first = await generateText({ model, tools: { lookUp }, stopWhen: isStepCount(5), messages, maxRetries: 0 })
    const kept = z.array(modelMessageSchema).parse(JSON.parse(JSON.stringify(first.responseMessages)))
    await generateText({ model, tools: { lookUp }, messages: [...messages, ...kept, { role: 'user', content: 'Again' }], maxRetries: 0 })
    const calls = server.requests.at(-1)?.body.contents.flatMap(content => content.parts.filter(part => part.functionCall)) ?? []
    expect(calls).toHaveLength(1)
    expect(calls[0]?.functionCall?.args).toEqual({ word: 'tern', language: 'en' })
    expect(calls[0]?.thoughtSignature).toBeTruthy()
    expect(server.rejections).toEqual([])
  })

  it('takes its own history after it was started anew', async () => {
    const before = await start(lookUpScript)
    const messages: ModelMessage[] = [{ role: 'user', content: 'What is a tern?' }]
    const first = await generateText({ model: before.model, tools: { lookUp }, stopWhen: isStepCount(1), messages, maxRetries: 0 })
    const after = await start(lookUpScript)
    const second = await generateText({
      model: after.model,
      tools: { lookUp },
      messages: [...messages, ...first.responseMessages],
      maxRetries: 0
    })
    expect(second.text).toContain('a sea bird')
  })

  it('refuses a history whose signature was dropped, unless it is told to be as lenient as Gemini', async () => {
    const history = async (model: Parameters<typeof generateText>[0]['model']): Promise<ModelMessage[]> => {
      const messages: ModelMessage[] = [{ role: 'user', content: 'What is a tern?' }]
      const first = await generateText({ model, tools: { lookUp }, stopWhen: isStepCount(1), messages, maxRetries: 0 })
      const text = JSON.stringify([...messages, ...first.responseMessages], (key, value) => (key === 'providerOptions' ? undefined : value))
      return z.array(modelMessageSchema).parse(JSON.parse(text))
    }
    const strict = await start(lookUpScript)
    await expect(
      generateText({ model: strict.model, tools: { lookUp }, messages: await history(strict.model), maxRetries: 0 })
    ).rejects.toThrow('missing a thought_signature')
    expect(strict.server.rejections).toMatchObject([{ status: 400 }])

    const lenient = await start(lookUpScript, { acceptsSkippedSignatures: true })
    const second = await generateText({ model: lenient.model, tools: { lookUp }, messages: await history(lenient.model), maxRetries: 0 })
    expect(second.text).toContain('a sea bird')
  })

  it('signs only the first of parallel calls', async () => {
    const { server, model } = await start(({ openMessages: [{ results }] }) => ({
      thinkMs: 0,
      msPerWord: 0,
      parts:
        results.length === 0
          ? [
              { call: 'lookUp', arguments: { word: 'tern' } },
              { call: 'lookUp', arguments: { word: 'knot' } }
            ]
          : [{ text: results.map(result => result.arguments['word']).join(' and ') }]
    }))
    const result = await generateText({ model, tools: { lookUp }, stopWhen: isStepCount(3), prompt: 'Two birds', maxRetries: 0 })
    expect(result.text).toBe('tern and knot')
    const signatures = server.requests[1]?.body.contents[1]?.parts.map(part => part.thoughtSignature !== undefined)
    expect(signatures).toEqual([true, false])
  })

  it('sends thoughts only where they are asked for', async () => {
    const { model } = await start(lookUpScript)
    const ask = (includeThoughts: boolean) =>
      generateText({
        model,
        tools: { lookUp },
        stopWhen: isStepCount(1),
        prompt: 'What is a tern?',
        providerOptions: { google: { thinkingConfig: { includeThoughts } } }
      })
    expect((await ask(true)).reasoningText).toBe('I should look.')
    expect((await ask(false)).reasoningText).toBeUndefined()
  })

  it('tells the script of the error of a tool', async () => {
    const { model } = await start(lookUpScript)
    const failing = tool({
      description: 'Look up a word',
      inputSchema: z.object({ word: z.string() }),
      execute: async (): Promise<string> => {
        throw new Error('no such word')
      }
    })
    const result = await generateText({
      model,
      tools: { lookUp: failing },
      stopWhen: isStepCount(5),
      prompt: 'What is a tern?',
      maxRetries: 0
    })
    expect(result.text).toContain('"error":')
    expect(result.text).toContain('no such word')
  })

  it('answers with an object about two pictures', async () => {
    const { server, model } = await start(({ responseSchema, openMessages: [{ pictures }] }) => ({
      thinkMs: 0,
      parts: [
        {
          text: JSON.stringify({
            answer: 'fixed',
            count: pictures.length,
            labels: pictures.map(picture => picture.label),
            asked: Object.keys(responseSchema ?? {})
          })
        }
      ]
    }))
    const schema = z.object({
      answer: z.enum(['fixed', 'not_fixed']),
      count: z.number(),
      labels: z.array(z.string()),
      asked: z.array(z.string())
    })
    const content: ModelMessage = {
      role: 'user',
      content: [
        { type: 'text', text: 'Before:' },
        { type: 'file', mediaType: 'image/png', data: tinyPng(1) },
        { type: 'text', text: 'After:' },
        { type: 'file', mediaType: 'image/png', data: tinyPng(2) }
      ]
    }
    const { output } = await generateText({ model, output: Output.object({ schema }), messages: [content], maxRetries: 0 })
    expect(output).toMatchObject({ answer: 'fixed', count: 2, labels: ['Before:', 'After:'] })
    expect(output.asked).toContain('properties')
    expect(Buffer.from(server.requests[0]?.openMessages[0].pictures[1]?.bytes ?? []).equals(tinyPng(2))).toBe(true)
  })
})

describe('faults, as the SDK shows them', () => {
  const stream = async (reply: Reply) => {
    const { model } = await start(always(reply))
    const result = streamText({ model, prompt: 'Hello', maxRetries: 0, onError: () => undefined })
    const errors: unknown[] = []
    let text = ''
    let finishReason = ''
    let thrown: unknown
    try {
      for await (const part of result.stream) {
        if (part.type === 'error') errors.push(part.error)
        if (part.type === 'text-delta') text += part.text
        if (part.type === 'finish') finishReason = part.finishReason
      }
    } catch (error) {
      thrown = error
    }
    return { errors, text, finishReason, thrown }
  }

  it.each([429, 500, 503] as const)('%i is an error that may be tried again', async status => {
    const { errors } = await stream({ fault: 'status', status, retryAfterSeconds: 3 })
    const [error] = errors
    expect(
      APICallError.isInstance(error) && {
        status: error.statusCode,
        isRetryable: error.isRetryable,
        after: error.responseHeaders?.['retry-after']
      }
    ).toEqual({
      status,
      isRetryable: true,
      after: '3'
    })
  })

  it('503 is tried again by the SDK where it is allowed to', async () => {
    const { server, model } = await start(always({ fault: 'status', status: 503, retryAfterSeconds: 0 }))
    await expect(generateText({ model, prompt: 'Hello', maxRetries: 1 })).rejects.toSatisfy(error => RetryError.isInstance(error))
    expect(server.requests).toHaveLength(2)
  })

  it('silence lasts until the client gives up', async () => {
    const { model } = await start(always({ fault: 'silent', parts: [{ text: 'One moment' }] }))
    const giveUp = new AbortController()
    const result = streamText({ model, prompt: 'Hello', maxRetries: 0, abortSignal: giveUp.signal, onError: () => undefined })
    const seen: string[] = []
    for await (const part of result.stream) {
      seen.push(part.type)
      if (part.type === 'text-delta') setTimeout(() => giveUp.abort(), 100)
    }
    expect(seen).toContain('text-delta')
    expect(seen.at(-1)).toBe('abort')
  })

  it('close() ends a silence', async () => {
    const { server, model } = await start(always({ fault: 'silent' }))
    const answer = generateText({ model, prompt: 'Hello', maxRetries: 0 }).then(
      () => 'answered',
      () => 'failed'
    )
    while (server.requests.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    await server.close()
    expect(await answer).toBe('failed')
  })

  it('a reset in mid stream is thrown after the text so far, not a part of the stream', async () => {
    const { errors, text, finishReason, thrown } = await stream({ fault: 'reset', parts: [{ text: 'Half of' }] })
    expect({ errors, text, finishReason }).toEqual({ errors: [], text: 'Half of', finishReason: '' })
    expect(APICallError.isInstance(thrown) && thrown.isRetryable).toBe(true)
  })

  it('a malformed event is an error, and the finish reason says so', async () => {
    const { errors, text, finishReason } = await stream({ fault: 'malformed', parts: [{ text: 'Half of' }] })
    expect(text).toBe('Half of')
    expect(errors).toHaveLength(1)
    expect(finishReason).toBe('error')
  })

  it('a stream that ends without a finish reason counts as interrupted', async () => {
    expect(await stream({ fault: 'truncated', parts: [{ text: 'Half of' }] })).toMatchObject({
      text: 'Half of',
      finishReason: 'interrupted'
    })
  })

  it('an empty answer has no text and no error', async () => {
    expect(await stream({ fault: 'empty' })).toEqual({ errors: [], text: '', finishReason: 'stop', thrown: undefined })
  })

  it('a blocked prompt is filtered content', async () => {
    expect(await stream({ fault: 'blocked' })).toMatchObject({ text: '', finishReason: 'content-filter' })
  })

  it.each([
    ['SAFETY', 'content-filter'],
    ['MAX_TOKENS', 'length'],
    ['MALFORMED_FUNCTION_CALL', 'error']
  ] as const)('%s finishes as %s', async (finishReason, shown) => {
    expect(await stream({ parts: [{ text: 'So far' }], finishReason })).toMatchObject({ text: 'So far', finishReason: shown })
  })

  it.each(['malformed', 'truncated', 'reset', 'empty'] as const)('%s fails an answer that is not streamed', async fault => {
    const { model } = await start(always({ fault }))
    const output = Output.object({ schema: z.object({ answer: z.string() }) })
    // The SDK only complains of a missing object when it is looked at.
    await expect(generateText({ model, output, prompt: 'Hello', maxRetries: 0 }).then(result => result.output)).rejects.toThrow()
  })

  it('an object of the wrong shape is no object', async () => {
    const { model } = await start(always({ parts: [{ text: '{"answer": 7}' }] }))
    const output = Output.object({ schema: z.object({ answer: z.string() }) })
    await expect(generateText({ model, output, prompt: 'Hello', maxRetries: 0 })).rejects.toSatisfy(error =>
      NoObjectGeneratedError.isInstance(error)
    )
  })

  it('an error in the script is a 500 that is remembered', async () => {
    const { server, model } = await start(() => {
      throw new Error('out of lines')
    })
    await expect(generateText({ model, prompt: 'Hello', maxRetries: 0 })).rejects.toThrow('out of lines')
    expect(server.rejections).toEqual([{ status: 500, message: 'The script failed: out of lines' }])
  })
})

it('remembers no more than it is told to', async () => {
  const { server, model } = await start(always({ parts: [{ text: 'Hello' }] }), { remembered: 2 })
  for (const prompt of ['one', 'two', 'three']) await generateText({ model, prompt, maxRetries: 0 })
  expect(server.requests.map(request => request.openMessages[0].text)).toEqual(['two', 'three'])
})
