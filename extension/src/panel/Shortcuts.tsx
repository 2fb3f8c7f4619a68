import { Button } from '@fixpoint/ui'
import { useEffect, useState } from 'react'
import { strings } from './strings.ts'

/** Keys that work in the whole browser, as they are set now, and those of the panel. */
export function Shortcuts() {
  const [commands, setCommands] = useState<readonly chrome.commands.Command[]>([])
  useEffect(() => {
    void chrome.commands.getAll().then(setCommands)
  }, [])
  return (
    <>
      <dl className="fp-keys">
        {commands.map(command => (
          <div key={command.name}>
            <dt>{command.description || strings.options.openFixpoint}</dt>
            <dd>{command.shortcut ? <kbd>{command.shortcut}</kbd> : <span className="fp-muted">{strings.options.shortcutUnset}</span>}</dd>
          </div>
        ))}
        {strings.options.keys.map(([keys, effect]) => (
          <div key={keys}>
            <dt>{effect}</dt>
            <dd>
              <kbd>{keys}</kbd>
            </dd>
          </div>
        ))}
      </dl>
      <Button onClick={() => void chrome.tabs.create({ url: 'chrome://extensions/shortcuts' })}>{strings.options.changeShortcuts}</Button>
    </>
  )
}
