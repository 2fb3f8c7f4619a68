import { storedWaitingUpdate } from '../waiting-update.ts'
import { managedProjects, managedRing, managedServer } from './managed-settings.ts'
import { storedConnection, storedDefaultChoice, storedTheme } from './settings.ts'

/** The settings of this browser. Only the extension's own pages can read them (`setAccessLevel` in the background). */
export const connectionSetting = storedConnection(chrome.storage.local)
export const defaultChoiceSetting = storedDefaultChoice(chrome.storage.local)
export const themeSetting = storedTheme(chrome.storage.local)

/** Written by the background. */
export const waitingUpdateState = storedWaitingUpdate(chrome.storage.local)

/** What the organisation's device management has set; the extension cannot change it. */
export const managedServerSetting = managedServer(chrome.storage.managed)
export const managedProjectsSetting = managedProjects(chrome.storage.managed)
export const managedRingSetting = managedRing(chrome.storage.managed)
