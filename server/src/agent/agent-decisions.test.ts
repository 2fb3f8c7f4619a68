import { FixpointError } from '@fixpoint/protocol'
import { APICallError, RetryError } from 'ai'
import { describe, expect, it } from 'vitest'
import { exceededBudget } from './budget.ts'
import { type ConversationEntry, renderConversation, type StepEntry } from './conversation.ts'
import { callSignature, isLooping } from './loop-detector.ts'
import { classifyModelError, retryDelay } from './model-errors.ts'

const now = new Date('2026-03-01T12:00:00Z')

function apiError(statusCode: number | undefined, headers: Record<string, string> = {}, body = ''): APICallError {
  return new APICallError({
    message: 'failed',
    url: 'https://model.example',
    requestBodyValues: {},
    statusCode,
    responseHeaders: headers,
    responseBody: body
  })
}

describe('what the model’s provider answers', () => {
  it.each([
    [429, 'model_rate_limited', true],
    [500, 'model_unavailable', true],
    [502, 'model_unavailable', true],
    [503, 'model_unavailable', true],
    [529, 'model_unavailable', true],
    [undefined, 'model_unavailable', true],
    [401, 'model_key_invalid', false],
    [403, 'model_key_invalid', false],
    [404, 'model_unknown', false],
    [400, 'model_output_invalid', false]
  ])('status %s is %s', (status, code, mayRetry) => {
    expect(classifyModelError(apiError(status), now)).toMatchObject({ error: { code }, mayRetry })
  })

  it('recognises an invalid key behind status 400, as Gemini gives it', () => {
    const body = '{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}'
    expect(classifyModelError(apiError(400, {}, body), now).error.code).toBe('model_key_invalid')
  })

  it('shows the provider’s sentence without what looks like a key', () => {
    const body = `{"error":{"message":"Quota of key AIzaSyA-${'x'.repeat(30)} is used up"}}`
    const { message } = classifyModelError(apiError(429, {}, body), now).error
    expect(message).toContain('Quota of key')
    expect(message).not.toContain('AIzaSyA')
  })

  it('looks into the SDK’s retry errors and takes broken connections for passing', () => {
    const wrapped = new RetryError({ message: 'gave up', reason: 'maxRetriesExceeded', errors: [apiError(503)] })
    expect(classifyModelError(wrapped, now).error.code).toBe('model_unavailable')
    expect(classifyModelError(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), now)).toMatchObject({ mayRetry: true })
  })

  it('reads Retry-After in seconds and as a date', () => {
    expect(classifyModelError(apiError(429, { 'retry-after': '59' }), now).retryAfterMs).toBe(59_000)
    expect(classifyModelError(apiError(503, { 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }), now).retryAfterMs).toBe(30_000)
    expect(classifyModelError(apiError(429, { 'retry-after': 'soon' }), now).retryAfterMs).toBeUndefined()
  })
})

describe('retryDelay', () => {
  const policy = { attempts: 6, totalMs: 180_000 }
  const passing = { error: new FixpointError('model_unavailable', 'x'), mayRetry: true }

  it('doubles, with jitter, up to half a minute', () => {
    const delays = [1, 2, 3, 4, 5].map(attempt => retryDelay(passing, attempt, 0, 1e6, policy, 0.5))
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000])
    expect(retryDelay(passing, 1, 0, 1e6, policy, 0)).toBe(750)
    expect(retryDelay(passing, 1, 0, 1e6, policy, 1)).toBe(1_250)
  })

  it('ends after the attempts, after the time, and for what does not pass', () => {
    expect(retryDelay(passing, 6, 0, 1e6, policy, 0.5)).toBeNull()
    expect(retryDelay(passing, 5, 170_000, 1e6, policy, 0.5)).toBeNull()
    expect(retryDelay({ ...passing, mayRetry: false }, 1, 0, 1e6, policy, 0.5)).toBeNull()
  })

  it.each([1, 30, 59, 60, 3_600])('waits the %s s that the provider asks for, if the turn lasts that long', seconds => {
    const fault = { ...passing, retryAfterMs: seconds * 1_000 }
    expect(retryDelay(fault, 1, 0, 4_000_000, policy, 0.5)).toBe(seconds * 1_000)
    expect(retryDelay(fault, 1, 0, seconds * 1_000 - 1, policy, 0.5)).toBeNull()
  })
})

