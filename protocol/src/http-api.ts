/** Every address of the HTTP API: what goes in, what comes out, who may ask. The server, the clients and the reference are made from it. */
import { z } from 'zod'
import type { ErrorCode } from './errors.ts'
import { doorSchema, sessionEventSchema } from './events.ts'
import {
  artifactIdSchema,
  commitIdSchema,
  operationIdSchema,
  promptIdSchema,
  sessionIdSchema,
  timestampSchema,
  tokenIdSchema,
  turnIdSchema
} from './ids.ts'
import { pageContextSchema } from './page-context.ts'
import { personSchema } from './people.ts'
import { verdictValueSchema } from './proof.ts'
import { fileChangeSchema } from './sandbox/workspace.ts'
import { isStorableText, isVisibleText, storableText } from './text.ts'
import { workspaceRoutes } from './workspace-api.ts'

export const API_LIMITS = {
  /** JSON bodies, in bytes. */
  bodyBytes: 1_000_000,
  jsonDepth: 32,
  promptCharacters: 20_000,
  queuedPrompts: 50,
  /** Uploaded pictures: bytes, and pixels per side. */
  pictureBytes: 10_000_000,
  pictureSide: 16_384,
  eventsPerPage: 500,
  /** Files in one report of saves, and characters in the path of one. */
  savedPaths: 100,
  savedPathLength: 1_000
} as const

/** What a project hides besides what Fixpoint recognises; whoever captures one of its pages has to apply it. */
export const maskingSchema = z
  .strictObject({
    /** CSS selectors of elements that are covered in pictures and left out of texts, with everything in them. */
    selectors: z.array(z.string().trim().min(1).max(300)).max(50).default([]),
    /** Regular expressions (JavaScript, with the flags `i` and `u`) of texts that are masked, such as customer numbers. */
    patterns: z
      .array(z.string().min(1).max(300).refine(isPattern, 'must be a regular expression that does not match the empty text'))
      .max(50)
      .default([])
  })
  .meta({ id: 'Masking' })
export type Masking = z.infer<typeof maskingSchema>

function isPattern(pattern: string): boolean {
  try {
    return !new RegExp(pattern, 'iu').test('')
  } catch {
    // `RegExp` throws for what is none, which is the answer.
    return false
  }
}

const projectSchema = z
  .object({
    projectId: z.string(),
    name: z.string(),
    /** Where the project is served, such as `http://localhost:5173`. */
    origins: z.array(z.string()),
    branch: z.string(),
    /** Requests that are offered to somebody who has not asked for anything yet. */
    suggestions: z.array(z.string()),
    masking: maskingSchema.prefault({})
  })
  .meta({ id: 'Project' })
export type Project = z.infer<typeof projectSchema>

const projectMatchSchema = projectSchema
  .extend({
    /** Where the page is the preview of a session: that session. Its origin is then among the project's. */
    previewOf: sessionIdSchema.optional()
  })
  .meta({ id: 'ProjectMatch' })
export type MatchedProject = z.infer<typeof projectMatchSchema>

const serverInfoSchema = z
  .object({
    name: z.literal('fixpoint'),
    version: z.string(),
    protocolVersion: z.number().int(),
    /** Clients from this version on are answered. */
    oldestProtocolVersion: z.number().int(),
    /** Changes when the log is not the continuation of what it was, for example after a backup was restored. */
    epoch: z.string(),
    model: z.object({ provider: z.string(), id: z.string(), isScripted: z.boolean() }),
    /** How many clients are connected, by name and version as they say it themselves, such as `extension/0.1.0`. */
    clients: z.record(z.string(), z.number().int())
  })
  .meta({ id: 'ServerInfo' })
export type ServerInfo = z.infer<typeof serverInfoSchema>

const clientSchema = z
  .object({
    clientId: tokenIdSchema,
    /** What was connected, as it called itself. */
    name: z.string(),
    connectedAt: timestampSchema,
    /** Whether it is the one that asks. */
    isCurrent: z.boolean()
  })
  .meta({ id: 'Client' })
export type Client = z.infer<typeof clientSchema>

