import { useSyncExternalStore } from 'react'
import { storedValue } from '../storage/stored-value.ts'

export type Theme = 'light' | 'dark'

const stored = storedValue<Theme | null>('saltmarsh.theme', value => (value === 'light' || value === 'dark' ? value : null))
const prefersDark = window.matchMedia('(prefers-color-scheme: dark)')

function subscribeToPreference(listener: () => void) {
  prefersDark.addEventListener('change', listener)
  return () => prefersDark.removeEventListener('change', listener)
}

/** The theme that is shown: the one that was chosen, else the one of the system. */
export function useTheme(): Theme {
  const isDarkPreferred = useSyncExternalStore(subscribeToPreference, () => prefersDark.matches)
  return stored.use() ?? (isDarkPreferred ? 'dark' : 'light')
}

export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme
  stored.set(theme)
}