describe('the loop detector', () => {
  const signature = (name: string, outcome = 'same') => callSignature('bash', { command: name }, outcome)

  it('sees the same call with the same outcome three times in a row', () => {
    expect(isLooping([signature('a'), signature('a')])).toBe(false)
    expect(isLooping([signature('b'), signature('a'), signature('a'), signature('a')])).toBe(true)
  })

  it('sees patterns of several calls', () => {
    const turn = [signature('a'), signature('b')]
    expect(isLooping([...turn, ...turn])).toBe(false)
    expect(isLooping([...turn, ...turn, ...turn])).toBe(true)
  })

  it('lets a repeated call pass whose outcome changes', () => {
    expect(isLooping([signature('test', '3 failed'), signature('test', '1 failed'), signature('test', 'passed')])).toBe(false)
  })

  it('does not mind the order of arguments', () => {
    expect(callSignature('read', { path: 'a', line: 1 }, '')).toBe(callSignature('read', { line: 1, path: 'a' }, ''))
  })
})

describe('the budget', () => {
  const budget = { steps: 3, tokens: 1_000, turnSeconds: 60, toolSeconds: 10 }

  it('is held for steps, tokens and time', () => {
    expect(exceededBudget(budget, { steps: 2, tokens: 999, milliseconds: 59_999 })).toBeNull()
    for (const spent of [
      { steps: 3, tokens: 0, milliseconds: 0 },
      { steps: 0, tokens: 1_000, milliseconds: 0 },
      { steps: 0, tokens: 0, milliseconds: 60_000 }
    ]) {
      expect(exceededBudget(budget, spent)?.code).toBe('budget_exceeded')
    }
  })
})

describe('the conversation', () => {
  const picture = Uint8Array.from([0x89, 0x50])
  const step = (name: string, options: { results?: boolean; text?: string; pictures?: string[] } = {}): StepEntry => ({
    kind: 'step',
    stepId: name,
    record: {
      model: 'google/a',
      messages: [{ role: 'assistant', content: [{ type: 'tool-call', toolCallId: `p-${name}`, toolName: 'look', input: {} }] }],
      calls: [{ callId: `c-${name}`, toolCallId: `p-${name}`, tool: 'look', input: {}, problem: null }]
    },
    results: new Map(
      options.results === false ? [] : [[`c-${name}`, { text: options.text ?? 'seen', isError: false, pictures: options.pictures ?? [] }]]
    )
  })
  const request = (text: string, pictures: string[] = []): ConversationEntry => ({ kind: 'request', text, pictures })
  const render = (entries: ConversationEntry[]) => renderConversation(entries, 'google/a', async () => picture)

  it('gives every call a result, also one that was never carried out', async () => {
    const messages = await render([request('do it'), step('a', { results: false })])
    expect(messages.map(message => message.role)).toEqual(['user', 'assistant', 'tool'])
    expect(JSON.stringify(messages.at(-1))).toContain('not carried out')
  })

  it('shows the pictures of the last request alone', async () => {
    const messages = await render([request('first', ['x']), request('second', ['y', 'z'])])
    const files = messages.map(message =>
      Array.isArray(message.content) ? message.content.filter(part => part.type === 'file').length : 0
    )
    expect(files).toEqual([0, 2])
  })

  it('keeps signatures and thoughts from every model but the one that made them', async () => {
    const signed = (model: string): StepEntry => ({
      kind: 'step',
      stepId: 's',
      record: {
        model,
        messages: [
          {
            role: 'assistant',
            content: [
              { type: 'reasoning', text: 'a thought' },
              {
                type: 'tool-call',
                toolCallId: 'p',
                toolName: 'look',
                input: {},
                providerOptions: { google: { thoughtSignature: 'a signature' } }
              }
            ]
          }
        ],
        calls: [{ callId: 'c', toolCallId: 'p', tool: 'look', input: {}, problem: null }]
      },
      results: new Map()
    })
    const own = JSON.stringify(await render([request('go'), signed('google/a')]))
    expect(own).toContain('a signature')
    expect(own).toContain('a thought')
    const foreign = JSON.stringify(await render([request('go'), signed('demo/a')]))
    expect(foreign).toContain('"toolName":"look"')
    expect(foreign).not.toMatch(/a signature|a thought/)
  })

  it('stops repeating old pictures', async () => {
    const messages = await render([request('go'), ...Array.from({ length: 10 }, (_, index) => step(`${index}`, { pictures: ['p'] }))])
    const shown = messages.filter(message => message.role === 'tool').map(message => JSON.stringify(message).includes('"image/png"'))
    expect(shown).toEqual([false, false, false, false, true, true, true, true, true, true])
  })

  it('shortens old outputs once there is too much of them, and leaves the recent ones whole', async () => {
    const long = 'x'.repeat(30_000)
    const messages = await render([request('go'), ...Array.from({ length: 30 }, (_, index) => step(`${index}`, { text: long }))])
    const lengths = messages.filter(message => message.role === 'tool').map(message => JSON.stringify(message).length)
    expect(lengths[0]).toBeLessThan(2_000)
    expect(lengths.slice(-20).every(length => length > 30_000)).toBe(true)
  })
})
