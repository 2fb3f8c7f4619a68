import {
  API_LIMITS,
  ERRORS,
  type ErrorCode,
  type EventType,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  type Route,
  type RouteName,
  routes
} from '@fixpoint/protocol'
import { EXIT, exitCodeOf, exitRows } from '../cli/exit-codes.ts'
import { BODY_CODES, COMMON_CODES, openApiDocument, TOKEN_CODES } from '../http/openapi.ts'
import { cell, code, fieldTable, type JsonSchema, notesOn, typeOf } from './describe-schema.ts'
import { EVENT_MEANINGS } from './event-meanings.ts'

interface Parameter {
  in: string
  name: string
  required?: boolean
  schema?: JsonSchema
}

interface Content {
  schema?: JsonSchema
}

interface Operation {
  operationId: string
  summary: string
  description?: string
  security?: unknown[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, Content> }
  responses: Record<string, { description: string; content?: Record<string, Content> }>
}

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, JsonSchema> }
}

/** Fields that every event has. */
const ENVELOPE = ['sessionId', 'seq', 'at', 'type']

/**
 * The reference of the HTTP API, the events, the error codes and the exit codes as Markdown, made from the schemas and tables that
 * the server itself works with. The same input gives the same text, so that a check can tell when the committed one is out of date.
 */
export function apiReference(): string {
  // Taken through JSON, which is what a client sees of it.
  const document: Document = JSON.parse(JSON.stringify(openApiDocument('')))
  const { SessionEvent: event = {}, ...schemas } = document.components.schemas
  return [
    '# API reference',
    'Made by `node scripts/api-reference.mjs` from the schemas that the server parses requests with. Do not edit it by hand.',
    'A running server shows the same as an OpenAPI 3.1 document at `/openapi.json`, as pages at `/docs`, and the error codes at `/docs/errors`.',
    contents(),
    ...basics(),
    '## Requests',
    ...(Object.keys(routes) as RouteName[]).map(name => operationSection(name, document)),
    '## Events',
    'A session is a log of these. `seq` counts from 1 without gaps. Whoever folds the events in order with `reduceSession` of `protocol/` has what the panel shows.',
    fieldTable(pickFields(event.oneOf?.[0] ?? {}, ENVELOPE)),
    'Below are the fields of `data`.',
    ...(event.oneOf ?? []).map(eventSection),
    '## Schemas',
    ...Object.entries(schemas).map(([name, schema]) => schemaSection(name, schema)),
    '### SessionEvent',
    'One of the [events](#events).',
    '## Error codes',
    'Every error is a [Problem](#problem) (RFC 9457) with one of these codes and a sentence that says what was wrong this time. “Again” says whether the same request may succeed later without being changed.',
    errorTable(),
    '## Exit codes',
    'What the command line ends with. Scripts may rely on these.',
    exitTable()
  ]
    .join('\n\n')
    .concat('\n')
}

function contents(): string {
  return ['Basics', 'Requests', 'Events', 'Schemas', 'Error codes', 'Exit codes']
    .map(title => `- [${title}](#${title.toLowerCase().replaceAll(' ', '-')})`)
    .join('\n')
}

function basics(): string[] {
  const limit = (value: number) => value.toLocaleString('en-US')
  return [
    '## Basics',
    [
      '- Send `Authorization: Bearer <token>`. `npm run fixpoint -- pair` and `POST /api/pair` give a client a token of its own.',
      `- Bodies are JSON in UTF-8 without a content encoding, at most ${limit(API_LIMITS.bodyBytes)} bytes and ${API_LIMITS.jsonDepth} levels deep. Unknown fields are refused.`,
      '- Where it is said, an `Idempotency-Key` header lets a request be repeated without a second effect.',
      `- A client may say which version of the API it speaks, \`${PROTOCOL_HEADER}: ${PROTOCOL_VERSION}\` today; one that is older than what the server still answers (\`oldestProtocolVersion\` of \`GET /api/server\`) is refused with \`client_too_old\`, a newer one with \`protocol_unsupported\`.`,
      '- Every answer has an `X-Request-Id` header; the same id is in the body of an error and in the server’s log.',
      '- Pages of other origins and requests that name another host are refused.',
      `- Every request may answer with ${codes(COMMON_CODES)}; those that need a token also with ${codes(TOKEN_CODES)}; those that take a body also with ${codes(BODY_CODES)}. Below, each names its further ones.`
    ].join('\n')
  ]
}

