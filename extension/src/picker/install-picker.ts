import type { Box } from '@fixpoint/protocol'
import { isolatedWorld, type PickerInPage } from '../isolated-world.ts'
import { onMessage, sendMessage } from '../messages.ts'
import { topBoxOf } from '../page-tree/page-tree.ts'
import { areCovered, privateBoxes } from '../pictures/private-boxes.ts'
import { typedSecrets, withoutTypedSecrets } from '../privacy/typed-secrets.ts'
import { Overlay } from './overlay.ts'
import { Picker } from './picker.ts'

/** Makes the picker of this document and connects it with the background; does nothing when it is there already. */
export function installPicker(): void {
  const world = isolatedWorld()
  if (world.picker) return
  const overlay = new Overlay()
  const picker = new Picker(overlay, {
    picked: pick => sendMessage('picked', pick),
    describe: request => sendMessage('describeElement', request),
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
    pickedElements: picker.picks,
    overlayHost: overlay.host,
    async cover() {
      isAttachedForCover = !overlay.isInPlace
      if (isAttachedForCover) overlay.attach()
      const { boxes, counts } = privateBoxes(overlay.host)
      covers = boxes
      overlay.cover(boxes)
      // The first frame draws the covers, the second begins when the first has been handed to the compositor.
      await nextFrame()
      await nextFrame()
      const present = [...picker.picks].filter(([, element]) => element.isConnected)
      return {
        covered: counts,
        window: { width: window.innerWidth, height: window.innerHeight, devicePixelRatio: window.devicePixelRatio },
        boxes: present.map(([number, element]) => ({ number, box: topBoxOf(element) }))
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
