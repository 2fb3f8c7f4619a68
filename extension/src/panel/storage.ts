import { storedConnection, storedDefaultChoice, storedTheme } from './settings.ts'

/** The settings of this browser. Only the extension's own pages can read them (`setAccessLevel` in the background). */
export const connectionSetting = storedConnection(chrome.storage.local)
export const defaultChoiceSetting = storedDefaultChoice(chrome.storage.local)
export const themeSetting = storedTheme(chrome.storage.local)