function operationSection(name: RouteName, { paths }: Document): string {
  const { path, method, access, status, errors }: Route = routes[name]
  const further = errors.filter(error => !isShared(error))
  const operation = paths[path]?.[method]
  if (operation === undefined) throw new Error(`the OpenAPI document lacks ${name}`)
  const { summary, description, parameters = [], requestBody, responses } = operation
  const successContent = responses[String(status)]?.content ?? {}
  return [
    `### ${code(`${method.toUpperCase()} ${path}`)}`,
    `${summary}.${description === undefined ? '' : ` ${description}`}`,
    access === 'open' ? 'Needs no token.' : '',
    parameters.length === 0 ? '' : parameterTable(parameters),
    requestBody === undefined ? '' : `Body: ${describeContent(requestBody.content)}.`,
    `Answers ${status}: ${describeContent(successContent)}.`,
    further.length === 0 ? '' : `Errors: ${codes(further)}.`
  ]
    .filter(part => part !== '')
    .join('\n\n')
}

function parameterTable(parameters: readonly Parameter[]): string {
  const rows = parameters.map(({ in: place, name, required, schema = {} }) => {
    const where = required ? place : `${place}, optional`
    return `| ${code(name)} | ${where} | ${cell(typeOf(schema))} | ${cell(notesOn(schema))} |`
  })
  return ['| Parameter | Where | Type | Notes |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function describeContent(content: Record<string, Content>): string {
  const kinds = Object.entries(content).map(([mediaType, { schema = {} }]) =>
    schema.format === 'binary' ? code(mediaType) : `${typeOf(schema)} as ${code(mediaType)}`
  )
  return kinds.join(' or ')
}

function codes(names: readonly ErrorCode[]): string {
  return names.map(code).join(', ')
}

/** Said once for all requests. */
function isShared(name: ErrorCode): boolean {
  return [...COMMON_CODES, ...TOKEN_CODES, ...BODY_CODES].some(shared => shared === name)
}

function eventSection(schema: JsonSchema): string {
  const type = schema.properties?.['type']?.const
  if (!isEventType(type)) throw new Error(`${String(type)} is not a type of event`)
  return [`### ${code(type)}`, EVENT_MEANINGS[type], fieldTable(schema.properties?.['data'] ?? {})].join('\n\n')
}

function isEventType(type: unknown): type is EventType {
  return typeof type === 'string' && Object.hasOwn(EVENT_MEANINGS, type)
}

function pickFields({ properties = {}, required }: JsonSchema, names: readonly string[]): JsonSchema {
  const entries = names.map(name => [name, name === 'type' ? { type: 'string', description: 'One of the types below' } : properties[name]])
  return { properties: Object.fromEntries(entries), required }
}

function schemaSection(name: string, schema: JsonSchema): string {
  const description = schema.description === undefined ? [] : [`${schema.description}.`]
  const body =
    schema.properties === undefined ? `${typeOf(schema)}. ${notesOn({ ...schema, description: undefined })}`.trim() : fieldTable(schema)
  return [`### ${name}`, ...description, body].join('\n\n')
}

function errorTable(): string {
  const rows = Object.entries(ERRORS).map(
    ([name, { status, title, retryable, hint }]) =>
      `| ${code(name)} | ${status} | ${retryable ? 'yes' : 'no'} | ${cell(title)}. | ${cell(hint)} |`
  )
  return ['| Code | Status | Again | What it means | What to do |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

function exitTable(): string {
  const all = Object.keys(ERRORS) as ErrorCode[]
  const rows = exitRows().map(({ status, meaning }) => {
    // The general failure is what every code means that is not listed with another.
    const from = status === EXIT.failure ? ['any other'] : all.filter(error => exitCodeOf(error) === status).map(code)
    return `| ${status} | ${cell(meaning)}. | ${from.join(', ')} |`
  })
  return ['| Exit code | Meaning | Error codes |', '| --- | --- | --- |', ...rows].join('\n')
}

if (import.meta.main) process.stdout.write(apiReference())
