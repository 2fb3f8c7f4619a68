import type { Box } from '@fixpoint/protocol'
import { isolatedWorld, type PagePrivacy, type PickerInPage } from '../isolated-world.ts'
import { frameAt } from '../page-tree/frame-places.ts'
import { nextFrame } from '../page-tree/next-frame.ts'
import { Slices } from '../page-tree/slices.ts'
import { boxOfTarget } from '../picker/pick-target.ts'
import { areCovered, privateBoxes } from '../pictures/private-boxes.ts'
import { watchCovers } from './cover-watch.ts'
import { findPrivateContent } from './private-content.ts'
import { findPrivatePlaces } from './private-places.ts'
import type { PrivateWords } from './private-words.ts'
import { detectorsOf, NO_MASKING } from './project-masking.ts'
import type { RedactionCounts } from './secrets.ts'

/** What was typed is asked for several times in one capture; in ms. */
const WORDS_AGE = 2_000
/** In ms of work, for what was typed. */
const WORDS_BUDGET = 300
/** Covers that are looked for in the picture. */
const MOST_CHECKED = 500
/** In ms of work: a page that is larger than what can be searched in this time gets no picture. */
const COVER_BUDGET = 4_000

/** What is private on this page, for texts and for pictures. It lives as long as the document, and comes with the first capture. */
export function pagePrivacy({ overlay, picks }: PickerInPage): PagePrivacy {
  let covers: Box[] = []
  let coveringThemselves: Element[] = []
  let changes: MutationObserver | null = null
  let endWatch: (() => boolean) | null = null
  let isAttachedForCover = false
  let known: { words: PrivateWords; at: number } | null = null
  const content = async (slices: Slices) => {
    const found = await findPrivateContent(detectorsOf(isolatedWorld().masking ?? NO_MASKING), slices)
    known = { words: found.words, at: performance.now() }
    return found
  }
  const words = async () => {
    if (known && performance.now() - known.at < WORDS_AGE) return known.words
    return (await content(new Slices(WORDS_BUDGET))).words
  }
  const places = async () => {
    const slices = new Slices(COVER_BUDGET)
    return findPrivatePlaces(await content(slices), new Set([overlay.host, ...coveringThemselves]), slices)
  }
  return {
    content,
    words,
    async cover(openFrames) {
      isAttachedForCover = !overlay.isInPlace
      if (isAttachedForCover) overlay.attach()
      changes?.disconnect()
      changes = new MutationObserver(() => undefined)
      changes.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
      coveringThemselves = openFrames.flatMap(path => frameAt(path) ?? [])
      const found = await places()
      const { boxes: hidden, counts } = privateBoxes(found)
      covers = hidden
      overlay.cover(hidden)
      endWatch?.()
      endWatch = watchCovers(() => overlay.isInPlace && areCovered(privateBoxes(found).boxes, hidden))
      // The first frame draws the covers, the second begins when the first has been handed to the compositor.
      await nextFrame()
      await nextFrame()
      const boxes = [...picks].flatMap(([number, target]) => {
        const box = boxOfTarget(target)
        return box ? [{ number, box }] : []
      })
      return {
        isComplete: found.isComplete,
        covered: counts,
        window: { width: window.innerWidth, height: window.innerHeight, devicePixelRatio: window.devicePixelRatio },
        boxes,
        covers: covers.slice(0, MOST_CHECKED)
      }
    },
    async withoutPrivateWords(texts) {
      const counts: RedactionCounts = {}
      const now = await words()
      return { texts: texts.map(text => now.redact(text, counts)), counts }
    },
    async uncover() {
      const areStillCovered = endWatch?.() ?? false
      endWatch = null
      const hasChanged = hasForeignChange(changes?.takeRecords() ?? [], overlay.host)
      changes?.disconnect()
      changes = null
      overlay.uncover()
      if (isAttachedForCover) overlay.remove()
      if (!areStillCovered || !hasChanged) return areStillCovered
      // The page has changed since it was searched: what is new may be private.
      const now = await places()
      return now.isComplete && areCovered(privateBoxes(now).boxes, covers)
    }
  }
}

function hasForeignChange(records: readonly MutationRecord[], own: Element): boolean {
  const isOwn = (node: Node) => node === own
  return records.some(
    ({ target, type, addedNodes, removedNodes }) =>
      !isOwn(target) && !(type === 'childList' && [...addedNodes, ...removedNodes].every(isOwn))
  )
}
