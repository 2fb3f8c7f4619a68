import { FixpointError, type NewEvent, stripControls, toStorableText } from '@fixpoint/protocol'
import { abortable, pause } from '../abortable.ts'
import { type Edges, newId } from '../edges.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { ArtifactStore } from '../store/artifact-store.ts'
import { type Budget, exceededBudget } from './budget.ts'
import { type ConversationEntry, renderConversation, type StepEntry } from './conversation.ts'
import { INSTRUCTIONS } from './instructions.ts'
import { callSignature, isLooping } from './loop-detector.ts'
import { type ConfiguredModel, modelName } from './model.ts'
import { classifyModelError, type RetryPolicy, retryDelay } from './model-errors.ts'
import { requestStep, type StepAnswer } from './model-step.ts'
import type { ResultRecord, StepRecord } from './records.ts'
import { createTextRecorder } from './text-recorder.ts'
import { cutDetail, type Tool, type ToolContext, type ToolReport } from './tools/tool.ts'
import { findTool, toolDeclarations } from './tools/toolbox.ts'

export interface AgentRun {
  sessionId: string
  turnId: string
  /** The conversation so far, ending with the request, or within a step where the turn goes on after a break. */
  entries: ConversationEntry[]
  /** Calls of the last step that had been started when the server stopped: nobody knows what became of them. */
  startedCalls: ReadonlySet<string>
  /** Steps and tokens that the turn has used before, and when it would have begun without the breaks in its work. */
  spent: { steps: number; tokens: number; startedAt: Date }
  model: ConfiguredModel
  budget: Budget
  retry: RetryPolicy
  silenceMs: number
  /** Adds to the session's log. */
  append: (event: NewEvent) => Promise<void>
  /** Shows text before it is in the log. */
  showText: (stepId: string, offset: number, text: string) => void
  /** What tools may use; asked for at each call, since a lost sandbox is replaced. */
  toolContext: () => Promise<Omit<ToolContext, 'knownFiles' | 'timeoutMs'>>
  /** Resolves when files may be changed: the baseline picture is taken, or never will be. */
  readyForChanges: () => Promise<void>
  /** Called after a step that may have changed files. */
  saveCheckpoint: () => Promise<void>
  /** What the server has to tell the model since the last step, such as that the sandbox was replaced. */
  takeRemarks: () => string[]
  artifacts: ArtifactStore
  metrics: Metrics
  edges: Edges
  signal: AbortSignal
}

/** Answers in a row that cannot be used, after which the turn fails. */
const MAX_UNUSABLE_ANSWERS = 3
/** Times that a model whose answer was cut off at its limit is asked to go on. */
const MAX_CONTINUATIONS = 3
const INPUT_CHARACTERS = 2_000
/** Parallel calls in one answer beyond this are refused; they run one after the other anyway. */
const MAX_CALLS_PER_STEP = 32

/**
 * The agent: asks the model, carries out its calls, and again, until it calls nothing more. Each step and each call is in the log
 * before it begins and after it has ended; a call is never begun twice.
 * @throws FixpointError why the turn failed, or the signal's reason.
 */
export async function runAgent(run: AgentRun): Promise<void> {
  const knownFiles = new Map<string, string>()
  const signatures: string[] = []
  let unusable = 0
  let continuations = 0
  let { steps, tokens } = run.spent

  for (;;) {
    run.signal.throwIfAborted()
    const last = run.entries.at(-1)
    if (last?.kind === 'step') {
      if (last.record.calls.length === 0) return
      await carryOutCalls(run, last, knownFiles, signatures)
      unusable = last.record.calls.every(call => call.problem !== null) ? unusable + 1 : 0
      if (unusable >= MAX_UNUSABLE_ANSWERS) {
        throw new FixpointError(
          'model_output_invalid',
          `The model made ${MAX_UNUSABLE_ANSWERS} calls in a row that cannot be carried out: ${last.record.calls[0]?.problem ?? ''}`
        )
      }
      if (isLooping(signatures))
        throw new FixpointError('loop_detected', 'The agent made the same calls three times with the same outcome.')
    }
    for (const text of run.takeRemarks()) run.entries.push({ kind: 'remark', text: `(${text})` })

    const milliseconds = run.edges.now().getTime() - run.spent.startedAt.getTime()
    const exceeded = exceededBudget(run.budget, { steps, tokens, milliseconds })
    if (exceeded) throw exceeded

    steps++
    const { entry, answer } = await askModel(run, steps)
    tokens += answer.usage.inputTokens + answer.usage.outputTokens
    run.entries.push(entry)
    if (answer.calls.length > 0) continuations = 0
    else if (answer.finishReason !== 'length') return
    else if (++continuations > MAX_CONTINUATIONS) {
      throw new FixpointError('model_output_invalid', 'The model’s answers were cut off at their limit again and again.')
    } else run.entries.push({ kind: 'remark', text: '(Your answer was cut off at its limit. Go on where it ended.)' })
  }
}

