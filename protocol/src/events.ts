import { z } from 'zod'
import { failureSchema } from './errors.ts'
import { colorSchemeSchema, viewportSchema } from './geometry.ts'
import {
  artifactIdSchema,
  commitIdSchema,
  operationIdSchema,
  promptIdSchema,
  sandboxIdSchema,
  sessionIdSchema,
  stepIdSchema,
  timestampSchema,
  toolCallIdSchema,
  turnIdSchema
} from './ids.ts'
import { cropSchema, sourceCandidateSchema, sourceLocationSchema } from './page-context.ts'
import { personSchema } from './people.ts'
import { pictureSchema, proofSchema } from './proof.ts'
import { egressDecisionSchema } from './sandbox/egress.ts'
import { fileChangeSchema } from './sandbox/workspace.ts'

/** What a timeline shows of a prompt's page context; the whole of it is the artifact. */
export const contextSummarySchema = z
  .object({
    artifactId: artifactIdSchema,
    url: z.string(),
    title: z.string(),
    viewport: viewportSchema,
    colorScheme: colorSchemeSchema,
    screenshot: pictureSchema.optional(),
    /** The screenshot with what the person drew on it. */
    annotated: pictureSchema.optional(),
    picks: z.array(
      z.object({
        number: z.number().int(),
        /** The component's name, or the tag where there is none. */
        label: z.string(),
        selector: z.string(),
        source: sourceLocationSchema.optional(),
        /** Where it may be written, for a pick whose place is not verified. */
        candidates: z.array(sourceCandidateSchema).max(3).optional(),
        crop: cropSchema.optional()
      })
    ),
    consoleMessages: z.number().int(),
    /** What the person did, in words. */
    steps: z.array(z.string()).optional(),
    redactions: z.number().int()
  })
  .meta({ id: 'ContextSummary' })
export type ContextSummary = z.infer<typeof contextSummarySchema>

export const tokenUsageSchema = z.object({ inputTokens: z.number().int(), outputTokens: z.number().int() }).meta({ id: 'TokenUsage' })
export type TokenUsage = z.infer<typeof tokenUsageSchema>

export const turnOutcomeSchema = z.enum(['done', 'failed', 'stopped'])
export type TurnOutcome = z.infer<typeof turnOutcomeSchema>

export const toolOutcomeSchema = z.enum(['succeeded', 'failed', 'stopped', 'unknown'])
export type ToolOutcome = z.infer<typeof toolOutcomeSchema>

/** What of a session a browser can open: VS Code on its files, or the app that runs in it. */
export const doorSchema = z.enum(['vscode', 'preview'])
export type Door = z.infer<typeof doorSchema>

/** Why a turn went on after a break. */
export const resumeReasonSchema = z.enum(['server_restarted', 'sandbox_replaced'])

const inTurn = { turnId: turnIdSchema }

