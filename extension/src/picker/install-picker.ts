import { askBackground } from '../ask-background.ts'
import { logResources } from '../inspector/resource-log.ts'
import { isolatedWorld } from '../isolated-world.ts'
import type { PickedMessage } from '../message-schemas.ts'
import { onMessage, sendMessage } from '../messages.ts'
import { type Outcome, success } from '../outcome.ts'
import { nextFrame } from '../page-tree/next-frame.ts'
import { Overlay } from './overlay.ts'
import { Picker } from './picker.ts'

/** Makes the picker of this document and connects it with the background; does nothing when it is there already. */
export function installPicker(): void {
  const world = isolatedWorld()
  if (world.picker) return
  world.resourceLog = logResources()
  const overlay = new Overlay()
  const picker = new Picker(overlay, {
    picked: tellPick,
    describe: request => askBackground('describeElement', request),
    componentChains: request => askBackground('componentChains', request),
    pointerEntered: message => askBackground('pointerEntered', message),
    holdTimers: request => askBackground('holdTimers', request),
    get tools() {
      return world.pickerTools ?? null
    },
    async loadTools(request) {
      const answer = await askBackground('loadPickerTools', request)
      return (answer.ok && world.pickerTools) || null
    },
    ended: message => askBackground('pointingEnded', message)
  })
  world.picker = { overlay, picks: picker.picks }

  onMessage('beginPointing', async ({ data, sender }) => {
    if (!isFromBackground(sender)) return null
    picker.begin(data)
    // What takes the pointer over frames counts from the frame on that shows it.
    await nextFrame()
    await nextFrame()
    return null
  })
  onMessage('leavePointer', ({ data, sender }) => {
    if (isFromBackground(sender)) picker.leavePointer(data.at)
    return null
  })
  onMessage('numberTaken', ({ data, sender }) => {
    if (isFromBackground(sender)) picker.takeNumber(data.number)
    return null
  })
  onMessage('pickRenumbered', ({ data, sender }) => {
    if (isFromBackground(sender)) picker.renumber(data)
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

/** Picks are answered when they are noted, before they are captured; in ms. */
const PICK_PATIENCE = 4_000

/**
 * A pick that was told and not answered is told again: Chrome may have ended the background's worker at that moment. Where it says that it
 * has it, the nonce for the next one went with the answer, and pointing ends.
 */
async function tellPick(pick: PickedMessage): Promise<Outcome<{ nextNonce: string | null }>> {
  let isCutOff = false
  const onCutOff = () => {
    isCutOff = true
  }
  const answer = await askBackground('picked', pick, { onCutOff, patienceMs: PICK_PATIENCE })
  if (!isCutOff || answer.ok || answer.failure.code !== 'sender_not_allowed') return answer
  if (pick.isMoreToCome) await sendMessage('pointingEnded', { runId: pick.runId, reason: 'cancelled' })
  return success({ nextNonce: null })
}

function isFromBackground(sender: chrome.runtime.MessageSender): boolean {
  return sender.id === chrome.runtime.id && sender.tab === undefined
}
