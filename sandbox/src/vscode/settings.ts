import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../files/file-errors.ts'

const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** What of VS Code's settings a session starts with; a person may change them in it. */
export function initialSettings(theme: Theme): Record<string, unknown> {
  return {
    ...lookOf(theme),
    // Nothing is told to anybody, and nothing is fetched: there is no way out for it anyway.
    'telemetry.telemetryLevel': 'off',
    'workbench.enableExperiments': false,
    'workbench.settings.enableNaturalLanguageSearch': false,
    'update.mode': 'none',
    'update.showReleaseNotes': false,
    'extensions.autoCheckUpdates': false,
    'extensions.autoUpdate': false,
    'extensions.ignoreRecommendations': true,
    'npm.fetchOnlinePackageInfo': false,
    'git.autofetch': false,
    // What a repository brings runs when somebody starts it, not because a folder was opened.
    'task.allowAutomaticTasks': 'off',
    // The agent of this workspace is Fixpoint's.
    'chat.disableAIFeatures': true,
    'chat.commandCenter.enabled': false,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    // Nobody is welcomed, and nobody is asked whether they trust what was sealed for them.
    'workbench.startupEditor': 'none',
    'workbench.tips.enabled': false,
    'workbench.welcomePage.walkthroughs.openOnInstall': false,
    'security.workspace.trust.enabled': false,
    // Ports of the sandbox lead nowhere by themselves; the preview is opened from the session.
    'remote.autoForwardPorts': false,
    'files.autoSave': 'off'
  }
}

function lookOf(theme: Theme): Record<string, unknown> {
  if (theme === 'system') return { 'window.autoDetectColorScheme': true }
  return { 'window.autoDetectColorScheme': false, 'workbench.colorTheme': theme === 'dark' ? 'Dark 2026' : 'Light 2026' }
}

/**
 * Writes what a session starts with, or how it shall look now; not over settings that a person has changed in this sandbox. VS Code takes
 * the new ones up at once.
 * @param theme absent: as it is
 */
export async function writeSettings(folder: string, theme: Theme | undefined): Promise<void> {
  const file = join(folder, 'settings.json')
  const text = (wanted: Theme) => `${JSON.stringify(initialSettings(wanted), null, 2)}\n`
  const present = await readIfThere(file)
  const isOurs = present === null || THEMES.some(known => text(known) === present)
  const isAsWanted = present !== null && (theme === undefined || text(theme) === present)
  if (!isOurs || isAsWanted) return
  await mkdir(folder, { recursive: true })
  await writeFile(file, text(theme ?? 'system'))
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}
