import { FixpointError, PROTOCOL_VERSION, requireAnsweredProtocol } from '@fixpoint/protocol'
import { Button, ErrorCard, InlineCode, Spinner } from '@fixpoint/ui'
import { type FormEvent, useId, useState } from 'react'
import { clientName } from './client-name.ts'
import { invitationTo } from './managed-settings.ts'
import { isOnThisMachine, type PairingInvitation, parseCode, parsePairingLink, parseServerUrl } from './pairing.ts'
import { type Problem, problemOf } from './problem.ts'
import { connectServer } from './server.ts'
import type { SavedConnection } from './settings.ts'
import { connectionSetting, managedServerSetting } from './storage.ts'
import { strings } from './strings.ts'
import { useStoredValue } from './use-stored-value.ts'

interface PairingScreenProps {
  /** A link that came with the page's address; it is used only after the person has agreed. */
  offeredLink?: string | null
  onPaired?: () => void
  /** Given where there is a connection to keep. */
  onCancel?: (() => void) | undefined
}

/** Connects this browser with a server. */
export function PairingScreen({ offeredLink = null, onPaired, onCancel }: PairingScreenProps) {
  const managed = useStoredValue(managedServerSetting)
  const [offer, setOffer] = useState<PairingInvitation | null>(() => readOffer(offeredLink))
  const [isByHand, setIsByHand] = useState(false)
  const [link, setLink] = useState('')
  const [address, setAddress] = useState('')
  const [code, setCode] = useState('')
  const [isBusy, setIsBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  async function connect(invitationOf: () => PairingInvitation) {
    setProblem(null)
    setIsBusy(true)
    try {
      await connectionSetting.write(await pair(invitationOf()))
      onPaired?.()
    } catch (error) {
      setProblem(problemOf(error))
    }
    setIsBusy(false)
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    if (managed) void connect(() => invitationTo(managed, code))
    else void connect(() => (isByHand ? { serverUrl: parseServerUrl(address), code: parseCode(code) } : requireLink(link)))
  }

  const cancel = onCancel && (
    <Button look="quiet" onClick={onCancel}>
      {strings.pairing.keep}
    </Button>
  )
  const error = problem && <ErrorCard failure={problem.failure} reference={problem.requestId} isAnnounced />
  if (managed === undefined) return null
  if (offer !== null && (managed === null || managed === offer.serverUrl)) {
    const { host } = new URL(offer.serverUrl)
    return (
      <section className="fp-pairing">
        <h2>{strings.pairing.confirmTitle}</h2>
        <p className="fp-pairing__host">{offer.serverUrl}</p>
        <p className="fp-muted">{isOnThisMachine(offer.serverUrl) ? strings.pairing.confirmLocal : strings.pairing.confirmRemote}</p>
        {error}
        <Button look="primary" className="fp-wide" disabled={isBusy} onClick={() => void connect(() => offer)}>
          {isBusy && <Spinner />} {isBusy ? strings.pairing.connecting : strings.pairing.confirm(host)}
        </Button>
        <Button look="quiet" onClick={() => setOffer(null)}>
          {strings.pairing.other}
        </Button>
        {cancel}
      </section>
    )
  }
  return (
    <form className="fp-pairing" onSubmit={submit}>
      <h2>{strings.pairing.title}</h2>
      {managed !== null && <p className="fp-pairing__host">{managed}</p>}
      <p className="fp-muted">{managed === null ? strings.pairing.intro : strings.pairing.managed}</p>
      {managed !== null ? (
        <Field label={strings.pairing.code} value={code} example={strings.pairing.codeExample} onChange={setCode} />
      ) : isByHand ? (
        <>
          <Field label={strings.pairing.server} value={address} example={strings.pairing.serverExample} onChange={setAddress} />
          <Field label={strings.pairing.code} value={code} example={strings.pairing.codeExample} onChange={setCode} />
        </>
      ) : (
        <Field label={strings.pairing.link} value={link} example={strings.pairing.linkExample} onChange={setLink} />
      )}
      {error}
      <button type="submit" className="fx-button fx-button--primary fp-wide" disabled={isBusy}>
        {isBusy && <Spinner />} {isBusy ? strings.pairing.connecting : strings.pairing.connect}
      </button>
      {managed === null && (
        <Button look="quiet" onClick={() => setIsByHand(!isByHand)}>
          {isByHand ? strings.pairing.byLink : strings.pairing.byHand}
        </Button>
      )}
      <p className="fp-muted fp-small">
        <InlineCode text={strings.pairing.hint} />
      </p>
      {cancel}
    </form>
  )
}

interface FieldProps {
  label: string
  value: string
  example: string
  onChange: (value: string) => void
}

function Field({ label, value, example, onChange }: FieldProps) {
  const id = useId()
  return (
    <div className="fp-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        value={value}
        placeholder={example}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={event => onChange(event.target.value)}
      />
    </div>
  )
}

/** The offered link; one that cannot be used is left out, and the person types. */
function readOffer(link: string | null): PairingInvitation | null {
  if (link === null) return null
  try {
    return parsePairingLink(link)
  } catch (error) {
    console.warn(error)
    return null
  }
}

function requireLink(text: string): PairingInvitation {
  const invitation = parsePairingLink(text)
  if (invitation !== null) return invitation
  throw new FixpointError('pairing_code_invalid', strings.pairing.notALink)
}

/** Exchanges the code for a token and makes sure that both sides speak the same version. */
async function pair({ serverUrl, code }: PairingInvitation): Promise<SavedConnection> {
  const fetchHere: typeof fetch = (address, init) => fetch(address, init)
  const { token, person } = await connectServer({ serverUrl, client: clientName(), fetch: fetchHere }).call('pair', {
    body: { code, client: strings.pairing.client(systemName(navigator.userAgent)) }
  })
  const info = await connectServer({ serverUrl, token, client: clientName(), fetch: fetchHere }).call('getServer', {})
  requireAnsweredProtocol(PROTOCOL_VERSION, { oldest: info.oldestProtocolVersion, newest: info.protocolVersion })
  return { serverUrl, token, person, pairedAt: new Date().toISOString() }
}

function systemName(userAgent: string): string {
  const [name] = /Windows|Mac OS X|CrOS|Linux/.exec(userAgent) ?? ['this computer']
  return { 'Mac OS X': 'macOS', CrOS: 'ChromeOS' }[name] ?? name
}