/** The data of each type of event. A type is never changed in a way that makes an old log unreadable; a new type is added instead. */
const eventData = {
  'session.created': z.object({ projectId: z.string(), projectName: z.string(), title: z.string(), by: personSchema }),
  'session.closed': z.object({ by: personSchema }),

  'prompt.queued': z.object({ promptId: promptIdSchema, text: z.string(), author: personSchema, context: contextSummarySchema.optional() }),
  /** The end of a prompt that a person takes back while it waits, by itself or by closing its session. No turn follows. */
  'prompt.withdrawn': z.object({ promptId: promptIdSchema, by: personSchema }),

  'turn.started': z.object({ ...inTurn, promptId: promptIdSchema }),
  /** The turn goes on after a break; nothing that was shown before is lost. */
  'turn.resumed': z.object({ ...inTurn, attempt: z.number().int(), reason: resumeReasonSchema, message: z.string() }),
  'stop.requested': z.object({ ...inTurn, by: personSchema }),
  /** The one end of a turn. */
  'turn.finished': z.object({ ...inTurn, promptId: promptIdSchema, outcome: turnOutcomeSchema, failure: failureSchema.optional() }),

  /** The first one says what the session is based on: the commit of the project's branch at that time. */
  'sandbox.starting': z.object({ ...inTurn, commit: commitIdSchema, branch: z.string() }),
  'sandbox.ready': z.object({
    ...inTurn,
    sandboxId: sandboxIdSchema,
    /** What the workspace came from. */
    startedFrom: z.enum(['prepared', 'existing_workspace', 'checkpoint']),
    durationMs: z.number(),
    /** What a person is told; empty where it was running already and there is nothing to tell. */
    message: z.string()
  }),
  'sandbox.lost': z.object({ ...inTurn, failure: failureSchema }),
  /** A person opened the sandbox of a session that had none yet, and by that said what it is based on. */
  'workspace.opened': z.object({ by: personSchema, door: doorSchema, commit: commitIdSchema, branch: z.string() }),
  /** A person saved files in an editor on the session's workspace. */
  'files.saved': z.object({ by: personSchema, paths: z.array(z.string()) }),
  'egress.refused': z.object({ turnId: turnIdSchema.optional(), decision: egressDecisionSchema }),

  /** A request to the model begins. */
  'step.started': z.object({ ...inTurn, stepId: stepIdSchema, number: z.number().int(), model: z.string() }),
  /** A further piece of the step's text. */
  'step.text': z.object({ ...inTurn, stepId: stepIdSchema, text: z.string() }),
  /** The model has answered; recorded before any of its tool calls runs. */
  'step.answered': z.object({
    ...inTurn,
    stepId: stepIdSchema,
    finishReason: z.string(),
    usage: tokenUsageSchema,
    /** The model's messages as the conversation needs them again; not for clients. */
    messages: artifactIdSchema,
    toolCalls: z.array(z.object({ callId: toolCallIdSchema, tool: z.string() }))
  }),
  /** The request to the model came to nothing. It is repeated when `retryAt` is set. */
  'step.failed': z.object({ ...inTurn, stepId: stepIdSchema, failure: failureSchema, retryAt: timestampSchema.optional() }),

  'tool.started': z.object({
    ...inTurn,
    stepId: stepIdSchema,
    callId: toolCallIdSchema,
    tool: z.string(),
    /** One line that says what it does, such as “read src/App.tsx”. */
    title: z.string(),
    /** The arguments, shortened. */
    input: z.string()
  }),
  'tool.finished': z.object({
    ...inTurn,
    callId: toolCallIdSchema,
    outcome: toolOutcomeSchema,
    /** One line that says what came of it, such as “edited PriceTag.tsx +3 −1”. */
    summary: z.string(),
    /** What a person sees when the line is opened: output or a unified diff; at most 16,000 characters. */
    detail: z.string().optional(),
    detailKind: z.enum(['text', 'diff']).optional(),
    files: z.array(fileChangeSchema).optional(),
    pictures: z.array(pictureSchema).optional(),
    /** What the model is told; not for clients. */
    result: artifactIdSchema,
    durationMs: z.number()
  }),
  'checkpoint.saved': z.object({
    ...inTurn,
    commit: commitIdSchema,
    parent: commitIdSchema,
    /** Files changed since the session's first commit. */
    files: z.array(fileChangeSchema)
  }),

  /**
   * Files that were not changed by a turn: what people saved, or what ran in the sandbox between turns. Recorded before a turn begins
   * to change files and before one is undone, so that they are nobody's work but theirs.
   */
  'edits.recorded': z.object({
    /** The turn that is about to work on them; absent where a turn is undone. */
    turnId: turnIdSchema.optional(),
    commit: commitIdSchema,
    parent: commitIdSchema,
    /** What differs from the parent. */
    changed: z.array(fileChangeSchema),
    /** Files changed since the session's first commit. */
    files: z.array(fileChangeSchema),
    /** Who has saved some of these files in an editor. */
    by: z.array(personSchema)
  }),

  /** A person wants the files back that these turns changed, as they were before. */
  'undo.requested': z.object({
    operationId: operationIdSchema,
    by: personSchema,
    turnIds: z.array(turnIdSchema),
    /** Files that were changed since stay as they are; otherwise one of them refuses it all. */
    leaveChanged: z.boolean()
  }),
  'undo.finished': z.object({
    operationId: operationIdSchema,
    by: personSchema,
    turnIds: z.array(turnIdSchema),
    commit: commitIdSchema,
    parent: commitIdSchema,
    /** Files changed since the session's first commit. */
    files: z.array(fileChangeSchema),
    /** Files that are as they were before. */
    restored: z.array(z.string()),
    /** Files that were changed since and were left alone. */
    left: z.array(z.string())
  }),
  'undo.failed': z.object({
    operationId: operationIdSchema,
    turnIds: z.array(turnIdSchema),
    failure: failureSchema,
    /** The files that were changed since. */
    conflicts: z.array(z.string())
  }),
  /** A person has taken the work of these turns: discarding leaves it alone from now on. */
  'turns.accepted': z.object({ by: personSchema, turnIds: z.array(turnIdSchema) }),

  'proof.started': z.object({ ...inTurn, phase: z.enum(['before', 'after']) }),
  'proof.captured': z.object({
    ...inTurn,
    phase: z.enum(['before', 'after']),
    page: pictureSchema,
    /** All that was seen, for the comparison; not for clients. */
    record: artifactIdSchema
  }),
  'proof.finished': z.object({ ...inTurn, proof: proofSchema }),

  'notice.added': z.object({ turnId: turnIdSchema.optional(), level: z.enum(['info', 'warning']), text: z.string() }),

  'pull_request.requested': z.object({
    operationId: operationIdSchema,
    by: personSchema,
    branch: z.string(),
    title: z.string(),
    /** The last turn whose work is in it. */
    ...inTurn,
    /** The recorded files that it proposes. */
    checkpoint: commitIdSchema.optional()
  }),
  'pull_request.opened': z.object({
    ...inTurn,
    operationId: operationIdSchema,
    branch: z.string(),
    commit: commitIdSchema,
    /** Where to look at it; absent where the remote has no pages, as in the demo. */
    url: z.url().optional(),
    number: z.number().int().optional()
  }),
  'pull_request.failed': z.object({ operationId: operationIdSchema, failure: failureSchema }),

  /** A person wants a bug report on the code host. */
  'issue.requested': z.object({
    operationId: operationIdSchema,
    by: personSchema,
    title: z.string(),
    text: z.string(),
    context: contextSummarySchema.optional()
  }),
  'issue.opened': z.object({ operationId: operationIdSchema, url: z.url(), number: z.number().int() }),
  'issue.failed': z.object({ operationId: operationIdSchema, failure: failureSchema })
} as const

