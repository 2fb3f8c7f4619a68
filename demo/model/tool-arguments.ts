import { z } from 'zod'
import type { FunctionDeclaration, JsonObject } from './gemini-wire.ts'

const parametersSchema = z.object({ properties: z.record(z.string(), z.unknown()).default({}), required: z.array(z.string()).default([]) })

/** What may be left away from a call without changing what it is for. */
const dispensable = new Set(['glob', 'literal'])

/** The arguments as the declaration takes them; undefined where the function is of another kind than the script knows. */
export function fitArguments({ parametersJsonSchema, parameters }: FunctionDeclaration, wanted: JsonObject): JsonObject | undefined {
  const { properties, required } = parametersSchema.parse(parametersJsonSchema ?? parameters ?? {})
  const fitted = Object.fromEntries(Object.entries(wanted).filter(([name]) => name in properties))
  const lacks = Object.keys(wanted).some(name => !(name in fitted) && !dispensable.has(name))
  return lacks || required.some(name => !(name in fitted)) ? undefined : fitted
}
