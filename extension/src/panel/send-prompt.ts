import { ERRORS, FixpointError, type Masking, makeId, pageContextSchema, sessionIdSchema } from '@fixpoint/protocol'
import { z } from 'zod'
import { type ContextChoice, contextFromDraft, type DraftPicture, type PageDraft, type UploadedPictures } from '../draft.ts'
import type { Recording } from '../recording.ts'
import type { Server } from './server.ts'
import { type StorageArea, type StoredValue, storedValue } from './stored-value.ts'

/**
 * A prompt or a bug report on its way, as it is kept from the click on Send until the server has confirmed it. What is kept is enough to finish
 * after the panel was closed or the connection broke, with the same keys, so that nothing is sent twice.
 */
export const outboxSchema = z.object({
  /** What was sent, in short: when it is the same again, so are the keys. */
  fingerprint: z.string(),
  /** The session that the person chose; null for a new one. `sessionId` is the one that the prompt goes to. */
  requestedSessionId: sessionIdSchema.nullable(),
  sessionKey: z.string(),
  promptKey: z.string(),
  sessionId: sessionIdSchema.nullable(),
  /** The tab whose draft goes along. */
  tabId: z.number().int().nullable(),
  /** There as soon as the pictures are uploaded, at once where there are none; from then on the prompt may have been accepted. */
  body: z.object({ text: z.string(), context: pageContextSchema.optional() }).nullable(),
  /** Of a bug report that becomes an issue; null for a prompt. */
  issueTitle: z.string().nullable().default(null)
})
export type Outbox = z.infer<typeof outboxSchema>

export function storedOutboxOf(session: StorageArea, place: string): StoredValue<Outbox> {
  return storedValue(session, `outbox:${place}`, outboxSchema)
}

export type SendStage = 'session' | 'pictures' | 'prompt'

export interface SendRequest {
  text: string
  projectId: string | null
  /** Null starts a session. */
  sessionId: string | null
  page: PageDraft | null
  /** What the person did on the page; sent with it. */
  recording: Recording | null
  /** Makes an issue of it on the project's code host, with this title; null makes a prompt of it. */
  issueTitle: string | null
  /** What the page's project hides; null without a project. */
  masking: Masking | null
  choice: ContextChoice
}

export interface SendOptions {
  server: Pick<Server, 'call'>
  outbox: StoredValue<Outbox>
  randomBytes: (count: number) => Uint8Array
  onStage: (stage: SendStage) => void
  /** Takes what was sent out of the draft; done before it is forgotten that it was sent, so that a panel that is closed does it later. */
  onDelivered: (sent: Sent) => Promise<void>
  /** Told when a session was started, before the prompt is in it. */
  onSession: (sessionId: string) => void
}

export interface Sent {
  sessionId: string
  /** Null where it became an issue. */
  promptId: string | null
  tabId: number | null
}

/** Whether a request is the one that is kept, so that trying again must not send it twice. */
function isSameRequest(kept: Outbox, fingerprint: string, { sessionId }: SendRequest): boolean {
  return kept.fingerprint === fingerprint && (sessionId === kept.requestedSessionId || sessionId === kept.sessionId)
}

/**
 * Starts the session if there is none, uploads the pictures and sends the prompt. When it fails, the same request again goes on
 * where this one ended.
 * @throws FixpointError as the server says, or `server_unreachable`
 */