/** One step, tried again when the provider fails in a way that may pass; every attempt is in the log. */
async function askModel(run: AgentRun, number: number): Promise<{ entry: StepEntry; answer: StepAnswer }> {
  const firstTry = performance.now()
  for (let attempt = 1; ; attempt++) {
    const stepId = newId(run.edges, 'step')
    const { turnId } = run
    await run.append({ type: 'step.started', data: { turnId, stepId, number, model: run.model.id } })
    const recorder = createTextRecorder(text => run.append({ type: 'step.text', data: { turnId, stepId, text } }))
    const startedAt = performance.now()
    try {
      let offset = 0
      const answer = await requestStep({
        model: run.model.model,
        instructions: INSTRUCTIONS,
        messages: await renderConversation(
          run.entries,
          modelName(run.model),
          async artifactId => (await run.artifacts.get(run.sessionId, artifactId)).bytes
        ),
        tools: toolDeclarations,
        silenceMs: run.silenceMs,
        signal: run.signal,
        onText: raw => {
          const text = toStorableText(raw)
          recorder.add(text)
          run.showText(stepId, offset, text)
          offset += text.length
        }
      })
      await recorder.finish()
      run.metrics.modelRequest('answered', performance.now() - startedAt, answer.usage.inputTokens + answer.usage.outputTokens)
      return { entry: await recordAnswer(run, stepId, answer), answer }
    } catch (error) {
      await recorder.finish()
      run.signal.throwIfAborted()
      run.metrics.modelRequest('failed', performance.now() - startedAt, 0)
      const fault = classifyModelError(error, run.edges.now())
      const turnLeftMs = run.budget.turnSeconds * 1_000 - (run.edges.now().getTime() - run.spent.startedAt.getTime())
      const random = (run.edges.randomBytes(1)[0] ?? 0) / 255
      const delay = retryDelay(fault, attempt, performance.now() - firstTry, turnLeftMs, run.retry, random)
      const retryAt = delay === null ? undefined : new Date(run.edges.now().getTime() + delay).toISOString()
      await run.append({ type: 'step.failed', data: { turnId, stepId, failure: fault.error.toFailure(), retryAt } })
      if (delay === null) throw fault.error
      await pause(delay, run.signal)
    }
  }
}

/** Keeps the model's answer before anything that it asks for is done. */
async function recordAnswer(run: AgentRun, stepId: string, answer: StepAnswer): Promise<StepEntry> {
  const calls = answer.calls.map((call, index) => ({
    callId: newId(run.edges, 'toolCall'),
    ...call,
    problem:
      index >= MAX_CALLS_PER_STEP
        ? `At most ${MAX_CALLS_PER_STEP} calls fit into one answer.`
        : (call.problem ?? (findTool(call.tool) ? null : `There is no tool “${call.tool}”.`))
  }))
  const record: StepRecord = { model: modelName(run.model), messages: answer.messages, calls }
  const messages = await keepPrivately(run, record)
  await run.append({
    type: 'step.answered',
    data: {
      turnId: run.turnId,
      stepId,
      finishReason: answer.finishReason,
      usage: answer.usage,
      messages,
      toolCalls: calls.map(({ callId, tool }) => ({ callId, tool: tool.slice(0, 100) }))
    }
  })
  return { kind: 'step', stepId, record, results: new Map() }
}

/**
 * Carries out the calls of a step that have no result yet, one after the other, and records the files where any of its calls may have
 * changed them: also one from before a break, since the server may have ended between the call's result and its checkpoint.
 */
async function carryOutCalls(run: AgentRun, entry: StepEntry, knownFiles: Map<string, string>, signatures: string[]): Promise<void> {
  let mayHaveChangedFiles = false
  for (const call of entry.record.calls) {
    const tool = findTool(call.tool)
    mayHaveChangedFiles ||= call.problem === null && (tool?.changesFiles ?? false)
    if (entry.results.has(call.callId)) continue
    run.signal.throwIfAborted()
    let result: ResultRecord
    if (run.startedCalls.has(call.callId)) {
      result = await recordUnknown(run, call.callId)
    } else if (tool === undefined || call.problem !== null) {
      result = await recordUnusable(run, entry.stepId, call)
    } else {
      result = await carryOut(run, entry.stepId, call, tool, knownFiles)
    }
    entry.results.set(call.callId, result)
    signatures.push(callSignature(call.tool, call.input, result.text))
  }
  if (mayHaveChangedFiles) await run.saveCheckpoint()
}

type Call = StepRecord['calls'][number]

