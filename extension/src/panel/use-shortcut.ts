import { useEffect, useState } from 'react'

/**
 * The key that is set for one of the extension's commands; undefined where none is. Chrome leaves a suggested key out when it is
 * taken, and the person can set another one at any time.
 */
export function useShortcut(command: string): string | undefined {
  const [shortcut, setShortcut] = useState<string | undefined>(undefined)
  useEffect(() => {
    const read = () =>
      void chrome.commands.getAll().then(commands => setShortcut(commands.find(({ name }) => name === command)?.shortcut || undefined))
    read()
    window.addEventListener('focus', read)
    return () => window.removeEventListener('focus', read)
  }, [command])
  return shortcut
}
