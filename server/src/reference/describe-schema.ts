import { ERRORS } from '@fixpoint/protocol'

/** The parts of JSON Schema that the protocol's schemas come out as. */
export interface JsonSchema {
  $ref?: string
  type?: string | string[]
  format?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: JsonSchema | boolean
  description?: string
  default?: unknown
  pattern?: string
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minimum?: number
  maximum?: number
}

/** What JSON Schema writes for “any whole number”; not worth a word. */
const SAFE_INTEGER = Number.MAX_SAFE_INTEGER

/** Cell of a table: one line, with nothing in it that ends the cell. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim()
}

/** The type in a few words, with a link where it has a name. */
export function typeOf(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return linkTo(schema.$ref)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.map(typeOf).join(' or ')
  if (schema.const !== undefined) return code(JSON.stringify(schema.const))
  // They have a table of their own.
  if (schema.enum?.length === Object.keys(ERRORS).length) return '[error code](#error-codes)'
  if (schema.enum !== undefined) return schema.enum.map(value => code(JSON.stringify(value))).join(', ')
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : schema.type
  if (type === 'array') return `list of ${schema.items === undefined ? 'anything' : typeOf(schema.items)}`
  if (type === 'object') return objectType(schema)
  if (type === 'string' && schema.format === 'date-time') return 'time (ISO 8601, UTC)'
  if (type === 'string' && schema.format === 'email') return 'e-mail address'
  if (type === 'string' && schema.format === 'uri') return 'address (URL)'
  return type ?? 'anything'
}

function objectType({ properties, additionalProperties }: JsonSchema): string {
  if (properties !== undefined && Object.keys(properties).length > 0) {
    const names = Object.keys(properties).map(name => code(name))
    return `object with ${names.join(', ')}`
  }
  return typeof additionalProperties === 'object' ? `object of ${typeOf(additionalProperties)} by name` : 'object'
}

/** Limits, default and description of a field, in one sentence each. */
export function notesOn(schema: JsonSchema): string {
  const { minLength, maxLength, minItems, maxItems, minimum, maximum } = schema
  const notes = [
    ...(schema.description === undefined ? [] : [sentence(schema.description)]),
    range(minLength, maxLength, 'characters'),
    range(minItems, maxItems, 'entries'),
    range(minimum === -SAFE_INTEGER ? undefined : minimum, maximum === SAFE_INTEGER ? undefined : maximum, ''),
    schema.default === undefined ? '' : `Default ${code(JSON.stringify(schema.default))}.`
  ]
  return notes.filter(note => note !== '').join(' ')
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function range(from: number | undefined, to: number | undefined, unit: string): string {
  const suffix = unit === '' ? '' : ` ${unit}`
  if (from !== undefined && to !== undefined) return `${number(from)} to ${number(to)}${suffix}.`
  if (to !== undefined) return `At most ${number(to)}${suffix}.`
  return from === undefined ? '' : `At least ${number(from)}${suffix}.`
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}

export function code(text: string): string {
  return `\`${text}\``
}

function linkTo(reference: string): string {
  const name = reference.split('/').at(-1) ?? reference
  return `[${name}](#${name.toLowerCase()})`
}

/** A table of an object's fields. */
export function fieldTable({ properties = {}, required = [] }: JsonSchema): string {
  const rows = Object.entries(properties).map(([name, field]) => {
    const isRequired = required.includes(name)
    return `| ${code(name)}${isRequired ? '' : ' (optional)'} | ${cell(typeOf(field))} | ${cell(notesOn(field))} |`
  })
  return ['| Field | Type | Notes |', '| --- | --- | --- |', ...rows].join('\n')
}
