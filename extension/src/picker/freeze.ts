import { isDocument, isShadowRoot } from '../page-tree/page-tree.ts'
import { frozenHoverRules, placeSelector } from './hover-rules.ts'

type Root = Document | ShadowRoot

/** Sheets of other sites cannot be read; those that may be fetched are, in this time (ms). */
const FETCH_LIMIT = 1_500
const LARGEST_SHEET = 3_000_000

/**
 * Holds what a page shows: animations, transitions and media stand still, and what is shown because the pointer is over something stays.
 * The page's timers are held in its own world; see `hold-timers.ts`.
 */
export class Freeze {
  readonly #roots: readonly Root[]
  readonly #held = new Map<Animation, number>()
  readonly #paused = new Set<SVGSVGElement>()
  readonly #heldMedia = new Map<HTMLMediaElement, number>()
  readonly #pausedStreams = new Set<HTMLMediaElement>()
  readonly #sheets: { root: Root; sheet: CSSStyleSheet }[] = []
  readonly #life = new AbortController()

  /** @param roots as far as they are known; more may come later. */
  constructor(roots: readonly Root[]) {
    this.#roots = roots
    for (const root of roots) this.#keepHover(root)
    this.holdNew()
  }

  /** Holds what has begun to move since. */
  holdNew(): void {
    for (const root of this.#roots) {
      // A document says nothing of what moves in its shadow roots.
      this.#holdAnimations(root)
      this.#holdMedia(root)
    }
  }

  /** Gives everything back. */
  release(): void {
    this.#life.abort()
    for (const { root, sheet } of this.#sheets) {
      const index = root.adoptedStyleSheets.lastIndexOf(sheet)
      if (index >= 0) root.adoptedStyleSheets.splice(index, 1)
    }
    for (const [animation, rate] of this.#held) if (animation.playbackRate === 0) animation.playbackRate = rate
    for (const svg of this.#paused) svg.unpauseAnimations()
    for (const [media, rate] of this.#heldMedia) if (media.playbackRate === 0) media.playbackRate = rate
    // What the page has done with it meanwhile, or the browser refuses, stays as it is.
    for (const media of this.#pausedStreams) if (media.paused && media.srcObject) media.play().catch(() => undefined)
  }

  /** A rate of 0 leaves the state that the page sees, `running`, as it is. */
  #holdAnimations(root: Root): void {
    for (const animation of root.getAnimations()) {
      if (this.#held.has(animation) || animation.playState !== 'running' || animation.playbackRate === 0) continue
      this.#held.set(animation, animation.playbackRate)
      animation.playbackRate = 0
    }
    for (const svg of root.querySelectorAll('svg')) {
      if (this.#paused.has(svg) || svg.animationsPaused()) continue
      svg.pauseAnimations()
      this.#paused.add(svg)
    }
  }

  /** With a rate of 0 as well: a player that is paused shows something else. Live streams have no rate. */
  #holdMedia(root: Root): void {
    for (const media of root.querySelectorAll<HTMLMediaElement>('video, audio')) {
      if (media.paused || media.ended || media.playbackRate === 0) continue
      if (media.srcObject) {
        media.pause()
        this.#pausedStreams.add(media)
      } else {
        this.#heldMedia.set(media, media.playbackRate)
        media.playbackRate = 0
      }
    }
  }

  #keepHover(root: Root): void {
    const hovered = [...root.querySelectorAll(':hover')]
    const isHostHovered = isShadowRoot(root) && root.host.matches(':hover')
    if (hovered.length === 0 && !isHostHovered) return
    const matches = hovered.length > 0 ? hovered.map(placeSelector).join(', ') : null
    for (const sheet of [...root.styleSheets, ...root.adoptedStyleSheets]) {
      if (sheet.disabled) continue
      const keep = (rules: Iterable<CSSRule>) => this.#adopt(root, frozenHoverRules(rules, matches, isHostHovered), sheet.media.mediaText)
      const rules = readableRules(sheet)
      if (rules) keep(rules)
      else if (sheet.href) void this.#fetched(sheet.href).then(text => text !== null && keep(parsed(text)))
    }
  }

  #adopt(root: Root, text: string, media: string): void {
    const view = (isDocument(root) ? root : root.ownerDocument).defaultView
    if (text === '' || !view || this.#life.signal.aborted) return
    const sheet = new view.CSSStyleSheet({ media })
    sheet.replaceSync(text)
    root.adoptedStyleSheets.push(sheet)
    this.#sheets.push({ root, sheet })
  }

  /** Null where the other site does not let it be read. */
  async #fetched(href: string): Promise<string | null> {
    try {
      const signal = AbortSignal.any([this.#life.signal, AbortSignal.timeout(FETCH_LIMIT)])
      const response = await fetch(href, { credentials: 'omit', cache: 'force-cache', signal })
      const text = response.ok ? await response.text() : ''
      return text === '' || text.length > LARGEST_SHEET ? null : text
    } catch {
      // Its hover state is then not kept, which shows on the page.
      return null
    }
  }
}

function readableRules(sheet: CSSStyleSheet): CSSRule[] | null {
  try {
    return [...sheet.cssRules].flatMap(rule => ('styleSheet' in rule && rule.styleSheet ? importedRules(rule) : [rule]))
  } catch {
    // A `SecurityError`: the sheet is from another site.
    return null
  }
}

function importedRules(rule: CSSRule): CSSRule[] {
  const { styleSheet } = rule as CSSImportRule
  return (styleSheet && readableRules(styleSheet)) ?? []
}

function parsed(text: string): CSSRule[] {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(text)
  return [...sheet.cssRules]
}