const sessionSummarySchema = z
  .object({
    sessionId: sessionIdSchema,
    projectId: z.string(),
    title: z.string(),
    status: z.enum(['idle', 'queued', 'running', 'closed']),
    createdAt: timestampSchema,
    updatedAt: timestampSchema,
    createdBy: personSchema,
    seq: z.number().int(),
    /** The lowest of what is known of each step that the files have in them; null while nothing has been changed. */
    verdict: verdictValueSchema.nullable()
  })
  .meta({ id: 'SessionSummary' })
export type SessionSummary = z.infer<typeof sessionSummarySchema>

const promptTextSchema = z
  .string()
  .refine(isStorableText, { error: 'has a NUL or half of a surrogate pair', params: { code: 'invalid_text' }, abort: true })
  .refine(isVisibleText, { error: 'is empty', params: { code: 'prompt_empty' }, abort: true })
  .refine(text => text.length <= API_LIMITS.promptCharacters, {
    error: `is longer than ${API_LIMITS.promptCharacters} characters`,
    params: { code: 'prompt_too_long', limit: API_LIMITS.promptCharacters }
  })
  .meta({ description: 'What is wrong or wanted, 1 to 20,000 characters', examples: ['Line this price up with the others.'] })

/** Relative to the workspace, and in it. */
const savedPathSchema = storableText(API_LIMITS.savedPathLength).refine(
  path => path.split('/').every(part => part !== '' && part !== '.' && part !== '..'),
  'is not a path within the workspace'
)

const titleSchema = storableText(200).regex(/^[^\r\n]*$/, 'is more than one line')

function isTitleOfOneLine(text: string): boolean {
  return text.length <= 200 && isVisibleText(text) && isStorableText(text) && !/[\r\n]/.test(text)
}

const sessionParams = z.strictObject({ sessionId: sessionIdSchema })

const afterSchema = z.coerce
  .number()
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .default(0)
  .meta({ description: 'Events with a greater seq are wanted' })

export interface Route {
  method: 'get' | 'post' | 'delete'
  path: string
  summary: string
  description?: string
  access: 'token' | 'open'
  params?: z.ZodObject
  query?: z.ZodObject
  /** A JSON body, `picture` for the bytes of a picture, or `file` for bytes of any kind. */
  body?: z.ZodType | 'picture' | 'file'
  /** A JSON answer, or the media type of another one. */
  response: z.ZodType | string
  status: number
  /** May be repeated with the same Idempotency-Key and then has one effect. */
  takesIdempotencyKey?: boolean
  errors: readonly ErrorCode[]
}

