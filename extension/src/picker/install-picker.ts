import type { Box } from '@fixpoint/protocol'
import { isolatedWorld, type PickerInPage } from '../isolated-world.ts'
import { onMessage, sendMessage } from '../messages.ts'
import { selectorsOf } from '../page-context/selectors.ts'
import { contentPlacement, frameAt } from '../page-tree/frame-places.ts'
import { Slices } from '../page-tree/slices.ts'
import { areCovered, privateBoxes } from '../pictures/private-boxes.ts'
import { type PageScan, scanPage } from '../privacy/page-scan.ts'
import type { PrivateWords } from '../privacy/private-words.ts'
import { detectorsOf, NO_MASKING } from '../privacy/project-masking.ts'
import type { RedactionCounts } from '../privacy/secrets.ts'
import { Overlay } from './overlay.ts'
import { boxOfTarget } from './pick-target.ts'
import { Picker } from './picker.ts'

/** Makes the picker of this document and connects it with the background; does nothing when it is there already. */
export function installPicker(): void {
  const world = isolatedWorld()
  if (world.picker) return
  const overlay = new Overlay()
  const picker = new Picker(overlay, {
    picked: pick => sendMessage('picked', pick),
    describe: request => sendMessage('describeElement', request),
    componentChains: request => sendMessage('componentChains', request),
    pointerEntered: message => sendMessage('pointerEntered', message),
    holdTimers: request => sendMessage('holdTimers', request),
    ended: message => sendMessage('pointingEnded', message)
  })
  world.picker = pickerInPage(overlay, picker)

  onMessage('beginPointing', async ({ data, sender }) => {
    if (!isFromBackground(sender)) return null
    picker.begin(data)
    // What takes the pointer over frames counts from the frame on that shows it.
    await nextFrame()
    await nextFrame()
    return null
  })
  onMessage('leavePointer', ({ sender }) => {
    if (isFromBackground(sender)) picker.leavePointer()
    return null
  })
  onMessage('numberTaken', ({ data, sender }) => {
    if (isFromBackground(sender)) picker.takeNumber(data.number)
    return null
  })
  onMessage('toggleFreeze', ({ sender }) => {
    if (isFromBackground(sender)) picker.toggleFreeze()
    return null
  })
  onMessage('endPointing', ({ data, sender }) => {
    if (isFromBackground(sender)) data.discardMarkers ? picker.discard() : picker.end()
    return null
  })
  onMessage('removeMarker', ({ data, sender }) => {
    if (isFromBackground(sender)) picker.removeMarker(data.number)
    return null
  })
}

function isFromBackground(sender: chrome.runtime.MessageSender): boolean {
  return sender.id === chrome.runtime.id && sender.tab === undefined
}

/** What was typed is asked for several times in one capture; in ms. */
const WORDS_AGE = 700
/** In ms of work: a page that is larger than what can be searched in this time gets no picture. */
const COVER_BUDGET = 4_000

function pickerInPage(overlay: Overlay, picker: Picker): PickerInPage {
  let covers: Box[] = []
  let coveringThemselves: Element[] = []
  let covered: PageScan | null = null
  let changes: MutationObserver | null = null
  let isAttachedForCover = false
  let known: { words: PrivateWords; at: number } | null = null
  const scan = async (slices: Slices) => {
    const found = await scanPage(new Set([overlay.host, ...coveringThemselves]), detectorsOf(isolatedWorld().masking ?? NO_MASKING), slices)
    known = { words: found.words, at: performance.now() }
    return found
  }
  const words = async () => {
    if (known && performance.now() - known.at < WORDS_AGE) return known.words
    return (await scan(new Slices(COVER_BUDGET))).words
  }
  return {
    get pickedElements() {
      return new Map([...picker.picks].map(([number, { element }]) => [number, element]))
    },
    picks: picker.picks,
    overlayHost: overlay.host,
    async placeOfFrame(path) {
      const frame = frameAt(path)
      if (!frame) return null
      const selectors = await selectorsOf(frame, await words(), new Slices(COVER_BUDGET))
      return { selectors: selectors.map(selector => selector.slice(0, 2_000)), ...contentPlacement(frame) }
    },
    scan,
    words,
    async cover(openFrames) {
      isAttachedForCover = !overlay.isInPlace
      if (isAttachedForCover) overlay.attach()
      changes?.disconnect()
      changes = new MutationObserver(() => undefined)
      changes.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
      coveringThemselves = openFrames.flatMap(path => frameAt(path) ?? [])
      covered = await scan(new Slices(COVER_BUDGET))
      const { boxes: hidden, counts } = privateBoxes(covered)
      covers = hidden
      overlay.cover(hidden)
      // The first frame draws the covers, the second begins when the first has been handed to the compositor.
      await nextFrame()
      await nextFrame()
      const boxes = [...picker.picks].flatMap(([number, target]) => {
        const box = boxOfTarget(target)
        return box ? [{ number, box }] : []
      })
      return {
        isComplete: covered.isComplete,
        covered: counts,
        window: { width: window.innerWidth, height: window.innerHeight, devicePixelRatio: window.devicePixelRatio },
        boxes
      }
    },
    async withoutPrivateWords(texts) {
      const counts: RedactionCounts = {}
      const now = await words()
      return { texts: texts.map(text => now.redact(text, counts)), counts }
    },
    async uncover() {
      const areStillCovered = overlay.isInPlace && covered !== null && areCovered(privateBoxes(covered).boxes, covers)
      const hasChanged = hasForeignChange(changes?.takeRecords() ?? [], overlay.host)
      changes?.disconnect()
      changes = null
      overlay.uncover()
      if (isAttachedForCover) overlay.remove()
      if (!areStillCovered || !hasChanged) return areStillCovered
      // The page has changed since it was searched: what is new may be private.
      const now = await scan(new Slices(COVER_BUDGET))
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

/** Resolves in the next animation frame, or after 200 ms where the tab is not drawn at all. */
function nextFrame(): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, 200)
    requestAnimationFrame(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
