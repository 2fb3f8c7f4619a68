import { useLayoutEffect } from 'react'
import { themeSetting } from './storage.ts'
import { useStoredValue } from './use-stored-value.ts'

/** Shows the document in the theme that the person chose; without a choice it is the system's. */
export function useTheme(): void {
  const theme = useStoredValue(themeSetting)
  useLayoutEffect(() => {
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme
    else delete document.documentElement.dataset['theme']
  }, [theme])
}
