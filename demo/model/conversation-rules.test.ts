import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { JsonObject } from './gemini-wire.ts'
import { type ScriptedModel, startScriptedModel } from './server.ts'
import { tinyPng } from './test-pictures.ts'
import { signatureOf } from './thought-signature.ts'

let server: ScriptedModel
beforeAll(async () => {
  server = await startScriptedModel({ script: () => ({ thinkMs: 0, msPerWord: 0, parts: [{ text: 'Fine.' }] }) })
})
afterAll(() => server.close())

const errorSchema = z.object({ error: z.object({ code: z.number(), message: z.string(), status: z.string() }) })

async function post(
  body: unknown,
  { path = '/models/gemini-3.5-flash:generateContent', key = server.apiKey }: { path?: string; key?: string | null } = {}
) {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key !== null && { 'x-goog-api-key': key }) },
    body: typeof body === 'string' ? body : JSON.stringify(body)
  })
  return { status: response.status, body: await response.text() }
}

const user = (...parts: JsonObject[]) => ({ role: 'user', parts })
const model = (...parts: JsonObject[]) => ({ role: 'model', parts })
const question = user({ text: 'What is wrong?' })
const signed = { functionCall: { id: 'c1', name: 'read', args: { path: 'a.css' } }, thoughtSignature: signatureOf('read', 'n1') }
const second = { functionCall: { id: 'c2', name: 'read', args: { path: 'b.css' } } }
const result = { functionResponse: { id: 'c1', name: 'read', response: { content: 'a {}' } } }
const secondResult = { functionResponse: { id: 'c2', name: 'read', response: { content: 'b {}' } } }
const tools = [{ functionDeclarations: [{ name: 'read', description: 'Read a file', parametersJsonSchema: { type: 'object' } }] }]
const picture = (mimeType: string, bytes: Buffer) => ({ inlineData: { mimeType, data: bytes.toString('base64') } })

const accepted: Array<[string, JsonObject]> = [
  ['a question', { contents: [question] }],
  ['a call that is signed, and its result', { contents: [question, model(signed), user(result)], tools }],
  ['text before the call', { contents: [question, model({ text: 'I read it.' }, signed), user(result)], tools }],
  ['parallel calls of which the first is signed', { contents: [question, model(signed, second), user(secondResult, result)], tools }],
  [
    'a picture in a result',
    {
      contents: [
        question,
        model(signed),
        user({ functionResponse: { ...result.functionResponse, parts: [picture('image/png', tinyPng(1))] } })
      ],
      tools
    }
  ],
  ['an empty text that has a signature', { contents: [question, model({ text: 'Yes' }, { text: '', thoughtSignature: 'x' }), question] }],
  ['a remark after the results', { contents: [question, model(signed), user(result), user({ text: 'Go on.' })], tools }],
  [
    'everything else that is known',
    {
      contents: [user({ text: 'Look' }, picture('image/png', tinyPng(1)))],
      systemInstruction: { parts: [{ text: 'You are an engineer.' }] },
      tools,
      toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
      generationConfig: {
        temperature: 0,
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object' },
        thinkingConfig: { includeThoughts: true }
      }
    }
  ]
]

