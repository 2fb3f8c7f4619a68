import { askBackground } from '../ask-background.ts'
import type { NoticedRequest } from '../inspector/console-watch.ts'
import { isolatedWorld, type RecorderInPage, watchedResources } from '../isolated-world.ts'
import type { RecordedStep } from '../message-schemas.ts'
import { accessibleNameOf, roleOf } from '../page-context/accessibility.ts'
import { withoutPrivateParts } from '../page-context/clean-requests.ts'
import { failedRequests } from '../page-context/failed-requests.ts'
import { PageText } from '../page-context/page-text.ts'
import { selectorsOf } from '../page-context/selectors.ts'
import { elementReference } from '../page-tree/element-path.ts'
import { Slices } from '../page-tree/slices.ts'
import { redactAddress } from '../privacy/addresses.ts'
import { isPrivateField, privateFieldKind } from '../privacy/private-fields.ts'
import type { RedactionCounts } from '../privacy/secrets.ts'
import { reconnectDelay } from '../reconnect-delay.ts'
import { keyName } from './key-name.ts'
import { RECORDER_PORT } from './recorder-port.ts'
import { actedOn, innermostTarget, isButtonInput, isChosenIn, isLabelOfField, isPressedByKey, isTypedInto } from './step-target.ts'
import { TypedWords } from './typed-words.ts'

/** Pages are looked through anew after this time, in ms, when something happens. */
const LOOK_AROUND_EVERY = 3_000
/** Between two tries to tell the background, which Chrome may have ended; in ms. */
const TRY_AGAIN = 300
const MOST_TRIES = 8
/** Steps are noted at once where somebody listens; in ms. */
const PATIENCE = 2_000
/** The browser presses a form's button itself when Enter is pressed in a field; in ms. */
const IMPLICIT_CLICK = 100
/** Chrome ends a worker that has heard nothing for 30 s; in ms. */
const STAY_AWAKE_EVERY = 20_000
const LONGEST_NAME = 120
const LARGEST_TEXT = 20_000

const BUTTONS = ['main', 'middle', 'secondary'] as const

/** No rest: what a person acts on is described before the page learns of it and may take it away. */
class AtOnce extends Slices {
  override isDue(): boolean {
    return false
  }
  override isDueNow(): boolean {
    return false
  }
}

/**
 * Tells the background what the person does in this document. Only events that the browser itself has made count, so that the page can
 * neither make steps up nor read them; nothing that stands in a field is part of a step.
 */
export class Recorder implements RecorderInPage {
  #recordingId = ''
  #life: AbortController | null = null
  #number = 0
  #typed = new TypedWords()
  #lookedAroundAt = Number.NEGATIVE_INFINITY
  /** Of the last step, while typing goes on. */
  #typingInto: Element | null = null
  #enterAt = Number.NEGATIVE_INFINITY