export async function sendPrompt(request: SendRequest, options: SendOptions): Promise<Sent> {
  const { server, outbox, randomBytes, onStage, onSession } = options
  const { text, page, choice, recording, issueTitle } = request
  const fingerprint = JSON.stringify([text, page?.tabId ?? null, page?.revision ?? null, choice, recording?.revision ?? null, issueTitle])
  const kept = await outbox.read()
  const entry: Outbox =
    kept !== null && isSameRequest(kept, fingerprint, request)
      ? kept
      : {
          fingerprint,
          // A session that was started for an attempt that did not get through serves the next attempt too.
          sessionKey: kept !== null && (kept.body === null || kept.sessionId === null) ? kept.sessionKey : makeId('operation', randomBytes),
          promptKey: makeId('operation', randomBytes),
          requestedSessionId: request.sessionId,
          sessionId: request.sessionId,
          tabId: page?.tabId ?? null,
          body: page === null ? { text } : null,
          issueTitle
        }
  await outbox.write(entry)
  try {
    let isSessionKept: Promise<void> = Promise.resolve()
    if (entry.sessionId === null) {
      onStage('session')
      entry.sessionId = await startSession(server, request, entry.sessionKey)
      // Not waited for: until it is kept, the same request again gets the same session and the same prompt by their keys.
      isSessionKept = outbox.write(entry)
      onSession(entry.sessionId)
    }
    if (entry.body === null) {
      const context = await uploadContext(server, entry.sessionId, request, () => onStage('pictures'))
      entry.body = { text, context }
      await outbox.write(entry)
    }
    const [sent] = await Promise.all([deliver(entry, options), isSessionKept])
    await options.onDelivered(sent)
    await outbox.write(null)
    return sent
  } catch (error) {
    await forgetIfRefused(error, outbox)
    throw error
  }
}

/** Finishes what an earlier panel began; null when there is nothing that may have been sent. */
export async function finishSending(options: Omit<SendOptions, 'randomBytes' | 'onSession'>): Promise<Sent | null> {
  const kept = await options.outbox.read()
  if (kept === null || kept.body === null || kept.sessionId === null) return null
  try {
    const sent = await deliver(kept, options)
    await options.onDelivered(sent)
    await options.outbox.write(null)
    return sent
  } catch (error) {
    await forgetIfRefused(error, options.outbox)
    throw error
  }
}

async function startSession(server: SendOptions['server'], { projectId }: SendRequest, idempotencyKey: string): Promise<string> {
  if (projectId === null) throw new FixpointError('origin_not_mapped', 'Without a project no session can be started.')
  const { sessionId } = await server.call('createSession', { body: { projectId } }, { idempotencyKey })
  return sessionId
}

async function deliver(entry: Outbox, { server, onStage }: Pick<SendOptions, 'server' | 'onStage'>): Promise<Sent> {
  const { sessionId, body, promptKey, tabId, issueTitle } = entry
  if (sessionId === null || body === null) throw new FixpointError('internal', 'A prompt was to be sent before it was complete.')
  onStage('prompt')
  if (issueTitle !== null) {
    const { text, context } = body
    if (context === undefined) throw new FixpointError('internal', 'A report was to be sent without a page.')
    const report = { title: issueTitle, text, context }
    await server.call('createIssue', { params: { sessionId }, body: report }, { idempotencyKey: promptKey })
    return { sessionId, promptId: null, tabId }
  }
  const { promptId } = await server.call('createPrompt', { params: { sessionId }, body }, { idempotencyKey: promptKey })
  return { sessionId, promptId, tabId }
}

/** After a refusal nothing was accepted, so the next attempt is a new one. Otherwise it may have been. */
async function forgetIfRefused(error: unknown, outbox: StoredValue<Outbox>): Promise<void> {
  if (error instanceof FixpointError && !ERRORS[error.code].retryable) await outbox.write(null)
}

async function uploadContext(
  server: SendOptions['server'],
  sessionId: string,
  { page, choice, recording }: SendRequest,
  onUpload: () => void
) {
  if (page === null) return undefined
  const upload = async ({ dataUrl, mediaType }: DraftPicture) => {
    onUpload()
    const stored = await server.call('uploadArtifact', { params: { sessionId }, body: { bytes: bytesOf(dataUrl), mediaType } })
    return stored.artifactId
  }
  const crops = new Map<number, string>()
  const uploaded: UploadedPictures = { crops }
  if (choice.screenshot) {
    const { screenshot, annotated, picks } = page
    // All at once: the browser itself sends no more than some at a time to one server.
    await Promise.all([
      screenshot !== undefined && upload(screenshot).then(artifactId => (uploaded.screenshot = artifactId)),
      annotated !== undefined && upload(annotated).then(artifactId => (uploaded.annotated = artifactId)),
      ...picks.map(async ({ number, crop }) => crop !== undefined && crops.set(number, await upload(crop)))
    ])
  }
  return contextFromDraft(page, choice, uploaded, recording).context
}

function bytesOf(dataUrl: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(dataUrl.slice(dataUrl.indexOf(',') + 1)), character => character.charCodeAt(0))
}