/** Without a sandbox no call can succeed, so this ends the turn, while the failure of one call is the model's to deal with. */
class NoSandboxError extends Error {
  constructor(cause: unknown) {
    super('there is no sandbox', { cause })
    this.name = 'NoSandboxError'
  }
}

async function carryOut(run: AgentRun, stepId: string, call: Call, tool: Tool, knownFiles: Map<string, string>): Promise<ResultRecord> {
  const { callId } = call
  const { turnId } = run
  const title = toStorableText(stripControls(tool.title(call.input))).slice(0, 300)
  await run.append({ type: 'tool.started', data: { turnId, stepId, callId, tool: tool.name, title, input: shownInput(call.input) } })
  const startedAt = performance.now()
  const timeoutMs = run.budget.toolSeconds * 1_000
  const finish = async (outcome: 'succeeded' | 'failed' | 'stopped' | 'unknown', report: ToolReport): Promise<ResultRecord> => {
    const durationMs = Math.round(performance.now() - startedAt)
    run.metrics.toolCall(tool.name, outcome, durationMs)
    return await recordResult(run, callId, outcome, report, durationMs)
  }
  try {
    if (tool.changesFiles) await run.readyForChanges()
    run.signal.throwIfAborted()
    const context = await run.toolContext().catch((error: unknown) => {
      throw new NoSandboxError(error)
    })
    const report = await abortable(tool.run(call.input, { ...context, knownFiles, timeoutMs }), run.signal)
    return await finish(report.outcome, report)
  } catch (error) {
    if (run.signal.aborted) {
      await finish('stopped', { outcome: 'failed', result: 'The person stopped this.', summary: `${title}: stopped` })
      throw run.signal.reason
    }
    if (error instanceof NoSandboxError) {
      await finish('failed', { outcome: 'failed', result: 'There is no sandbox.', summary: `${title}: there is no sandbox` })
      throw error.cause
    }
    if (!(error instanceof FixpointError)) throw error
    const isUnknown = error.code === 'sandbox_lost' || error.code === 'outcome_unknown'
    const result = `${error.code}: ${error.message} ${isUnknown ? 'It is not known whether this was carried out.' : error.hint}`
    return await finish(isUnknown ? 'unknown' : 'failed', {
      outcome: 'failed',
      result,
      summary: `${title}: ${error.message}`.slice(0, 300)
    })
  }
}

/** A call that the model made wrongly: it is told why, and people see it. */
async function recordUnusable(run: AgentRun, stepId: string, call: Call): Promise<ResultRecord> {
  const title = `${call.tool.slice(0, 60)} (not a valid call)`
  await run.append({
    type: 'tool.started',
    data: { turnId: run.turnId, stepId, callId: call.callId, tool: call.tool.slice(0, 100), title, input: shownInput(call.input) }
  })
  const problem = call.problem ?? 'The call is not valid.'
  return await recordResult(
    run,
    call.callId,
    'failed',
    { outcome: 'failed', result: problem, summary: `${title}: ${problem}`.slice(0, 300) },
    0
  )
}

function recordUnknown(run: AgentRun, callId: string): Promise<ResultRecord> {
  const result =
    'The server was restarted while this ran. It is not known whether it was carried out, and it was not repeated. Look at the state of the files before you go on.'
  return recordResult(run, callId, 'unknown', { outcome: 'failed', result, summary: 'interrupted by a restart; not repeated' }, 0)
}

async function recordResult(
  run: AgentRun,
  callId: string,
  outcome: 'succeeded' | 'failed' | 'stopped' | 'unknown',
  report: ToolReport,
  durationMs: number
): Promise<ResultRecord> {
  const record: ResultRecord = {
    text: toStorableText(stripControls(report.result)),
    isError: outcome !== 'succeeded',
    pictures: report.pictures?.map(picture => picture.artifactId) ?? []
  }
  await run.append({
    type: 'tool.finished',
    data: {
      turnId: run.turnId,
      callId,
      outcome,
      summary: toStorableText(stripControls(report.summary)).slice(0, 300),
      detail: report.detail === undefined ? undefined : cutDetail(toStorableText(stripControls(report.detail))),
      detailKind: report.detailKind,
      files: report.files,
      pictures: report.pictures,
      result: await keepPrivately(run, record),
      durationMs
    }
  })
  return record
}

async function keepPrivately(run: AgentRun, value: StepRecord | ResultRecord): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return (await run.artifacts.put(run.sessionId, bytes, { mediaType: 'application/json', isPrivate: true })).artifactId
}

function shownInput(input: unknown): string {
  const text = toStorableText(stripControls(typeof input === 'string' ? input : (JSON.stringify(input, null, 2) ?? '')))
  return text.length > INPUT_CHARACTERS ? `${text.slice(0, INPUT_CHARACTERS).toWellFormed()}…` : text
}