  begin(recordingId: string): { isNew: boolean; address: string; redactions: RedactionCounts } {
    watchedResources()
    const redactions: RedactionCounts = {}
    const address = this.#addressWithoutPrivate(location.href, redactions)
    if (this.#recordingId === recordingId && this.#life) return { isNew: false, address, redactions }
    this.end()
    this.#recordingId = recordingId
    this.#life = new AbortController()
    const { signal } = this.#life
    const options = { capture: true, passive: true, signal }
    window.addEventListener('click', event => this.#onClick(event), options)
    window.addEventListener('auxclick', event => this.#onClick(event), options)
    window.addEventListener('input', event => this.#onInput(event), options)
    window.addEventListener('change', event => this.#onChange(event), options)
    window.addEventListener('keydown', event => this.#onKey(event), options)
    if (window === window.top) {
      window.navigation.addEventListener('navigate', event => this.#onNavigate(event), { signal })
      keepBackgroundAwake(signal)
    }
    return { isNew: true, address, redactions }
  }

  end(): void {
    this.#life?.abort()
    this.#life = null
    this.#recordingId = ''
    this.#typingInto = null
  }

  async withoutPrivateWords(texts: readonly string[]): Promise<{ texts: string[]; counts: RedactionCounts }> {
    await this.#typed.lookAround()
    const counts: RedactionCounts = {}
    const words = this.#typed.now()
    return { texts: texts.map(text => words.redact(text, counts)), counts }
  }

  async collectRequests(noticed: readonly NoticedRequest[]) {
    await this.#typed.lookAround()
    return withoutPrivateParts(failedRequests(noticed, watchedResources()), this.#typed.now())
  }

  #onClick(event: MouseEvent): void {
    const target = this.#targetOf(event)
    if (!target) return
    const element = actedOn(target)
    if (isLabelOfField(element) || (isChosenIn(element) && event.button === 0)) return
    const isImplicit = event.detail === 0 && (isButtonInput(element) || element.localName === 'button')
    if (isImplicit && performance.now() - this.#enterAt < IMPLICIT_CLICK) return
    this.#typingInto = null
    this.#note(element, about => ({ kind: 'click', ...about, button: BUTTONS[event.button] ?? 'main' }))
  }

  #onInput(event: Event): void {
    const target = this.#targetOf(event)
    if (!target || !isTypedInto(target)) return
    const element = actedOn(target)
    if (element === this.#typingInto) return
    this.#typingInto = element
    this.#note(element, about => ({ kind: 'input', ...about }))
  }

  #onChange(event: Event): void {
    const target = this.#targetOf(event)
    if (!target || !isChosenIn(target)) return
    this.#typingInto = null
    this.#note(target, about => ({ kind: 'change', ...about }))
  }

  #onKey(event: KeyboardEvent): void {
    const target = this.#targetOf(event)
    if (!target || event.repeat) return
    const element = actedOn(target)
    const key = keyName(event, isTypedInto(target))
    if (key === null) return
    if (key === 'Enter' && isPressedByKey(element)) return
    if (key.startsWith('Arrow') && isChosenIn(element)) return
    if (key === 'Enter') this.#enterAt = performance.now()
    this.#typingInto = null
    this.#note(element, about => ({ kind: 'key', ...about, key }))
  }

  #onNavigate(event: NavigateEvent): void {
    if (!event.isTrusted || event.downloadRequest !== null) return
    const { url } = event.destination
    if (!/^https?:/.test(url) || (url === location.href && event.navigationType === 'replace')) return
    const redactions: RedactionCounts = {}
    void this.#tell({ step: { kind: 'navigation', url: this.#addressWithoutPrivate(url, redactions) }, redactions })
  }

  #addressWithoutPrivate(address: string, counts: RedactionCounts): string {
    const words = this.#typed.now()
    return words.redact(redactAddress(address, counts, words.values), counts).slice(0, 1_000)
  }

  #targetOf(event: Event): Element | null {
    if (!event.isTrusted) return null
    if (performance.now() - this.#lookedAroundAt > LOOK_AROUND_EVERY) {
      this.#lookedAroundAt = performance.now()
      // For what comes next: the step itself is described at once.
      void this.#typed.lookAround()
    }
    // Where Fixpoint itself takes the click, it is none of the page's.
    return event.composedPath()[0] === isolatedWorld().picker?.overlay.host ? null : innermostTarget(event)
  }

  /** A step that cannot be described is left out; the page goes on as ever. */
  #note(element: Element, step: (about: DescribedElement) => RecordedStep['step']): void {
    this.#tellOf(element, step).catch((error: unknown) => console.warn(error))
  }

  async #tellOf(element: Element, step: (about: DescribedElement) => RecordedStep['step']): Promise<void> {
    const words = this.#typed.now(element)
    const text = new PageText(words)
    const reference = elementReference(element)
    const isHidden = isPrivateField(element) && privateFieldKind(element) === 'project rule'
    const name = isHidden ? undefined : nameOf(element, text)
    const role = roleOf(element)
    // All of it comes without a rest, in microtasks that run before the page's own listeners.
    const selectors = await selectorsOf(element, words, new AtOnce(1_000))
    const about: DescribedElement = {
      element: {
        tag: element.localName.replace(/[^a-zA-Z0-9._:-]/g, '_').slice(0, 100),
        role,
        name: name || undefined,
        selectors: selectors.map(selector => selector.slice(0, 500).toWellFormed())
      },
      reference
    }
    if (selectors.length > 0) await this.#tell({ step: step(about), redactions: text.counts })
  }

  /** With the same number until it is answered: the background takes each number once. */
  async #tell(what: Pick<RecordedStep, 'step' | 'redactions'>): Promise<void> {
    const message: RecordedStep = { ...what, recordingId: this.#recordingId, number: ++this.#number }
    const life = this.#life
    for (let tries = 0; tries < MOST_TRIES && life && !life.signal.aborted; tries++) {
      try {
        const answer = await askBackground('stepDone', message, { patienceMs: PATIENCE })
        // Nobody records here any more: the recording was ended while this page was not there to be told.
        if (!answer.ok && answer.failure.code === 'sender_not_allowed' && life === this.#life) this.end()
        return
      } catch (error) {
        // The extension was replaced, and this script with it belongs to nobody.
        if (chrome.runtime?.id === undefined) return this.end()
        if (tries === MOST_TRIES - 1) console.warn(error)
        await new Promise(resolve => setTimeout(resolve, TRY_AGAIN))
      }
    }
  }
}

/**
 * A step that leaves the page goes with it: what takes it has to be awake then. So the background is kept from going to sleep, and woken
 * where it was ended all the same.
 */
function keepBackgroundAwake(signal: AbortSignal): void {
  let port: chrome.runtime.Port | null = null
  const connect = () => {
    if (signal.aborted || chrome.runtime?.id === undefined) return
    const connectedAt = performance.now()
    port = chrome.runtime.connect({ name: RECORDER_PORT })
    port.onDisconnect.addListener(() => {
      port = null
      setTimeout(connect, reconnectDelay(performance.now() - connectedAt))
    })
  }
  connect()
  const timer = setInterval(() => {
    if (port === null) connect()
    else port.postMessage(null)
  }, STAY_AWAKE_EVERY)
  // Ports do not outlive a page that is put aside, and nobody is told.
  window.addEventListener('pageshow', event => event.persisted && connect(), { signal })
  signal.addEventListener('abort', () => {
    clearInterval(timer)
    port?.disconnect()
  })
}

interface DescribedElement {
  element: Extract<RecordedStep['step'], { kind: 'click' }>['element']
  reference: Extract<RecordedStep['step'], { kind: 'click' }>['reference']
}

function nameOf(element: Element, text: PageText): string | undefined {
  const named = accessibleNameOf(element, text)?.slice(0, LONGEST_NAME).toWellFormed()
  if (named || isPrivateField(element)) return named
  return isShortText(element) ? text.of(element, LONGEST_NAME).toWellFormed() : undefined
}

function isShortText(element: Element): boolean {
  return element.getElementsByTagName('*').length < 300 && (element.textContent ?? '').length <= LARGEST_TEXT
}
