/** Running things in pages: with a time limit, in one certain document, and with answers that are parsed before they are used. */
import { FixpointError } from '@fixpoint/protocol'
import type { z } from 'zod'

/** One document of one tab; after a navigation it is gone. */
export interface PageDocument {
  tabId: number
  documentId: string
}

type Script =
  | '/picker.js'
  | '/picker-tools.js'
  | '/page-context.js'
  | '/source-locations.js'
  | '/whole-page.js'
  | '/element-picture.js'
  | '/element-picture-pro.js'

const DEFAULT_LIMIT = 5_000

/** Injects the picker into the tab's top frame, and with it finds out which document that is. */
export async function injectPicker(tabId: number): Promise<PageDocument> {
  const [result] = await withinLimit(inPage(() => chrome.scripting.executeScript({ target: { tabId }, files: ['/picker.js'] })))
  if (!result) throw new FixpointError('frame_changed', 'The page was left before the picker was there.')
  return { tabId, documentId: result.documentId }
}

/**
 * Injects the recorder into all documents of a tab that Chrome lets the extension into, before the page has loaded to its end.
 * @returns the documents, the top one first
 */
export async function injectRecorder(tabId: number): Promise<PageDocument[]> {
  const injection = { target: { tabId, allFrames: true }, files: ['/recorder.js'], injectImmediately: true }
  const results = await withinLimit(inPage(() => chrome.scripting.executeScript(injection)))
  const documents = results.toSorted((a, b) => a.frameId - b.frameId)
  if (documents[0]?.frameId !== 0) throw new FixpointError('frame_changed', 'The page was left before the recorder was there.')
  return documents.map(({ documentId }) => ({ tabId, documentId }))
}

/** Runs one of the extension's scripts, which leaves its function in the isolated world. */
export async function injectScript({ tabId, documentId }: PageDocument, file: Script): Promise<void> {
  await withinLimit(inPage(() => chrome.scripting.executeScript({ target: { tabId, documentIds: [documentId] }, files: [file] })))
}

interface Call<A extends unknown[], R> {
  world: 'ISOLATED' | 'MAIN'
  /** Complete in itself: it is sent as text. */
  func: (...args: A) => R
  args: A
  /** In ms. */
  limit?: number
}

/** Calls a function in the page and parses what it answers. */
export async function callInPage<A extends unknown[], R, T>(
  { tabId, documentId }: PageDocument,
  { world, func, args, limit = DEFAULT_LIMIT }: Call<A, R>,
  schema: z.ZodType<T>
): Promise<T> {
  const injection = { target: { tabId, documentIds: [documentId] }, world, func, args }
  const [result] = await withinLimit(
    inPage(() => chrome.scripting.executeScript(injection)),
    limit
  )
  const parsed = schema.safeParse(result?.result)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new FixpointError('invalid_message', `The page’s answer cannot be used: ${issue?.path.join('.')} ${issue?.message}`)
  }
  return parsed.data
}

/** Calls a function in a tab's top document and in its frames, as far as Chrome lets the extension into them; for what answers nothing. */
export async function callInAll<A extends unknown[]>(
  { tabId, documentId }: PageDocument,
  { world, func, args, limit = DEFAULT_LIMIT }: Call<A, void>
): Promise<void> {
  const injection = { target: { tabId, allFrames: true }, world, func, args }
  const results = await withinLimit(
    inPage(() => chrome.scripting.executeScript(injection)),
    limit
  )
  if (!results.some(result => result.documentId === documentId)) throw new FixpointError('frame_changed', 'The page was left.')
}

/**
 * Calls a function in all frames of a tab but the top one, as far as Chrome lets the extension into them. Frames whose answers cannot be
 * used are left out, and so are all of them where the tab is gone.
 */
export async function callInFrames<A extends unknown[], R, T>(
  tabId: number,
  { world, func, args, limit = DEFAULT_LIMIT }: Call<A, R>,
  schema: z.ZodType<T>
): Promise<T[]> {
  const injection = { target: { tabId, allFrames: true }, world, func, args }
  const results = await withinLimit(
    inPage(() => chrome.scripting.executeScript(injection)),
    limit
  )
  return results.flatMap(({ frameId, result }) => {
    const parsed = schema.safeParse(result)
    return frameId !== 0 && parsed.success ? [parsed.data] : []
  })
}

/** Chrome's errors of injections, as ours. */
async function inPage<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    throw injectionError(cause)
  }
}

// The wording of Chromium's errors (extensions/common/manifest_constants.cc and extensions/browser/api/scripting): there is no other
// way to learn why an injection was refused.
const REASONS: readonly [RegExp, 'page_not_inspectable' | 'page_access_needed' | 'frame_changed', string][] = [
  [/chrome:\/\/|chrome-error|chrome-untrusted/i, 'page_not_inspectable', 'Chrome’s own pages cannot be inspected.'],
  [/gallery/i, 'page_not_inspectable', 'The Chrome Web Store does not let extensions look at its pages.'],
  [/ExtensionsSettings policy|ExtensionSettings/i, 'page_not_inspectable', 'Your organisation does not let extensions look at this page.'],
  [/error page/i, 'page_not_inspectable', 'This is an error page of the browser.'],
  [/url "chrome-extension:|chrome-extension:\/\/ URL/i, 'page_not_inspectable', 'Pages of extensions cannot be inspected.'],
  [/url "file:/i, 'page_not_inspectable', 'Files on this computer cannot be inspected; serve them over http.'],
  [
    /Cannot access contents|must request permission|Missing host permission/i,
    'page_access_needed',
    'Fixpoint has no access to this page yet.'
  ],
  [
    /No tab with id|No document with id|No frame with id|Frame with ID .* was removed|tab was closed|page was removed/i,
    'frame_changed',
    'The page was left.'
  ]
]

export function injectionError(cause: unknown): FixpointError {
  const text = cause instanceof Error ? cause.message : String(cause)
  for (const [pattern, code, message] of REASONS) {
    if (pattern.test(text)) return new FixpointError(code, message, { cause })
  }
  return new FixpointError('page_not_inspectable', `Chrome refuses to look at this page: ${text}`, { cause })
}

/** A page that blocks its thread must not block the panel. */
async function withinLimit<T>(work: Promise<T>, limit = DEFAULT_LIMIT): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new FixpointError('page_not_responding', `The page did not answer within ${limit} ms.`, { limit })),
      limit
    )
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}
