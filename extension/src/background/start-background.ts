import { FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import { annotateMessageSchema } from '../draft.ts'
import {
  componentChainsRequestSchema,
  describeRequestSchema,
  holdTimersRequestSchema,
  loadToolsRequestSchema,
  pickedMessageSchema,
  pointerEnteredMessageSchema,
  pointingEndedMessageSchema,
  recordedStepSchema
} from '../message-schemas.ts'
import { onMessage } from '../messages.ts'
import { success } from '../outcome.ts'
import { PANEL_PORT } from '../panel-report.ts'
import { RECORDER_PORT } from '../recorder/recorder-port.ts'
import { describeTab } from './inspectable.ts'
import { pointingOf, setPointing, tellTabChanged } from './panel-events.ts'
import { keepDraftsParked, restoreDrafts } from './parked-drafts.ts'
import {
  acceptEnd,
  acceptPick,
  annotate,
  clearDraft,
  componentChains,
  describeElement,
  forgetRunOfLeftPage,
  freezePage,
  loadPickerTools,
  movePointer,
  readConsole,
  removePick,
  setTimersHeld,
  startPointing,
  stopPointing,
  takeScreenshot,
  takeWholePage
} from './pointing.ts'
import { followPorts } from './ports.ts'
import { acceptStep, discardRecording, followAllPages, followPage, removeStep, startRecording, stopRecording } from './recording.ts'
import { recoverInterrupted } from './recover.ts'
import { guarded, isContentScript, isExtensionPage, refusals } from './senders.ts'
import { forgetTab, storedDraft, storedFutileClick, storedRecording } from './session-store.ts'
import { followPanel, followUpdates } from './updates.ts'

type Sender = chrome.runtime.MessageSender

/** In characters; a picture of 10 MB as text, and some. */
const LARGEST_PICTURE_MESSAGE = 14_000_000

const tabMessage = z.object({ tabId: z.number().int() })

/** Connects the background with the panel, the picker and the browser. Called once each time the service worker starts. */
export function startBackground(): void {
  // Content scripts must not read what the panel stores; for the session storage this is the default.
  void chrome.storage.local.setAccessLevel({ accessLevel: 'TRUSTED_CONTEXTS' })
  const restored = restoreDrafts().catch((error: unknown) => console.error(error))
  const recovered = restored.then(recoverInterrupted).catch((error: unknown) => console.error(error))
  void restored.then(followAllPages).catch((error: unknown) => console.error(error))
  keepDraftsParked()
  followUpdates()
  answerPanel(restored, recovered)
  answerPanelAboutSteps()
  answerPicker(recovered)
  answerRecorder()
  followPorts({
    [PANEL_PORT]: { isAllowed: sender => isExtensionPage(sender, chrome.runtime.id), follow: followPanel },
    [RECORDER_PORT]: { isAllowed: sender => isContentScript(sender, chrome.runtime.id), follow: stayAwake }
  })
  countUnknownMessages()
  followBrowser()
}

function answerPanel(restored: Promise<void>, recovered: Promise<void>): void {
  const isPanel = (sender: Sender) => isExtensionPage(sender, chrome.runtime.id)
  onMessage(
    'draftsReady',
    guarded(isPanel, z.null(), async () => {
      await restored
      return success(null)
    })
  )
  onMessage(
    'getActiveTab',
    guarded(isPanel, z.object({ windowId: z.number().int() }), async ({ windowId }) => {
      const [tab] = await chrome.tabs.query({ active: true, windowId })
      const described = tab?.id === undefined ? null : await describeTab(tab, (await storedFutileClick.read(tab.id)) ?? false)
      if (!described) throw new FixpointError('page_not_inspectable', 'The window has no active tab.')
      return success(described)
    })
  )
  onMessage(
    'getDraft',
    guarded(isPanel, tabMessage, async ({ tabId }) => success((await storedDraft.read(tabId))?.draft ?? null))
  )
  onMessage(
    'getPointing',
    guarded(isPanel, tabMessage, async ({ tabId }) => success(await pointingOf(tabId)))
  )
  onMessage(
    'startPointing',
    guarded(isPanel, tabMessage.extend({ requestId: z.string().min(1).max(64) }), async ({ tabId, requestId }) => {
      await recovered
      return success(await startPointing(tabId, { requestId }))
    })
  )
  onMessage(
    'stopPointing',
    guarded(isPanel, tabMessage, async ({ tabId }) => success(await stopPointing(tabId)))
  )
  onMessage(
    'removePick',
    guarded(isPanel, tabMessage.extend({ number: z.number().int() }), async ({ tabId, number }) => success(await removePick(tabId, number)))
  )
  onMessage(
    'annotate',
    guarded(isPanel, annotateMessageSchema, async data => success(await annotate(data)), LARGEST_PICTURE_MESSAGE)
  )
  onMessage(
    'clearDraft',
    guarded(isPanel, tabMessage, async ({ tabId }) => {
      await clearDraft(tabId)
      await discardRecording(tabId)
      return success(null)
    })
  )
  onMessage(
    'readConsole',
    guarded(isPanel, tabMessage, async ({ tabId }) => success(await readConsole(tabId)))
  )
  onMessage(
    'takeScreenshot',
    guarded(isPanel, tabMessage, async ({ tabId }) => success(await takeScreenshot(tabId)))
  )
  onMessage(
    'takeWholePage',
    guarded(isPanel, tabMessage, async ({ tabId }) => success(await takeWholePage(tabId)))
  )
}

function answerPanelAboutSteps(): void {
  const isPanel = (sender: Sender) => isExtensionPage(sender, chrome.runtime.id)
  onMessage(
    'getRecording',
    guarded(isPanel, tabMessage, async ({ tabId }) => success((await storedRecording.read(tabId))?.recording ?? null))
  )
  onMessage(
    'startRecording',
    guarded(isPanel, tabMessage, async ({ tabId }) => success(await startRecording(tabId)))
  )
  onMessage(
    'stopRecording',
    guarded(isPanel, tabMessage, async ({ tabId }) => success(await stopRecording(tabId)))
  )
  onMessage(
    'removeStep',
    guarded(isPanel, tabMessage.extend({ index: z.number().int(), revision: z.number().int() }), async ({ tabId, index, revision }) =>
      success(await removeStep(tabId, index, revision))
    )
  )
  onMessage(
    'discardRecording',
    guarded(isPanel, tabMessage, async ({ tabId }) => {
      await discardRecording(tabId)
      return success(null)
    })
  )
}

function answerRecorder(): void {
  const isRecorder = (sender: Sender) => isContentScript(sender, chrome.runtime.id)
  onMessage(
    'stepDone',
    guarded(isRecorder, recordedStepSchema, async (data, sender) => {
      await acceptStep(whence(sender), frameOriginOf(sender), data)
      return success(null)
    })
  )
}

/** A port by which a recorder keeps this worker awake; what comes over it says nothing. */
function stayAwake(port: chrome.runtime.Port): void {
  port.onMessage.addListener(() => undefined)
}

/** Which site a frame belongs to; undefined for the page itself and frames of its own site. */
function frameOriginOf({ frameId, origin, tab }: Sender): string | undefined {
  if (frameId === 0 || origin === undefined || (tab?.url !== undefined && URL.parse(tab.url)?.origin === origin)) return undefined
  return origin.slice(0, 300)
}

/** @param recovered picks come after what an earlier worker left, or they would be taken for it */
function answerPicker(recovered: Promise<void>): void {
  const isPicker = (sender: Sender) => isContentScript(sender, chrome.runtime.id)
  onMessage(
    'picked',
    guarded(isPicker, pickedMessageSchema, async (data, sender) => {
      const { tabId, documentId } = whence(sender)
      await recovered
      return success(await acceptPick(tabId, documentId, data))
    })
  )
  onMessage(
    'describeElement',
    guarded(isPicker, describeRequestSchema, async (data, sender) => {
      const { tabId, documentId } = whence(sender)
      return success(await describeElement(tabId, documentId, data))
    })
  )
  onMessage(
    'pointerEntered',
    guarded(isPicker, pointerEnteredMessageSchema, async (data, sender) => {
      const { tabId, documentId } = whence(sender)
      await movePointer(tabId, documentId, data)
      return success(null)
    })
  )
  onMessage(
    'componentChains',
    guarded(isPicker, componentChainsRequestSchema, async (data, sender) => {
      const { tabId, documentId } = whence(sender)
      return success(await componentChains(tabId, documentId, data))
    })
  )
  onMessage(
    'holdTimers',
    guarded(isPicker, holdTimersRequestSchema, async (data, sender) => {
      const { tabId, documentId } = whence(sender)
      await setTimersHeld(tabId, documentId, data)
      return success(null)
    })
  )
  onMessage(
    'loadPickerTools',
    guarded(isPicker, loadToolsRequestSchema, async (data, sender) => {
      const { tabId, documentId } = whence(sender)
      await loadPickerTools(tabId, documentId, data)
      return success(null)
    })
  )
  onMessage(
    'pointingEnded',
    guarded(isPicker, pointingEndedMessageSchema, async (data, sender) => {
      const { tabId, documentId } = whence(sender)
      await acceptEnd(tabId, documentId, data)
      return success(null)
    })
  )
}

function whence(sender: Sender): { tabId: number; documentId: string } {
  if (sender.tab?.id === undefined || sender.documentId === undefined) {
    throw new FixpointError('sender_not_allowed', 'The message comes from no document of a tab.')
  }
  return { tabId: sender.tab.id, documentId: sender.documentId }
}

/** The messenger ignores what it does not know; it is counted here, so that diagnostics can tell that somebody tries. */
function countUnknownMessages(): void {
  const known = new Set([
    ...[
      'getActiveTab',
      'getDraft',
      'getPointing',
      'startPointing',
      'stopPointing',
      'removePick',
      'clearDraft',
      'takeScreenshot',
      'annotate',
      'takeWholePage',
      'getRecording',
      'startRecording',
      'stopRecording',
      'removeStep',
      'discardRecording',
      'readConsole'
    ],
    ...['draftsReady', 'applyUpdate'],
    ...['picked', 'describeElement', 'componentChains', 'holdTimers', 'loadPickerTools', 'pointerEntered', 'pointingEnded', 'stepDone']
  ])
  const messageSchema = z.object({ type: z.string(), timestamp: z.number() })
  chrome.runtime.onMessage.addListener(message => {
    const parsed = messageSchema.safeParse(message)
    if (!parsed.success || !known.has(parsed.data.type)) refusals.invalid_message++
    return false
  })
}

function followBrowser(): void {
  chrome.runtime.onInstalled.addListener(({ reason }) => {
    if (reason === 'install') void chrome.tabs.create({ url: chrome.runtime.getURL('welcome.html') })
  })
  // Opened here and not by `openPanelOnActionClick`, because this click is what gives access to the tab (activeTab).
  chrome.action.onClicked.addListener(tab => {
    void chrome.sidePanel.open({ windowId: tab.windowId })
    void noteClick(tab)
  })
  chrome.commands.onCommand.addListener((command, tab) => {
    if ((command !== 'point' && command !== 'freeze') || tab?.id === undefined) return
    void chrome.sidePanel.open({ windowId: tab.windowId })
    const { id } = tab
    void noteClick(tab)
      .then(async () => {
        if (command === 'freeze') await freezePage(id)
        else await startPointing(id)
      })
      .catch(error => console.warn(error))
  })
  chrome.tabs.onActivated.addListener(({ tabId, windowId }) => tellTabChanged(windowId, tabId))
  chrome.tabs.onUpdated.addListener((tabId, change, tab) => {
    if (change.status === 'loading') void onLoading(tabId)
    // A page that is only beginning is entered at once, and looked at again when its frames are there.
    if (change.status !== undefined) void followPage(tabId).catch((error: unknown) => console.warn(error))
    if (tab.active && (change.status !== undefined || change.url !== undefined || change.title !== undefined)) {
      tellTabChanged(tab.windowId, tabId)
    }
  })
  chrome.tabs.onRemoved.addListener(tabId => void forgetTab(tabId))
  chrome.permissions.onAdded.addListener(() => void tellAboutActiveTabs())
  chrome.permissions.onRemoved.addListener(() => void tellAboutActiveTabs())
}

async function noteClick(tab: chrome.tabs.Tab): Promise<void> {
  if (tab.id === undefined) return
  await storedFutileClick.write(tab.id, tab.url ? null : true)
  void followPage(tab.id).catch((error: unknown) => console.warn(error))
  tellTabChanged(tab.windowId, tab.id)
}

async function onLoading(tabId: number): Promise<void> {
  await storedFutileClick.write(tabId, null)
  const { status, failure } = await pointingOf(tabId)
  if (status === 'off' && failure) await setPointing({ tabId, status: 'off' })
  await forgetRunOfLeftPage(tabId)
}

async function tellAboutActiveTabs(): Promise<void> {
  for (const tab of await chrome.tabs.query({ active: true })) {
    if (tab.id !== undefined) tellTabChanged(tab.windowId, tab.id)
  }
}
