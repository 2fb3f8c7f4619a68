import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fillSchema, type JsonAnswer } from './json-answer.ts'

const answer: JsonAnswer = { answer: 'fixed', reasons: ['first reason', 'second reason', 'third reason'], summary: 'a summary' }

describe('fillSchema', () => {
  it('fills a verdict', () => {
    const verdict = z.object({
      answer: z.enum(['fixed', 'not_fixed', 'unsure']),
      reasons: z.array(z.string().max(6)).max(2),
      note: z.string(),
      sure: z.boolean(),
      certainty: z.number()
    })
    const filled = verdict.parse(fillSchema(z.toJSONSchema(verdict), answer))
    expect(filled).toEqual({ answer: 'fixed', reasons: ['first ', 'second'], note: 'a summary', sure: true, certainty: 0 })
  })

  it('goes into nested objects, references and choices that may be null', () => {
    const opinion = z.object({ answer: z.enum(['fixed', 'unsure']) }).meta({ id: 'Opinion' })
    const schema = z.object({ first: opinion, second: opinion.nullable(), note: z.string().nullable() })
    expect(schema.parse(fillSchema(z.toJSONSchema(schema), answer))).toEqual({
      first: { answer: 'fixed' },
      second: { answer: 'fixed' },
      note: 'a summary'
    })
  })

  it("takes Google's own way to write types", () => {
    expect(fillSchema({ type: 'OBJECT', properties: { reasons: { type: 'ARRAY', items: { type: 'STRING' } } } }, answer)).toEqual({
      reasons: answer.reasons
    })
  })

  it('is unsure where its answer is no choice', () => {
    expect(fillSchema({ enum: ['unsure', 'broken'] }, answer)).toBe('unsure')
  })

  it('does not make up an answer', () => {
    expect(() => fillSchema({ type: 'object', properties: { colour: { enum: ['red', 'green'] } } }, answer)).toThrow(
      'no answer among the choices for colour'
    )
    expect(() => fillSchema({ type: 'object', properties: { thing: {} } }, answer)).toThrow('does not know what to write for thing')
  })
})
