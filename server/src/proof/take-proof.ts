import {
  type Box,
  type CheckResult,
  captureSchema,
  FixpointError,
  type PageContext,
  type PickProof,
  type PictureDifference,
  type Proof,
  pickLabel,
  viewportSchema
} from '@fixpoint/protocol'
import type { PickTarget } from '@fixpoint/protocol/sandbox'
import { z } from 'zod'
import { abortable } from '../abortable.ts'
import type { ConfiguredModel } from '../agent/model.ts'
import { classifyModelError } from '../agent/model-errors.ts'
import { type Edges, newId } from '../edges.ts'
import type { ProjectRepository } from '../git/project-repository.ts'
import type { Logger } from '../observe/logger.ts'
import type { ProjectConfig } from '../projects/project-config.ts'
import type { SandboxCalls } from '../sandbox/sandbox-calls.ts'
import type { ArtifactStore } from '../store/artifact-store.ts'
import { runChecks, textKeeper } from './checks.ts'
import { compareConsoles } from './compare-consoles.ts'
import { comparePick, cropPairs } from './compare-picks.ts'
import { type PageCamera, pathOf, type Sighting, sightingSchema } from './page-camera.ts'
import type { PictureComparer } from './picture-comparer.ts'
import { decideVerdict } from './verdict.ts'
import { askVision } from './vision.ts'

/** What is looked at for a proof: the person's page at their size and scheme, and their picks. */
export interface ProofTarget {
  path: string
  viewport: PageContext['viewport']
  colorScheme: PageContext['colorScheme']
  picks: (PickTarget & { label: string })[]
}