const refused: Array<[string, unknown, RegExp]> = [
  ['a body that is not JSON', '{"contents": [', /Invalid JSON payload/],
  ['no contents', {}, /GenerateContentRequest\.contents/],
  ['empty contents', { contents: [] }, /GenerateContentRequest\.contents/],
  ['a turn without parts', { contents: [{ role: 'user', parts: [] }] }, /contents\[0\]\.parts/],
  ['an unknown role', { contents: [{ role: 'assistant', parts: [{ text: 'x' }] }] }, /contents\[0\]\.role/],
  ['an unknown field at the top', { contents: [question], stream: true }, /Unknown name "stream"/],
  ['an unknown field of a part', { contents: [user({ text: 'x', cache: true })] }, /Unknown name "cache" at 'contents\[0\]\.parts\[0\]'/],
  ['an unknown field of the configuration', { contents: [question], generationConfig: { maxTokens: 5 } }, /Unknown name "maxTokens"/],
  ['a part with nothing in it', { contents: [user({})] }, /oneof field 'data'/],
  ['a part with two things in it', { contents: [user({ text: 'x', ...picture('image/png', tinyPng(1)) })] }, /oneof field 'data'/],
  ['an empty text', { contents: [user({ text: '' })] }, /must not be empty/],
  ['a conversation that starts with the model', { contents: [model({ text: 'Hello' }), question] }, /start with a user turn/],
  ['a conversation that ends with the model', { contents: [question, model({ text: 'Hello' })] }, /end with a user role/],
  ['a result without a call', { contents: [question, user(result)], tools }, /equal to the number of function call parts/],
  ['a call without a result', { contents: [question, model(signed), question], tools }, /equal to the number of function call parts/],
  [
    'one result for two calls',
    { contents: [question, model(signed, second), user(result)], tools },
    /equal to the number of function call parts/
  ],
  ['the result of another call', { contents: [question, model(signed), user(secondResult)], tools }, /no matching function call/],
  [
    'a result under another name',
    { contents: [question, model(signed), user({ functionResponse: { ...result.functionResponse, name: 'write' } })], tools },
    /no matching function call/
  ],
  [
    'a call whose signature was dropped',
    { contents: [question, model({ functionCall: signed.functionCall }), user(result)], tools },
    /missing a thought_signature/
  ],
  [
    'a call whose signature was replaced',
    { contents: [question, model({ ...signed, thoughtSignature: 'skip_thought_signature_validator' }), user(result)], tools },
    /missing a thought_signature/
  ],
  [
    'a signature that was changed',
    { contents: [question, model({ ...signed, thoughtSignature: `A${signed.thoughtSignature}` }), user(result)], tools },
    /Corrupted thought signature/
  ],
  [
    'the signature of another function',
    { contents: [question, model({ ...signed, thoughtSignature: signatureOf('edit', 'n1') }), user(result)], tools },
    /Corrupted thought signature/
  ],
  [
    'parallel calls of which only the second is signed',
    { contents: [question, model(second, signed), user(result, secondResult)], tools },
    /missing a thought_signature/
  ],
  ['a call of the user', { contents: [user(signed), question], tools }, /must be in a model turn/],
  ['a history of calls without tools', { contents: [question, model(signed), user(result)] }, /not declared in tools/],
  ['tools without functions', { contents: [question], tools: [{ functionDeclarations: [] }] }, /functionDeclarations/],
  ['a function declared twice', { contents: [question], tools: [...tools, ...tools] }, /Duplicate function declaration/],
  [
    'a function name that Gemini does not take',
    { contents: [question], tools: [{ functionDeclarations: [{ name: 'read file', description: 'x' }] }] },
    /functionDeclarations\[0\]\.name/
  ],
  [
    'a function without a description',
    { contents: [question], tools: [{ functionDeclarations: [{ name: 'read', description: '' }] }] },
    /description/
  ],
  [
    'a calling mode without functions',
    { contents: [question], toolConfig: { functionCallingConfig: { mode: 'AUTO' } } },
    /without function_declarations/
  ],
  [
    'an allowed function that is not declared',
    { contents: [question], tools, toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['write'] } } },
    /is not declared/
  ],
  [
    'a schema without the JSON type',
    { contents: [question], generationConfig: { responseJsonSchema: { type: 'object' } } },
    /needs the response mime type/
  ],
  ['a picture that is not of its type', { contents: [user(picture('image/jpeg', tinyPng(1)))] }, /Unable to process input image/],
  [
    'a picture of a type that is not taken',
    { contents: [user(picture('image/gif', Buffer.from('GIF89a')))] },
    /Unable to process input image/
  ],
  ['a picture that is not base64', { contents: [user({ inlineData: { mimeType: 'image/png', data: '!' } })] }, /inlineData/]
]

describe('what Gemini takes', () => {
  it.each(accepted)('%s', async (_name, body) => {
    expect(await post(body)).toMatchObject({ status: 200 })
  })
})

describe('what Gemini refuses', () => {
  it.each(refused)('%s', async (_name, body, message) => {
    const answer = await post(body)
    expect(answer.status).toBe(400)
    const { error } = errorSchema.parse(JSON.parse(answer.body))
    expect(error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT', message: expect.stringMatching(message) })
    expect(server.rejections.at(-1)).toEqual({ status: 400, message: error.message })
  })

  const body = { contents: [question] }
  it('another key', async () => {
    expect(await post(body, { key: 'wrong' })).toMatchObject({ status: 400, body: expect.stringContaining('API_KEY_INVALID') })
  })

  it('no key', async () => {
    expect(await post(body, { key: null })).toMatchObject({ status: 403 })
  })

  it('another address', async () => {
    expect(await post(body, { path: '/models/gemini-3.5-flash:embedContent' })).toMatchObject({ status: 404 })
  })

  it('a stream that is not of events', async () => {
    expect(await post(body, { path: '/models/gemini-3.5-flash:streamGenerateContent' })).toMatchObject({ status: 400 })
  })

  it('more than 20 MB', async () => {
    expect(await post({ contents: [user({ text: 'x'.repeat(21 * 1024 * 1024) })] })).toMatchObject({
      status: 400,
      body: expect.stringContaining('exceeds the limit')
    })
  })
})
