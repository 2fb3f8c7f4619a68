import type { Box } from '@fixpoint/protocol'
import { isolatedWorld, type PickerInPage } from '../isolated-world.ts'
import { onMessage, sendMessage } from '../messages.ts'
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
  let isAttachedForCover = false
  return {
    get pickedElements() {
      return new Map([...picker.picks].map(([number, { element }]) => [number, element]))
    },
    picks: picker.picks,
    overlayHost: overlay.host,
    async cover() {
      isAttachedForCover = !overlay.isInPlace
      if (isAttachedForCover) overlay.attach()
      const { boxes: hidden, counts } = privateBoxes(overlay.host)
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
      const areStillCovered = overlay.isInPlace && areCovered(privateBoxes(overlay.host).boxes, covers)
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