const DEFAULT_TARGET: ProofTarget = {
  path: '/',
  viewport: { width: 1_280, height: 800, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
  colorScheme: 'light',
  picks: []
}

export function proofTargetOf(context: PageContext | null): ProofTarget {
  if (context === null) return DEFAULT_TARGET
  return {
    path: pathOf(context.url),
    viewport: context.viewport,
    colorScheme: context.colorScheme,
    picks: context.picks.map(pick => {
      const { number, selectors, tag, testId, role, accessibleName, text, box } = pick
      return { number, selectors, tag, testId, role, accessibleName, text, box, label: pickLabel(pick) }
    })
  }
}

/** One look at the target, before or after, and the viewport (with its scroll offset) that it was taken in. */
export const shotSchema = z.object({ sighting: sightingSchema, capture: captureSchema, viewport: viewportSchema })
export type Shot = z.infer<typeof shotSchema>

/**
 * Looks at the target as the person saw it. Where none of the picks is in view there (they came without a scroll offset, or the page
 * is another length now), it looks again with the first of them in the middle.
 * @param aim the viewport of an earlier shot, which is then kept whatever is in view: pictures to compare show the same part of the page
 */
export async function takeShot(
  camera: PageCamera,
  target: ProofTarget,
  { aim, commit, edges, signal }: { aim: PageContext['viewport'] | undefined; commit: string; edges: Edges; signal: AbortSignal }
): Promise<Shot> {
  const lookAt = (viewport: PageContext['viewport']) =>
    camera.look(
      {
        path: target.path,
        viewport,
        colorScheme: target.colorScheme,
        picks: target.picks.map(({ label: _label, ...pick }) => pick)
      },
      signal
    )
  let viewport = aim ?? target.viewport
  let sighting = await lookAt(viewport)
  const better = aim === undefined ? viewportShowing(sighting, viewport) : null
  if (better !== null) {
    viewport = better
    sighting = await lookAt(viewport)
  }
  const { page, httpStatus, isStable, console: entries, failedRequests } = sighting
  return {
    sighting,
    viewport,
    capture: { takenAt: edges.now().toISOString(), commit, page, httpStatus, isStable, console: entries, failedRequests }
  }
}

/** The viewport scrolled to the first pick that was found; null where one of them is in view already or none was found. */
export function viewportShowing({ picks }: Pick<Sighting, 'picks'>, viewport: PageContext['viewport']): PageContext['viewport'] | null {
  const boxes = picks.flatMap(({ found, box }) => (found && box && box.width > 0 && box.height > 0 ? [box] : []))
  const [first] = boxes
  if (first === undefined || boxes.some(box => isInView(box, viewport))) return null
  const middle = (start: number, size: number, offset: number, visible: number) =>
    Math.max(0, Math.round(offset + start + Math.min(size, visible) / 2 - visible / 2))
  return {
    ...viewport,
    scrollX: middle(first.x, first.width, viewport.scrollX, viewport.width),
    scrollY: middle(first.y, first.height, viewport.scrollY, viewport.height)
  }
}

/** Whether any of it shows; boxes are relative to the viewport. */
function isInView({ x, y, width, height }: Box, viewport: PageContext['viewport']): boolean {
  return x < viewport.width && y < viewport.height && x + width > 0 && y + height > 0
}

export interface ProofRequest {
  prompt: string
  target: ProofTarget
  /** Null where none could be taken. */
  before: Shot | null
  after: Shot | null
  /** Why there is no vision opinion to be asked for; null where there is one. */
  vision: ConfiguredModel
  project: ProjectConfig
  sandbox: SandboxCalls
  /** What the files are compared with: how they were when the turn began. */
  from: string
  to: string
  repository: ProjectRepository
  /** Outcomes of these checks on the commit that the session started from. */
  checksBefore: (names: readonly string[], signal: AbortSignal) => Promise<Map<string, CheckResult['outcome']>>
  signal: AbortSignal
}

export interface ProofParts {
  artifacts: ArtifactStore
  comparer: PictureComparer
  edges: Edges
  logger: Logger
  sessionId: string
}

const MAX_DIFF_CHARACTERS = 4_000_000
const VISION_TIMEOUT_MS = 60_000
/** Elements whose crops the vision model is shown besides the page. */
const VISION_PICKS = 4

/** Puts the evidence together and decides what may be said. */
export async function takeProof(request: ProofRequest, parts: ProofParts): Promise<Proof> {
  const { target, before, after, project, sandbox, signal } = request
  const { artifacts, sessionId, edges } = parts
  const picks = target.picks.map(({ number, label }) => comparePick(number, label, findPick(before, number), findPick(after, number)))
  const checks = runChecks(project.checks, { sandbox, subfolder: project.subfolder, signal, keepOutput: textKeeper(artifacts, sessionId) })
  // Checks run in the sandbox while the pictures are compared here.
  checks.catch(() => undefined)
  const difference = before && after ? await comparePages(before, after, parts) : undefined
  await compareCrops(picks, parts)
  const opinion = await visionOpinion(request, picks, parts)
  const results = await withOutcomesBefore(await checks, request)
  const [files, diff] = await Promise.all([request.repository.changes(request.from, request.to), keepDiff(request, parts)])
  const evidence = {
    before: before?.capture,
    after: after?.capture,
    difference,
    picks,
    console: compareConsoles(before?.capture.console ?? [], after?.capture.console ?? []),
    checks: results,
    ...opinion
  }
  return {
    proofId: newId(edges, 'proof'),
    path: target.path,
    viewport: after?.viewport ?? before?.viewport ?? target.viewport,
    colorScheme: target.colorScheme,
    ...evidence,
    files,
    diff,
    verdict: decideVerdict(evidence)
  }
}

function findPick(shot: Shot | null, number: number): Sighting['picks'][number] | undefined {
  return shot?.sighting.picks.find(pick => pick.number === number)
}

async function comparePages(before: Shot, after: Shot, { artifacts, comparer, sessionId }: ProofParts): Promise<PictureDifference> {
  const [first, second] = await Promise.all([
    artifacts.get(sessionId, before.capture.page.artifactId),
    artifacts.get(sessionId, after.capture.page.artifactId)
  ])
  const { changedPixels, comparedPixels, regions, picture, width, height } = await comparer.compare(first.bytes, second.bytes)
  if (picture === null) return { changedPixels, comparedPixels, regions }
  const { artifactId } = await artifacts.put(sessionId, picture, { mediaType: 'image/png', width, height })
  return { changedPixels, comparedPixels, regions, picture: { artifactId, width, height } }
}

async function compareCrops(picks: PickProof[], { artifacts, comparer, sessionId }: ProofParts): Promise<void> {
  for (const { pick, before, after } of cropPairs(picks)) {
    const [first, second] = await Promise.all([artifacts.get(sessionId, before.artifactId), artifacts.get(sessionId, after.artifactId)])
    const { changedPixels, comparedPixels } = await comparer.compare(first.bytes, second.bytes)
    pick.cropDifference = changedPixels / comparedPixels
  }
}

async function visionOpinion(
  { vision, prompt, before, after, signal }: ProofRequest,
  picks: readonly PickProof[],
  { artifacts, sessionId, edges, logger }: ProofParts
): Promise<Pick<Proof, 'vision' | 'visionMissing'>> {
  if (!before || !after) return { visionMissing: 'there are no two pictures' }
  const load = async (artifactId: string) => (await artifacts.get(sessionId, artifactId)).bytes
  const timeout = AbortSignal.timeout(VISION_TIMEOUT_MS)
  try {
    const pairs = []
    for (const { pick, before: first, after: second } of cropPairs(picks).slice(0, VISION_PICKS)) {
      pairs.push({ label: `Element [${pick.number}]`, before: await load(first.artifactId), after: await load(second.artifactId) })
    }
    pairs.push({ label: 'The page', before: await load(before.capture.page.artifactId), after: await load(after.capture.page.artifactId) })
    const mark = Buffer.from(edges.randomBytes(9)).toString('base64url')
    const described = picks.map(pick => `[${pick.number}] ${pick.label}${pick.textBefore ? `: ${pick.textBefore}` : ''}`)
    // A provider that ignores being aborted must not hold the proof up.
    const either = AbortSignal.any([signal, timeout])
    return { vision: await abortable(askVision({ model: vision, prompt, picks: described, pairs, mark, signal: either }), either) }
  } catch (error) {
    signal.throwIfAborted()
    logger.warn({ err: error, sessionId }, 'the vision model gave no opinion')
    const reason = timeout.aborted
      ? `it did not answer within ${VISION_TIMEOUT_MS / 1_000} s`
      : classifyModelError(error, edges.now()).error.message
    return { visionMissing: reason }
  }
}

/** A check that fails now is held against how it was before the work began. */
async function withOutcomesBefore(results: CheckResult[], { checksBefore, signal }: ProofRequest): Promise<CheckResult[]> {
  const failed = results.filter(result => result.outcome === 'failed').map(result => result.name)
  if (failed.length === 0) return results
  const before = await checksBefore(failed, signal)
  return results.map(result => ({ ...result, outcomeBefore: before.get(result.name) }))
}

async function keepDiff({ repository, from, to }: ProofRequest, { artifacts, sessionId }: ProofParts): Promise<string | undefined> {
  try {
    const diff = await repository.diff(from, to, MAX_DIFF_CHARACTERS)
    return await textKeeper(artifacts, sessionId, 'text/x-diff; charset=utf-8')(diff)
  } catch (error) {
    if (error instanceof FixpointError && error.code === 'diff_too_large') return undefined
    throw error
  }
}
