import { FixpointError, maskingSchema } from '@fixpoint/protocol'
import { z } from 'zod'
import { NO_MASKING, type ProjectMasking } from '../privacy/project-masking.ts'
import { fingerprintOf, storedMaskingOf } from '../privacy/stored-masking.ts'
import { callInPage, injectScript, type PageDocument } from './page-scripts.ts'

/**
 * What the project of the tab's page hides; nothing where no project is known.
 * @throws FixpointError `masking_rule_invalid` where a pattern is no regular expression
 */
export async function maskingOfTab(tabId: number): Promise<{ masking: ProjectMasking; fingerprint: string }> {
  const { url } = await chrome.tabs.get(tabId)
  const origin = url !== undefined && URL.canParse(url) ? new URL(url).origin : null
  const stored = origin === null ? null : await storedMaskingOf(chrome.storage.local, origin).read()
  const masking = maskingSchema.safeParse(stored ?? NO_MASKING)
  if (!masking.success) {
    const [issue] = masking.error.issues
    throw new FixpointError(
      'masking_rule_invalid',
      `A masking rule of the project cannot be read: ${issue?.path.join('.')} ${issue?.message}.`
    )
  }
  return { masking: masking.data, fingerprint: fingerprintOf(masking.data) }
}

/**
 * Puts what captures a page into it, and lets it know what the project hides. Call it before anything is captured there.
 * @throws FixpointError `masking_rule_invalid` where a selector is none: nothing is captured then, because nobody knows what it should hide
 */
export async function applyMasking(page: PageDocument): Promise<{ masking: ProjectMasking; fingerprint: string }> {
  const found = await maskingOfTab(page.tabId)
  await injectScript(page, '/page-context.js')
  const refused = await callInPage(page, { world: 'ISOLATED', func: setMasking, args: [found.masking] }, z.array(z.string()))
  if (refused.length > 0) {
    throw new FixpointError('masking_rule_invalid', `The project hides “${refused[0]}”, which is no CSS selector.`)
  }
  return found
}

/** Frames that know what the project hides. What has gone or does not answer is not among them, and so is covered as a whole. */
export async function framesWithMasking<T extends PageDocument>(frames: readonly T[]): Promise<T[]> {
  const known: T[] = []
  for (const frame of frames) {
    try {
      await applyMasking(frame)
      known.push(frame)
    } catch (error) {
      if (!(error instanceof FixpointError) || error.code === 'masking_rule_invalid') throw error
    }
  }
  return known
}

/** Complete in itself: it is sent to the page as text. @returns selectors that the browser does not understand */
function setMasking(masking: ProjectMasking): string[] {
  globalThis.fixpoint ??= {}
  globalThis.fixpoint.masking = masking
  return masking.selectors.filter(selector => {
    try {
      document.createDocumentFragment().querySelector(selector)
      return false
    } catch {
      return true
    }
  })
}