export const routes = {
  getServer: {
    method: 'get',
    path: '/api/server',
    summary: 'What this server is and which model it uses',
    access: 'token',
    response: serverInfoSchema,
    status: 200,
    errors: []
  },
  getMe: {
    method: 'get',
    path: '/api/me',
    summary: 'Whose token this is',
    access: 'token',
    response: personSchema,
    status: 200,
    errors: []
  },
  createPairingCode: {
    method: 'post',
    path: '/api/pairing-codes',
    summary: 'Make a code that connects another client',
    description: 'The code works once, for ten minutes. The client that uses it gets a token of the same person.',
    access: 'token',
    response: z.object({ code: z.string(), link: z.url(), expiresAt: timestampSchema }).meta({ id: 'PairingCode' }),
    status: 201,
    errors: ['rate_limited']
  },
  pair: {
    method: 'post',
    path: '/api/pair',
    summary: 'Exchange a pairing code for a token',
    access: 'open',
    body: z
      .strictObject({
        code: z.string().max(100),
        client: storableText(100).min(1).meta({ description: 'What is being connected, as people would name it' })
      })
      .meta({ id: 'PairRequest' }),
    response: z.object({ token: z.string(), person: personSchema }).meta({ id: 'PairResult' }),
    status: 201,
    errors: ['pairing_code_invalid', 'rate_limited']
  },
  listClients: {
    method: 'get',
    path: '/api/clients',
    summary: 'What is connected in your name',
    description: 'One entry for each token that is valid, the newest first. Tokens themselves are never shown again.',
    access: 'token',
    response: z.object({ clients: z.array(clientSchema) }).meta({ id: 'ClientList' }),
    status: 200,
    errors: []
  },
  disconnectClient: {
    method: 'delete',
    path: '/api/clients/{clientId}',
    summary: 'End a client’s access',
    description:
      'Its token is refused from now on; streams and sockets that are open end within five seconds. `current` is the client that asks.',
    access: 'token',
    params: z.strictObject({ clientId: z.union([z.literal('current'), tokenIdSchema]) }),
    response: z.object({ clientId: tokenIdSchema }).meta({ id: 'ClientDisconnected' }),
    status: 200,
    errors: ['client_not_found']
  },
  listProjects: {
    method: 'get',
    path: '/api/projects',
    summary: 'The projects that this server works on',
    access: 'token',
    response: z.object({ projects: z.array(projectSchema) }).meta({ id: 'ProjectList' }),
    status: 200,
    errors: []
  },
  matchProject: {
    method: 'get',
    path: '/api/projects/match',
    summary: 'The project that a page belongs to',
    description:
      'Decided by the server alone: scheme, host and port of the address must be one of a project’s origins in the configuration, or those of a session’s preview.',
    access: 'token',
    query: z.strictObject({ url: z.string().min(1).max(4_000) }),
    response: projectMatchSchema,
    status: 200,
    errors: ['origin_not_mapped', 'invalid_parameter']
  },
  createSession: {
    method: 'post',
    path: '/api/sessions',
    summary: 'Start a session on a project',
    access: 'token',
    body: z.strictObject({ projectId: z.string().min(1).max(100), title: titleSchema.default('') }).meta({ id: 'SessionRequest' }),
    response: sessionSummarySchema,
    status: 201,
    takesIdempotencyKey: true,
    errors: ['project_not_found', 'idempotency_conflict']
  },
  listSessions: {
    method: 'get',
    path: '/api/sessions',
    summary: 'Sessions, the last changed first',
    access: 'token',
    query: z.strictObject({
      projectId: z.string().max(100).optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50),
      cursor: z.string().max(200).optional()
    }),
    response: z.object({ sessions: z.array(sessionSummarySchema), nextCursor: z.string().nullable() }).meta({ id: 'SessionList' }),
    status: 200,
    errors: ['invalid_cursor']
  },
  getSession: {
    method: 'get',
    path: '/api/sessions/{sessionId}',
    summary: 'One session',
    access: 'token',
    params: sessionParams,
    response: sessionSummarySchema,
    status: 200,
    errors: ['session_not_found']
  },
  createPrompt: {
    method: 'post',
    path: '/api/sessions/{sessionId}/prompts',
    summary: 'Say what is wrong',
    description:
      'The prompt is in the log when this answers and will end in exactly one of done, failed or stopped. Prompts of a session run one after the other. Pictures are uploaded to the session’s artifacts first and named by their ids.',
    access: 'token',
    params: sessionParams,
    body: z.strictObject({ text: promptTextSchema, context: pageContextSchema.optional() }).meta({ id: 'PromptRequest' }),
    response: z.object({ promptId: promptIdSchema, seq: z.number().int() }).meta({ id: 'PromptAccepted' }),
    status: 202,
    takesIdempotencyKey: true,
    errors: [
      'session_not_found',
      'session_closed',
      'prompt_empty',
      'prompt_too_long',
      'invalid_text',
      'queue_full',
      'artifact_not_found',
      'capture_url_mismatch',
      'idempotency_conflict'
    ]
  },
  withdrawPrompt: {
    method: 'delete',
    path: '/api/sessions/{sessionId}/prompts/{promptId}',
    summary: 'Take back a prompt that waits',
    access: 'token',
    params: z.strictObject({ sessionId: sessionIdSchema, promptId: promptIdSchema }),
    response: z.object({ seq: z.number().int() }).meta({ id: 'PromptWithdrawn' }),
    status: 200,
    errors: ['session_not_found', 'prompt_not_found', 'prompt_not_queued']
  },
  stopSession: {
    method: 'post',
    path: '/api/sessions/{sessionId}/stop',
    summary: 'Stop the running turn',
    description: 'Prompts that wait run afterwards. Asking again while it stops is no error.',
    access: 'token',
    params: sessionParams,
    response: z.object({ seq: z.number().int() }).meta({ id: 'StopAccepted' }),
    status: 202,
    errors: ['session_not_found', 'not_running']
  },
  closeSession: {
    method: 'post',
    path: '/api/sessions/{sessionId}/close',
    summary: 'Close a session and remove its sandbox',
    description: 'A running turn is stopped and prompts that wait are withdrawn. The log stays.',
    access: 'token',
    params: sessionParams,
    response: z.object({ seq: z.number().int() }).meta({ id: 'SessionClosed' }),
    status: 200,
    errors: ['session_not_found']
  },
  listEvents: {
    method: 'get',
    path: '/api/sessions/{sessionId}/events',
    summary: 'The session’s log',
    description:
      'With “Accept: text/event-stream” the answer is a stream of server-sent events: every event after the given one, in order, and then each new one; the event’s id is its seq, and Last-Event-ID takes the place of `after`. Otherwise a page of events.',
    access: 'token',
    params: sessionParams,
    query: z.strictObject({
      after: afterSchema,
      limit: z.coerce.number().int().min(1).max(API_LIMITS.eventsPerPage).default(API_LIMITS.eventsPerPage)
    }),
    response: z
      .object({ events: z.array(sessionEventSchema), head: z.number().int().meta({ description: 'Seq of the last event of the log' }) })
      .meta({ id: 'EventPage' }),
    status: 200,
    errors: ['session_not_found', 'seq_ahead', 'invalid_parameter', 'invalid_cursor']
  },
  uploadArtifact: {
    method: 'post',
    path: '/api/sessions/{sessionId}/artifacts',
    summary: 'Upload a picture',
    description: 'The body is a PNG, JPEG or WebP picture with its Content-Type, at most 10 MB and 8,192 pixels a side.',
    access: 'token',
    params: sessionParams,
    body: 'picture',
    response: z
      .object({ artifactId: artifactIdSchema, width: z.number().int(), height: z.number().int(), bytes: z.number().int() })
      .meta({ id: 'ArtifactStored' }),
    status: 201,
    errors: ['session_not_found', 'unsupported_media_type', 'image_type_mismatch', 'image_too_large', 'image_invalid', 'payload_too_large']
  },
  getArtifact: {
    method: 'get',
    path: '/api/sessions/{sessionId}/artifacts/{artifactId}',
    summary: 'A picture, a diff or an output',
    description: 'Never changes; one byte range may be asked for.',
    access: 'token',
    params: z.strictObject({ sessionId: sessionIdSchema, artifactId: artifactIdSchema }),
    response: 'application/octet-stream',
    status: 200,
    errors: ['session_not_found', 'artifact_not_found', 'range_not_satisfiable']
  },
  readFile: {
    method: 'get',
    path: '/api/sessions/{sessionId}/file',
    summary: 'A file as it was at one of the session’s commits',
    description: 'The commit is the one that the session is based on or one of its turns’ checkpoints. At most 2 MB of text.',
    access: 'token',
    params: sessionParams,
    query: z.strictObject({ commit: commitIdSchema, path: storableText(4_096).min(1) }),
    response: 'text/plain',
    status: 200,
    errors: ['session_not_found', 'not_found', 'payload_too_large', 'invalid_parameter']
  },
  listChanges: {
    method: 'get',
    path: '/api/sessions/{sessionId}/changes',
    summary: 'The files that differ between two of the session’s commits',
    access: 'token',
    params: sessionParams,
    query: z.strictObject({ from: commitIdSchema, to: commitIdSchema }),
    response: z.object({ files: z.array(fileChangeSchema) }).meta({ id: 'FileChanges' }),
    status: 200,
    errors: ['session_not_found', 'not_found', 'invalid_parameter']
  },
  reportSaves: {
    method: 'post',
    path: '/api/sessions/{sessionId}/saves',
    summary: 'Say which files a person saved in an editor on the session’s workspace',
    description: 'The log has them with the person as author, and the agent is told before its next step.',
    access: 'token',
    params: sessionParams,
    body: z.strictObject({ paths: z.array(savedPathSchema).min(1).max(API_LIMITS.savedPaths) }).meta({ id: 'SavesReport' }),
    response: z.object({ seq: z.number().int() }).meta({ id: 'SavesReported' }),
    status: 202,
    errors: ['session_not_found', 'session_closed']
  },
  undoTurns: {
    method: 'post',
    path: '/api/sessions/{sessionId}/undo',
    summary: 'Put back the files that turns changed',
    description:
      'The files that these turns changed become what they were before, and nothing else does. It is done in the background and ends with undo.finished or undo.failed in the log. A file that was changed since refuses it all, with its name in the answer or in undo.failed, unless `leaveChanged` is set.',
    access: 'token',
    params: sessionParams,
    body: z
      .strictObject({
        turnIds: z.array(turnIdSchema).min(1).max(200),
        leaveChanged: z
          .boolean()
          .default(false)
          .meta({ description: 'Files that were changed since stay as they are, and the others are put back' })
      })
      .meta({ id: 'UndoRequest' }),
    response: z.object({ operationId: operationIdSchema, seq: z.number().int() }).meta({ id: 'UndoAccepted' }),
    status: 202,
    takesIdempotencyKey: true,
    errors: [
      'session_not_found',
      'session_closed',
      'turn_not_found',
      'turn_running',
      'undo_running',
      'nothing_to_undo',
      'undo_conflict',
      'idempotency_conflict'
    ]
  },
  acceptTurns: {
    method: 'post',
    path: '/api/sessions/{sessionId}/accept',
    summary: 'Say that the work of turns is taken',
    description: 'Accepted turns are left alone when the rest of the session’s work is discarded. It changes no files and allows nothing.',
    access: 'token',
    params: sessionParams,
    body: z.strictObject({ turnIds: z.array(turnIdSchema).min(1).max(200) }).meta({ id: 'AcceptRequest' }),
    response: z.object({ seq: z.number().int() }).meta({ id: 'TurnsAccepted' }),
    status: 200,
    errors: ['session_not_found', 'session_closed', 'turn_not_found', 'turn_running']
  },
  openDoor: {
    method: 'post',
    path: '/api/sessions/{sessionId}/doors',
    summary: 'Open VS Code or the running app of a session in the browser',
    description:
      'The address in the answer is opened in a browser within a minute, and works once; the browser then stays admitted. VS Code and the app have host names of their own, so that nothing in them can reach this API or each other.',
    access: 'token',
    params: sessionParams,
    body: z
      .strictObject({
        door: doorSchema,
        theme: z.enum(['system', 'light', 'dark']).default('system').meta({ description: 'How VS Code looks at its first start' })
      })
      .meta({ id: 'DoorRequest' }),
    response: z.object({ url: z.url(), expiresAt: timestampSchema }).meta({ id: 'DoorOpened' }),
    status: 201,
    errors: ['session_not_found', 'session_closed', 'door_unavailable']
  },
  ...workspaceRoutes,
  createPullRequest: {
    method: 'post',
    path: '/api/sessions/{sessionId}/pull-request',
    summary: 'Push the session’s branch and open the pull request',
    description:
      'The work is done in the background and ends with pull_request.opened or pull_request.failed in the log. Asking again while it runs, or after it was opened without new changes, has no further effect.',
    access: 'token',
    params: sessionParams,
    body: z
      .strictObject({
        title: z
          .string()
          .refine(isTitleOfOneLine, {
            error: 'must be 1 to 200 characters on one line',
            params: { code: 'pr_title_invalid', limit: 200 }
          })
          .meta({ description: '1 to 200 characters on one line; the first prompt where it is not given' })
          .optional(),
        confirmProtectedPaths: z
          .boolean()
          .default(false)
          .meta({ description: 'Somebody has looked at the changed files that run with more rights, such as workflows' })
      })
      .meta({ id: 'PullRequestRequest' }),
    response: z.object({ operationId: operationIdSchema, branch: z.string(), seq: z.number().int() }).meta({ id: 'PullRequestAccepted' }),
    status: 202,
    errors: [
      'session_not_found',
      'nothing_to_commit',
      'turn_running',
      'undo_running',
      'pr_title_invalid',
      'protected_path',
      'diff_too_large',
      'remote_not_configured',
      'secret_in_output'
    ]
  },
  createIssue: {
    method: 'post',
    path: '/api/sessions/{sessionId}/issues',
    summary: 'Open an issue with a bug report on the project’s code host',
    description:
      'The report is written from the text and the page context, as Markdown; its pictures are pushed to a branch of their own. The work is done in the background and ends with issue.opened or issue.failed in the log, also after the server was restarted. Pictures are uploaded to the session’s artifacts first and named by their ids.',
    access: 'token',
    params: sessionParams,
    body: z
      .strictObject({
        title: z
          .string()
          .refine(isTitleOfOneLine, {
            error: 'must be 1 to 200 characters on one line',
            params: { code: 'pr_title_invalid', limit: 200 }
          })
          .meta({ description: '1 to 200 characters on one line', examples: ['The price sits lower than the others'] }),
        text: storableText(API_LIMITS.promptCharacters).default(''),
        context: pageContextSchema
      })
      .meta({ id: 'IssueRequest' }),
    response: z.object({ operationId: operationIdSchema, seq: z.number().int() }).meta({ id: 'IssueAccepted' }),
    status: 202,
    takesIdempotencyKey: true,
    errors: [
      'session_not_found',
      'session_closed',
      'pr_title_invalid',
      'issues_unavailable',
      'remote_not_configured',
      'secret_in_output',
      'artifact_not_found',
      'capture_url_mismatch',
      'idempotency_conflict'
    ]
  },
  getHealth: {
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process lives',
    access: 'open',
    response: z.object({ status: z.literal('ok') }).meta({ id: 'Health' }),
    status: 200,
    errors: []
  },
  getReadiness: {
    method: 'get',
    path: '/readyz',
    summary: 'Whether the server can do its work',
    access: 'open',
    response: z
      .object({
        status: z.enum(['ready', 'not_ready']),
        checks: z.record(z.string(), z.object({ isReady: z.boolean(), detail: z.string() }))
      })
      .meta({ id: 'Readiness', description: 'Answers 503 with the same body when a check fails' }),
    status: 200,
    errors: []
  },
  getMetrics: {
    method: 'get',
    path: '/metrics',
    summary: 'Prometheus metrics',
    access: 'token',
    response: 'text/plain',
    status: 200,
    errors: []
  }
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof routes
type Routes = typeof routes