export type EventType = keyof typeof eventData
export type EventData<T extends EventType> = z.infer<(typeof eventData)[T]>

/** An event that is not in a log yet. */
export type NewEvent = { [T in EventType]: { type: T; data: EventData<T> } }[EventType]

const envelope = {
  sessionId: sessionIdSchema,
  /** Position in the session's log, from 1 without gaps. */
  seq: z.number().int().min(1),
  at: timestampSchema
}

function eventSchemaOf<T extends EventType>(type: T) {
  return z.object({ ...envelope, type: z.literal(type), data: eventData[type] })
}

/** One entry of a session's log. */
export const sessionEventSchema = z
  .discriminatedUnion('type', [
    eventSchemaOf('session.created'),
    eventSchemaOf('session.closed'),
    eventSchemaOf('prompt.queued'),
    eventSchemaOf('prompt.withdrawn'),
    eventSchemaOf('turn.started'),
    eventSchemaOf('turn.resumed'),
    eventSchemaOf('stop.requested'),
    eventSchemaOf('turn.finished'),
    eventSchemaOf('sandbox.starting'),
    eventSchemaOf('sandbox.ready'),
    eventSchemaOf('sandbox.lost'),
    eventSchemaOf('workspace.opened'),
    eventSchemaOf('files.saved'),
    eventSchemaOf('egress.refused'),
    eventSchemaOf('step.started'),
    eventSchemaOf('step.text'),
    eventSchemaOf('step.answered'),
    eventSchemaOf('step.failed'),
    eventSchemaOf('tool.started'),
    eventSchemaOf('tool.finished'),
    eventSchemaOf('checkpoint.saved'),
    eventSchemaOf('edits.recorded'),
    eventSchemaOf('undo.requested'),
    eventSchemaOf('undo.finished'),
    eventSchemaOf('undo.failed'),
    eventSchemaOf('turns.accepted'),
    eventSchemaOf('proof.started'),
    eventSchemaOf('proof.captured'),
    eventSchemaOf('proof.finished'),
    eventSchemaOf('notice.added'),
    eventSchemaOf('pull_request.requested'),
    eventSchemaOf('pull_request.opened'),
    eventSchemaOf('pull_request.failed'),
    eventSchemaOf('issue.requested'),
    eventSchemaOf('issue.opened'),
    eventSchemaOf('issue.failed')
  ])
  .meta({ id: 'SessionEvent' })
export type SessionEvent = z.infer<typeof sessionEventSchema>

/** A piece of the model's text as it arrives; never in the log. `offset` counts the step's characters before it. */
export const textDeltaSchema = z.object({
  sessionId: sessionIdSchema,
  turnId: turnIdSchema,
  stepId: stepIdSchema,
  offset: z.number().int().min(0),
  text: z.string()
})
export type TextDelta = z.infer<typeof textDeltaSchema>
