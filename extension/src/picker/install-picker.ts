import type { Box } from '@fixpoint/protocol'
import { isolatedWorld, type PickerInPage } from '../isolated-world.ts'
import { onMessage, sendMessage } from '../messages.ts'
import { selectorsOf } from '../page-context/selectors.ts'
import { contentPlacement, frameAt } from '../page-tree/frame-places.ts'
import { areCovered, privateBoxes } from '../pictures/private-boxes.ts'
import { typedSecrets, withoutTypedSecrets } from '../privacy/typed-secrets.ts'
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

function pickerInPage(overlay: Overlay, picker: Picker): PickerInPage {
  let covers: Box[] = []
  let coveringThemselves = new Set<Element>()
  let isAttachedForCover = false
  return {
    get pickedElements() {
      return new Map([...picker.picks].map(([number, { element }]) => [number, element]))
    },
    picks: picker.picks,
    overlayHost: overlay.host,
    placeOfFrame(path) {
      const frame = frameAt(path)
      return frame && { selectors: selectorsOf(frame).map(selector => selector.slice(0, 2_000)), ...contentPlacement(frame) }
    },
    async cover(openFrames) {
      isAttachedForCover = !overlay.isInPlace
      if (isAttachedForCover) overlay.attach()
      coveringThemselves = new Set(openFrames.flatMap(path => frameAt(path) ?? []))
      const { boxes: hidden, counts } = privateBoxes(overlay.host, coveringThemselves)
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
        covered: counts,
        window: { width: window.innerWidth, height: window.innerHeight, devicePixelRatio: window.devicePixelRatio },
        boxes
      }
    },
    withoutTypedSecrets(texts) {
      const secrets = typedSecrets()
      return texts.map(text => withoutTypedSecrets(text, secrets, () => undefined))
    },
    uncover() {
      const areStillCovered = overlay.isInPlace && areCovered(privateBoxes(overlay.host, coveringThemselves).boxes, covers)
      overlay.uncover()
      if (isAttachedForCover) overlay.remove()
      return areStillCovered
    }
  }
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
