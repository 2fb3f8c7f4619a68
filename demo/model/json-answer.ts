import { z } from 'zod'
import type { JsonObject } from './gemini-wire.ts'

/** What a scripted model has to say where its answer must fit a JSON schema. */
export interface JsonAnswer {
  /** Goes into a field named `answer`, or any other choice that has it. */
  answer: 'fixed' | 'not_fixed' | 'unsure'
  /** Go into lists of text. */
  reasons: string[]
  /** Goes into single texts. */
  summary: string
}

/** The part of JSON Schema that Gemini takes (https://ai.google.dev/gemini-api/docs/structured-output). */
const nodeSchema = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  maxItems: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  $ref: z.string().optional()
})

/**
 * A value that fits the schema and says what the answer says.
 * @throws Error where the schema asks for something that the answer has no honest value for.
 */
export function fillSchema(schema: JsonObject, answer: JsonAnswer): unknown {
  return fillNode(schema, answer, schema, 'the answer')
}

function fillNode(node: unknown, answer: JsonAnswer, root: JsonObject, place: string): unknown {
  const { type, enum: choices, properties, items, maxItems, maxLength, anyOf, oneOf, $ref, minimum } = nodeSchema.parse(node)
  if ($ref) return fillNode(followReference(root, $ref), answer, root, place)
  const [alternative] = (anyOf ?? oneOf ?? []).filter(candidate => nodeSchema.parse(candidate).type !== 'null')
  if (alternative) return fillNode(alternative, answer, root, place)
  if (choices) return choose(choices, answer, place)
  // Google's own schema type writes the types in capitals.
  switch ((Array.isArray(type) ? type.find(name => name !== 'null') : type)?.toLowerCase()) {
    case 'object':
      return Object.fromEntries(Object.entries(properties ?? {}).map(([name, child]) => [name, fillNode(child, answer, root, name)]))
    case 'array': {
      const { type: itemType, maxLength: itemLength } = nodeSchema.parse(items ?? {})
      const isText = typeof itemType === 'string' && itemType.toLowerCase() === 'string'
      return isText ? answer.reasons.slice(0, maxItems).map(reason => cut(reason, itemLength)) : []
    }
    case 'string':
      return cut(answer.summary, maxLength)
    case 'boolean':
      return answer.answer === 'fixed'
    case 'number':
    case 'integer':
      // A measure of certainty at most, and a script has none.
      return Math.max(0, minimum ?? 0)
    default:
      throw new Error(`The scripted model does not know what to write for ${place}.`)
  }
}

function choose(choices: readonly unknown[], { answer }: JsonAnswer, place: string): unknown {
  const fitting = [answer, 'unsure'].find(choice => choices.includes(choice))
  if (fitting === undefined) throw new Error(`The scripted model has no answer among the choices for ${place}.`)
  return fitting
}

function followReference(root: JsonObject, reference: string): unknown {
  const names = reference.replace(/^#\/?/, '').split('/').filter(Boolean)
  return names.reduce<unknown>((node, name) => z.record(z.string(), z.unknown()).parse(node)[name], root)
}

function cut(text: string, maximum: number | undefined): string {
  return maximum === undefined ? text : text.slice(0, maximum)
}