type InputOf<T> = T extends z.ZodType ? z.input<T> : never
type OutputOf<T> = T extends z.ZodType ? z.output<T> : unknown

/** What a client gives for a route. */
export type RouteInput<K extends RouteName> = (Routes[K] extends { params: infer P } ? { params: InputOf<P> } : unknown) &
  (Routes[K] extends { query: infer Q } ? { query: InputOf<Q> } : unknown) &
  (Routes[K] extends { body: infer B }
    ? B extends 'picture' | 'file'
      ? { body: { bytes: Uint8Array<ArrayBuffer>; mediaType: string } }
      : { body: InputOf<B> }
    : unknown)

/** What a handler of the server is given, after parsing. */
export type RouteRequest<K extends RouteName> = (Routes[K] extends { params: infer P } ? { params: OutputOf<P> } : unknown) &
  (Routes[K] extends { query: infer Q } ? { query: OutputOf<Q> } : unknown) &
  (Routes[K] extends { body: infer B }
    ? B extends 'picture' | 'file'
      ? { body: { bytes: Uint8Array; mediaType: string } }
      : { body: OutputOf<B> }
    : unknown)

/** What a route answers with. */
export type RouteResponse<K extends RouteName> = Routes[K]['response'] extends z.ZodType ? z.output<Routes[K]['response']> : Uint8Array
