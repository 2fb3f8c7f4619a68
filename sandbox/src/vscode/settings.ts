export type Theme = 'system' | 'light' | 'dark'

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
