import { TOKEN_BUDGETS } from '@fixpoint/protocol'
import { Button, type ContextPart, Segmented } from '@fixpoint/ui'
import { Globe, Keyboard, Palette, Server, ShieldCheck } from 'lucide-react'
import { type ReactNode, useEffect, useId, useState } from 'react'
import { clientName } from './client-name.ts'
import { disconnect } from './disconnect.ts'
import { Shortcuts } from './Shortcuts.tsx'
import { SEND_EVERYTHING, type Theme } from './settings.ts'
import { connectionSetting, defaultChoiceSetting, managedRingSetting, managedServerSetting, themeSetting } from './storage.ts'
import { strings } from './strings.ts'
import { useStoredValue } from './use-stored-value.ts'
import { useTheme } from './use-theme.ts'

const THEMES = ['system', 'light', 'dark'] as const satisfies readonly Theme[]
const CHOICES = ['screenshot', 'dom', 'components', 'console', 'steps'] as const satisfies readonly ContextPart[]

/** The settings of this browser. */
export function OptionsPage() {
  useTheme()
  return (
    <main className="fp-page">
      <h1>{strings.options.title}</h1>
      <Section icon={<Server aria-hidden size={16} />} title={strings.options.server}>
        <ServerSetting />
        <ManagedServer />
      </Section>
      <Section icon={<ShieldCheck aria-hidden size={16} />} title={strings.options.privacy}>
        <PrivacySetting />
      </Section>
      <Section icon={<Globe aria-hidden size={16} />} title={strings.options.sites}>
        <SiteAccess />
      </Section>
      <Section icon={<Palette aria-hidden size={16} />} title={strings.options.appearance}>
        <ThemeSetting />
      </Section>
      <Section icon={<Keyboard aria-hidden size={16} />} title={strings.options.keyboard}>
        <Shortcuts />
      </Section>
      <p className="fp-muted fp-small">{strings.options.about(chrome.runtime.getManifest().version)}</p>
    </main>
  )
}

function Section({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <section className="fp-section">
      <h2>
        {icon} {title}
      </h2>
      {children}
    </section>
  )
}

function ServerSetting() {
  const saved = useStoredValue(connectionSetting)
  if (saved === undefined) return null
  if (saved === null) {
    return (
      <div className="fp-row">
        <p className="fp-muted">{strings.options.notConnected}</p>
        <Button onClick={() => location.assign(chrome.runtime.getURL('/welcome.html'))}>{strings.options.connect}</Button>
      </div>
    )
  }
  return (
    <div className="fp-row">
      <p>
        <span className="fp-muted">{strings.options.connectedTo}</span> <strong className="fp-break">{saved.serverUrl}</strong>{' '}
        <span className="fp-muted">
          {strings.options.as} {saved.person.name}, {strings.options.since(new Date(saved.pairedAt).toLocaleDateString())}
        </span>
      </p>
      <Button look="danger" onClick={() => void disconnect(connectionSetting, clientName(), (address, init) => fetch(address, init))}>
        {strings.options.disconnect}
      </Button>
    </div>
  )
}

/** What the organisation has set, where it has. */
function ManagedServer() {
  const server = useStoredValue(managedServerSetting)
  const ring = useStoredValue(managedRingSetting)
  if (!server) return null
  return (
    <p className="fp-muted">
      {strings.options.managed(server)} {ring && strings.options.managedRing(ring)}
    </p>
  )
}

function PrivacySetting() {
  const stored = useStoredValue(defaultChoiceSetting)
  if (stored === undefined) return null
  const choice = stored ?? SEND_EVERYTHING
  return (
    <>
      <p className="fp-muted">{strings.options.privacyText}</p>
      <ul className="fp-switches">
        {CHOICES.map(part => (
          <SwitchLine
            key={part}
            label={strings.options.choice[part].label}
            text={strings.options.choice[part].text}
            isOn={choice[part]}
            onChange={isOn => void defaultChoiceSetting.write({ ...choice, [part]: isOn })}
          />
        ))}
      </ul>
      <p className="fp-muted">{strings.options.budgetText}</p>
      <Segmented
        label={strings.options.budget}
        value={String(choice.budget)}
        options={TOKEN_BUDGETS.map(value => ({ value: String(value), label: value.toLocaleString('en') }))}
        onChange={value => void defaultChoiceSetting.write({ ...choice, budget: Number(value) })}
      />
    </>
  )
}

interface SwitchLineProps {
  label: string
  text: string
  isOn: boolean
  onChange: (isOn: boolean) => void
}

function SwitchLine({ label, text, isOn, onChange }: SwitchLineProps) {
  const id = useId()
  return (
    <li className="fp-row">
      <label htmlFor={id}>
        <span className="fp-strong">{label}</span>
        <span className="fp-muted fp-small">{text}</span>
      </label>
      <input
        id={id}
        type="checkbox"
        role="switch"
        className="fx-switch"
        aria-checked={isOn}
        checked={isOn}
        onChange={event => onChange(event.target.checked)}
      />
    </li>
  )
}

/** The sites for which Chrome was asked and which the person may take back here. */
function SiteAccess() {
  const [sites, setSites] = useState<readonly string[]>([])
  useEffect(() => {
    const read = () => void chrome.permissions.getAll().then(({ origins }) => setSites(origins ?? []))
    read()
    chrome.permissions.onAdded.addListener(read)
    chrome.permissions.onRemoved.addListener(read)
    return () => {
      chrome.permissions.onAdded.removeListener(read)
      chrome.permissions.onRemoved.removeListener(read)
    }
  }, [])
  if (sites.length === 0) return <p className="fp-muted">{strings.options.noSites}</p>
  return (
    <ul className="fp-switches">
      {sites.map(site => (
        <li key={site} className="fp-row">
          <code className="fp-break">{site}</code>
          <Button aria-label={strings.options.remove(site)} onClick={() => void chrome.permissions.remove({ origins: [site] })}>
            {strings.options.removeSite}
          </Button>
        </li>
      ))}
    </ul>
  )
}

function ThemeSetting() {
  const theme = useStoredValue(themeSetting)
  if (theme === undefined) return null
  return (
    <Segmented
      label={strings.options.theme}
      value={theme ?? 'system'}
      options={THEMES.map(value => ({ value, label: strings.options.themes[value] }))}
      onChange={value => void themeSetting.write(value)}
    />
  )
}
